# libFuzzer targets. Each tests/fuzz/NAME_fuzz.cc is found here and linked with the whole library, from the
# objects that the sanitized unit tests have too. `make fuzz` runs each for FUZZ_SECONDS over
# tests/fuzz/corpus/NAME, where there is one; what it finds on the way stays in $(BUILD)/fuzz/corpus, what
# fails in $(BUILD)/fuzz.

FUZZ_SECONDS ?= 20
FUZZ_OBJECTS := $(patsubst %.cc,$(HOST)/%.o,$(LIBRARY) $(wildcard src/cli/*.cc))
FUZZ_NAMES   := $(patsubst tests/fuzz/%_fuzz.cc,%,$(wildcard tests/fuzz/*_fuzz.cc))

.PHONY: fuzz $(FUZZ_NAMES:%=fuzz-%)
ifndef SANITIZE
fuzz $(FUZZ_NAMES:%=fuzz-%):
	@$(MAKE) --no-print-directory SANITIZE=1 $@
else

$(BUILD)/fuzz/%_fuzz: $(HOST)/tests/fuzz/%_fuzz.o $(FUZZ_OBJECTS) $(HOST)/init_image.o
	@mkdir -p $(@D)
	@echo '  $@'
	@$(HOST_CXX) $(HOST_FLAGS) -fsanitize=fuzzer -o $@ $^ -lseccomp -lcap-ng

.SECONDARY: $(FUZZ_OBJECTS) $(HOST)/init_image.o $(FUZZ_NAMES:%=$(HOST)/tests/fuzz/%_fuzz.o)
fuzz: $(FUZZ_NAMES:%=fuzz-%)
$(FUZZ_NAMES:%=fuzz-%): fuzz-%: $(BUILD)/fuzz/%_fuzz
	@mkdir -p $(BUILD)/fuzz/corpus/$*
	@echo '  $< for $(FUZZ_SECONDS) s'
	@$< -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
	  -print_final_stats=1 -artifact_prefix=$(BUILD)/fuzz/$*- $(BUILD)/fuzz/corpus/$* \
	  $(wildcard tests/fuzz/corpus/$*) > $(BUILD)/fuzz/$*.log 2>&1 \
	  || { tail -n 60 $(BUILD)/fuzz/$*.log; exit 1; }
	@grep number_of_executed_units $(BUILD)/fuzz/$*.log
endif
