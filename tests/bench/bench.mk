# make bench: tare beside Debian's runc and crun and the kernel floor. BENCH_ROUNDS=60; writes
# $(BUILD)/bench.json. As root; numbers of a busy machine are worth little beyond their ratios.

BENCH := $(BUILD)/bench

.PHONY: bench
bench: all $(BENCH)/floor $(BENCH)/measure
	@tests/bench/bench.sh $(BUILD)/tare $(BENCH) tests/data/bundles/docker-default.json $(BUILD)/bench.json

$(BENCH)/measure: tests/bench/measure.cc
	@mkdir -p $(@D)
	@echo '  $@'
	@$(CXX) -D_GNU_SOURCE $(WARNINGS) -O2 -static -o $@ $<

$(BENCH)/export_seccomp: tests/bench/export_seccomp.cc
	@mkdir -p $(@D)
	@echo '  $@'
	@$(CXX) -D_GNU_SOURCE $(WARNINGS) -O1 -o $@ $< -lseccomp

$(BENCH)/seccomp.bpf: tests/data/bundles/docker-default.json tests/bench/seccomp.jq $(BENCH)/export_seccomp
	@jq -r -f tests/bench/seccomp.jq $< >$@.rules
	@$(BENCH)/export_seccomp $@ <$@.rules

# -Wno-pedantic: designated initialisers of unions, and C-style casts of any argument to a register.
$(BENCH)/floor: tests/bench/floor.cc $(BENCH)/seccomp.bpf
	@echo '  $@'
	@$(CXX) -std=c++20 -Wall -Wextra -Wno-missing-field-initializers -DSECCOMP_PROGRAM='"$(abspath $(BENCH)/seccomp.bpf)"' \
	  -O2 -static -nostdlib -nostartfiles -ffreestanding -fno-stack-protector -fno-exceptions -fno-rtti \
	  -fno-asynchronous-unwind-tables -mno-red-zone -o $@ $<

# src/link_order.ld and src/init_order.ld anew, after changes of what a container's start executes. On x86_64; takes two
# minutes.
.PHONY: link-order
link-order: $(BENCH)/executed $(TARE_OBJECTS) $(BUILD)/$(LIBC)/init_image.o
	@$(TARE_LINK) -Wl,-Map=$(BENCH)/tare.map -o $(BENCH)/tare $(filter-out $<,$^) $(TARE_LIBS)
	@tests/bench/link_order.sh $(BENCH)/tare $(BENCH)/tare.map $(BUILD)/tare-init.map $< \
	  tests/data/bundles/docker-default.json $(BENCH)
	@mv $(BENCH)/link_order.ld $(BENCH)/init_order.ld src
	@wc -l src/link_order.ld src/init_order.ld

$(BENCH)/executed: tests/bench/executed.cc
	@mkdir -p $(@D)
	@echo '  $@'
	@$(CXX) -D_GNU_SOURCE $(WARNINGS) -O2 -static -o $@ $<
