# libFuzzer targets. Each tests/fuzz/NAME_fuzz.cc is found here and linked with the whole library, built
# by clang with the sanitizers. `make fuzz` runs each for FUZZ_SECONDS over tests/fuzz/corpus/NAME, where
# there is one; what it finds on the way stays in $(BUILD)/fuzz/corpus, what fails in $(BUILD)/fuzz.

FUZZ_CXX     ?= clang++
FUZZ_SECONDS ?= 20
FUZZ_FLAGS   := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all
FUZZ_OBJECTS := $(patsubst %.cc,$(BUILD)/fuzz/%.o,$(LIBRARY) $(wildcard src/cli/*.cc))
FUZZ_NAMES   := $(patsubst tests/fuzz/%_fuzz.cc,%,$(wildcard tests/fuzz/*_fuzz.cc))

$(BUILD)/fuzz/%.o: %.cc
	@mkdir -p $(@D)
	@echo '  $@'
	@$(FUZZ_CXX) $(CPPFLAGS_OURS) $(WARNINGS) $(FUZZ_FLAGS) \
	  -fsanitize=fuzzer-no-link,address,undefined -fno-exceptions -c -o $@ $<

$(BUILD)/fuzz/%_fuzz: $(BUILD)/fuzz/tests/fuzz/%_fuzz.o $(FUZZ_OBJECTS) $(BUILD)/fuzz/init_image.o
	@echo '  $@'
	@$(FUZZ_CXX) $(FUZZ_FLAGS) -fsanitize=fuzzer,address,undefined -o $@ $^ -lseccomp -lcap-ng

.PHONY: fuzz $(FUZZ_NAMES:%=fuzz-%)
.SECONDARY: $(FUZZ_OBJECTS) $(BUILD)/fuzz/init_image.o $(FUZZ_NAMES:%=$(BUILD)/fuzz/tests/fuzz/%_fuzz.o)
fuzz: $(FUZZ_NAMES:%=fuzz-%)
$(FUZZ_NAMES:%=fuzz-%): fuzz-%: $(BUILD)/fuzz/%_fuzz
	@mkdir -p $(BUILD)/fuzz/corpus/$*
	@echo '  $< for $(FUZZ_SECONDS) s'
	@$< -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
	  -print_final_stats=1 -artifact_prefix=$(BUILD)/fuzz/$*- $(BUILD)/fuzz/corpus/$* \
	  $(wildcard tests/fuzz/corpus/$*) > $(BUILD)/fuzz/$*.log 2>&1 \
	  || { tail -n 60 $(BUILD)/fuzz/$*.log; exit 1; }
	@grep number_of_executed_units $(BUILD)/fuzz/$*.log
