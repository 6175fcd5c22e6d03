# The conformance suite: black box, against any runtime. `make conformance RUNTIME=/usr/sbin/runc FILTER=mounts`

CONFORMANCE := $(BUILD)/conformance
RUNTIME ?= $(BUILD)/tare

# Static, because the probe runs where there is nothing but busybox.
$(CONFORMANCE)/%: conformance/%.cc
	@mkdir -p $(@D)
	@echo '  $@'
	@$(CXX) -D_GNU_SOURCE -MMD -MP -MF $@.d $(WARNINGS) -O1 -fno-exceptions -static -o $@ $<

$(CONFORMANCE)/rootfs/etc/group: conformance/make-rootfs.sh $(CONFORMANCE)/probe
	@bash $< $(CONFORMANCE)/rootfs $(CONFORMANCE)/probe

.PHONY: conformance conformance-tools conformance-compare
conformance-tools: $(CONFORMANCE)/host $(CONFORMANCE)/rootfs/etc/group
conformance: conformance-tools $(filter $(BUILD)/tare,$(RUNTIME))
	@BUILD=$(CONFORMANCE) RUNTIME=$(RUNTIME) conformance/run.sh $(FILTER)

# All three, whatever they fail, then one table of them; also as Markdown.
conformance-compare: conformance-tools all
	@for runtime in $(BUILD)/tare runc crun; do echo "  $$runtime"; \
	  BUILD=$(CONFORMANCE) RUNTIME=$$runtime conformance/run.sh > $(CONFORMANCE)/$$(basename $$runtime).txt || true; done
	@conformance/compare.sh $(patsubst %,$(CONFORMANCE)/%.json,tare runc crun) > $(CONFORMANCE)/compare.md
	@cat $(CONFORMANCE)/compare.md
