# The integration suite: drives $(BUILD)/tare as root. `make integration FILTER=mounts/` runs a part.

INTEGRATION := $(BUILD)/integration
INTEGRATION_TOOLS := $(patsubst tests/integration/tools/%.cc,$(INTEGRATION)/%,$(wildcard tests/integration/tools/*.cc))

# Static, because some run inside a container that has nothing but busybox.
$(INTEGRATION)/%: tests/integration/tools/%.cc
	@mkdir -p $(@D)
	@echo '  $@'
	@$(CXX) -D_GNU_SOURCE -MMD -MP -MF $@.d $(WARNINGS) -O1 -fno-exceptions -static -o $@ $<

$(INTEGRATION)/rootfs/.made: tests/integration/make-rootfs.sh $(INTEGRATION)/probe
	@bash $< $(INTEGRATION)/rootfs $(INTEGRATION)/probe
	@touch $@

# What a kernel with SELinux, or with AppArmor, is given: `make vm-labels`.
$(INTEGRATION)/selinux.policy: tests/integration/labels/selinux.conf
	@checkpolicy -M -U allow -o $@ $<
$(INTEGRATION)/apparmor.policy: tests/integration/labels/apparmor.profile
	@apparmor_parser --skip-kernel-load --skip-cache --stdout $< > $@

.PHONY: integration integration-tools soak
integration-tools: $(INTEGRATION_TOOLS) $(INTEGRATION)/rootfs/.made $(INTEGRATION)/selinux.policy \
  $(INTEGRATION)/apparmor.policy

integration: all integration-tools
	@TARE=$(BUILD)/tare TOOLS=$(abspath $(INTEGRATION)) tests/integration/run.sh $(FILTER)

# What takes long: 10,000 lifecycles, 10,000 execs (SOAK_COUNT), 1,000 containers at once (SOAK_AT_ONCE).
soak: all integration-tools
	@SOAK=1 TARE=$(BUILD)/tare TOOLS=$(abspath $(INTEGRATION)) tests/integration/run.sh $(or $(FILTER),scale/ faults/)
