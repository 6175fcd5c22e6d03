# The validation programs of the runtime-tools project with tare, crun and runc of Debian sid, as Debian has all of them.
#   make conformance-official                    on this machine, in namespaces: cgroup v2 as it is here
#   make conformance-official PROGRAMS='hooks kill'
#   make vm-official PROGRAMS=process_capabilities   in user-mode Linux, with all capabilities and its controllers; slow
# The table comes to $(BUILD)/official.md, what the programs said to $(BUILD)/official.

VM := $(BUILD)/vm
OFFICIAL := $(VM)/official-$(shell cat tests/official/tree.sh tests/official/tap.go | sha256sum | cut -c1-8)

.PHONY: conformance-official vm-official
conformance-official: all $(OFFICIAL).made
	@python3 -B tests/official/judge_test.py 2>&1 | tail -n 1 | grep -qx OK
	@rm -rf $(BUILD)/official && tests/official/run.sh $(OFFICIAL) $(BUILD)/tare $(BUILD)/official $(PROGRAMS)
	@python3 -B tests/official/judge.py $(BUILD)/official > $(BUILD)/official.md; status=$$?; cat $(BUILD)/official.md; exit $$status

vm-official: all $(OFFICIAL).made $(VM)/uml.cpio $(VM)/xstate.so
	@LIMIT=3600 $(UML) 'cd $(CURDIR) && LIMIT=300 tests/official/run.sh $(OFFICIAL) $(BUILD)/tare /run/official $(PROGRAMS) && \
	  python3 -B tests/official/judge.py /run/official'

$(OFFICIAL).made:
	@mkdir -p $(@D)
	@rm -rf $(VM)/official-*
	@bash tests/official/tree.sh $(OFFICIAL)
	@touch $@
