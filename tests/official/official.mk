# The validation programs of the runtime-tools project with tare, crun and runc of Debian sid, as Debian has all of them.
#   make conformance-official                    on this machine, in namespaces: cgroup v2 as it is here
#   make conformance-official PROGRAMS='hooks kill'
#   make vm-official PROGRAMS=process_capabilities   in user-mode Linux, with all capabilities and its controllers; slow
#   make vm-official-labels                      the two that need SELinux and AppArmor, in guests with policies of ours
# The table comes to $(BUILD)/official.md, what the programs said to $(BUILD)/official.

VM := $(BUILD)/vm
OFFICIAL := $(VM)/official-$(shell cat tests/official/tree.sh tests/official/tap.go | sha256sum | cut -c1-8)

.PHONY: conformance-official vm-official vm-official-labels
conformance-official: all $(OFFICIAL).made
	@python3 -B tests/official/judge_test.py 2>&1 | tail -n 1 | grep -qx OK
	@rm -rf $(BUILD)/official && tests/official/run.sh $(OFFICIAL) $(BUILD)/tare $(BUILD)/official $(PROGRAMS)
	@python3 -B tests/official/judge.py $(BUILD)/official > $(BUILD)/official.md; status=$$?; cat $(BUILD)/official.md; exit $$status

IN_GUEST = cd $(CURDIR) && LIMIT=300 tests/official/run.sh $(OFFICIAL) $(BUILD)/tare /run/official
JUDGE = python3 -B tests/official/judge.py /run/official
vm-official: all $(OFFICIAL).made $(VM)/uml.cpio $(VM)/xstate.so
	@LIMIT=3600 $(UML) '$(IN_GUEST) $(PROGRAMS) && $(JUDGE)'

vm-official-labels: all integration-tools $(OFFICIAL).made $(VM)/uml.cpio $(VM)/xstate.so
	@$(UML) '$(SELINUX) && $(IN_GUEST) linux_mount_label && $(JUDGE) all'
	@UML_OPTIONS=security=apparmor $(UML) '$(APPARMOR) && $(IN_GUEST) linux_process_apparmor_profile && $(JUDGE) all'

$(OFFICIAL).made:
	@mkdir -p $(@D)
	@rm -rf $(VM)/official-*
	@bash tests/official/tree.sh $(OFFICIAL)
	@touch $@
