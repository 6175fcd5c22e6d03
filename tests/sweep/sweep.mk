# Crash and fault sweeps. `make sweep` is the whole; `make sweep-quick` is for CI: every kill point
# of create, start, kill and delete, and every 29th point of the rest, the same ones each time.
#   RUNTIME=/usr/bin/crun                    another runtime
#   SWEEPS='docker/run/fail userns/*/kill-*' only these: CONFIG/COMMAND/KIND
#   SWEEP_FROM, SWEEP_TO, SWEEP_STEP         a range of the points; JOBS=2

SWEEP := $(BUILD)/sweep

.PHONY: sweep sweep-quick sweep-tools
sweep: all sweep-tools
	@tests/sweep/sweep.sh
sweep-quick: all sweep-tools
	@SWEEP_QUICK=1 tests/sweep/sweep.sh
sweep-tools: $(SWEEP)/sweep $(SWEEP)/inside integration-tools

$(SWEEP)/sweep: $(patsubst tests/sweep/%.cc,$(SWEEP)/%.o,$(filter-out %/inside.cc,$(wildcard tests/sweep/*.cc)))
	@echo '  $@'
	@$(CXX) -static -o $@ $^

$(SWEEP)/inside: $(SWEEP)/inside.o
	@echo '  $@'
	@$(CXX) -static -o $@ $^

$(SWEEP)/%.o: tests/sweep/%.cc
	@mkdir -p $(@D)
	@echo '  $@'
	@$(CXX) -D_GNU_SOURCE -MMD -MP $(WARNINGS) -O1 -fno-exceptions -c -o $@ $<
