# The real managers in a guest of their own: Debian sid with systemd, containerd, Docker, podman, buildah.
#   make test-managers             in user-mode Linux; GUEST=qemu: Debian's kernel, with CRIU; slow
#                                  GUEST=native: no guest, but namespaces on this machine's kernel: quick, as root
#   make managers                  with tare alone: CI's stage of that name, natively
#   make test-managers FILTER='docker/run podman/'  RUNTIMES='tare crun runc'  ROUNDS=3
#   make vm-checkpoint             in QEMU: the integration cases of checkpoint and restore, with Debian sid's CRIU
#   make vm-systemd                the integration cases of the systemd driver, and of users without privileges
#   make full-guest COMMAND='...'  one command in it; this machine's files are at /host
# The tree is made once, and anew when its script changes. The table comes to $(BUILD)/managers.md.

VM := $(BUILD)/vm
GUEST ?= uml
RUNTIMES ?= tare crun runc
ROUNDS ?= 1
# Named after what its making is made of: no checkout of another branch makes it anew.
TREE := $(sort $(wildcard tests/managers/tree.sh $(shell find tests/managers/files -type f)))
FULL := $(VM)/full-$(shell cat $(TREE) | sha256sum | cut -c1-8)

FULL_UML := INITRAMFS=$(abspath $(VM))/uml.cpio XSTATE=$(abspath $(VM))/xstate.so MEMORY=4G LIMIT=10800 \
  UML_OPTIONS="security=apparmor TERM=dumb systemd.show_status=0 guest.tree=$(abspath $(FULL))" tests/vm/uml.sh
FULL_QEMU := INITRAMFS=$(abspath $(VM))/qemu.cpio KERNEL=$(abspath $(VM))/vmlinux MEMORY=4096 LIMIT=10800 \
  IMAGE=$(abspath $(FULL)).ext4 QEMU_OPTIONS="TERM=dumb systemd.show_status=0 guest.tree=/dev/vdb" tests/vm/qemu.sh
FULL_NEEDS_uml := $(VM)/uml.cpio $(VM)/xstate.so $(FULL).made
FULL_NEEDS_qemu := $(VM)/qemu.cpio $(VM)/vmlinux $(FULL).ext4
FULL_NEEDS_native := $(FULL).made
FULL_GUEST_uml = $(FULL_UML)
FULL_GUEST_qemu = $(FULL_QEMU)
FULL_GUEST_native = TREE=$(abspath $(FULL)) tests/vm/native.sh
FULL_GUEST = $(FULL_GUEST_$(GUEST))

.PHONY: managers test-managers vm-systemd vm-checkpoint full-guest trees
managers:
	@$(MAKE) --no-print-directory test-managers RUNTIMES=tare

test-managers: all $(FULL_NEEDS_$(GUEST))
	@$(FULL_GUEST) 'cd /host$(CURDIR) && TARE=/host$(abspath $(BUILD))/tare RUNTIMES="$(RUNTIMES)" ROUNDS=$(ROUNDS) \
	  PLACE=$(GUEST) tests/managers/run.sh $(FILTER)' > $(VM)/managers.log; status=$$?; cat $(VM)/managers.log; \
	tests/managers/table.sh $(VM)/managers.log > $(BUILD)/managers.md; exit $$status

# The system's bus starts when somebody speaks to it, which would be the first case.
vm-systemd: all integration-tools $(FULL_NEEDS_$(GUEST))
	@$(FULL_GUEST) 'systemctl start dbus && cd /host$(CURDIR) && TARE=/host$(abspath $(BUILD))/tare \
	  TOOLS=/host$(abspath $(INTEGRATION)) TMPDIR=/run WITH_SYSTEMD=1 JOBS=1 SLOWNESS=5 PLACE=full \
	  tests/integration/run.sh $(or $(FILTER),systemd/ rootless/)'

# CRIU mounts cgroup2 anew, without nsdelegate, which counts for all mounts of it: so each case has a cgroup namespace of
# its own here, in which such a mount changes nothing, and no systemd.
vm-checkpoint: all integration-tools $(FULL_NEEDS_qemu)
	@$(FULL_QEMU) 'cd /host$(CURDIR) && TARE=/host$(abspath $(BUILD))/tare TOOLS=/host$(abspath $(INTEGRATION)) \
	  TMPDIR=/run JOBS=1 SLOWNESS=5 PLACE=full tests/integration/run.sh $(or $(FILTER),checkpoint/)'

full-guest: $(FULL_NEEDS_$(GUEST))
	@$(FULL_GUEST) '$(COMMAND)'

trees: $(VM)/debian.made $(FULL).made

$(FULL).made:
	@mkdir -p $(@D)
	@rm -rf $(VM)/full-*
	@bash tests/managers/tree.sh $(FULL) $(UML_MODULES)
	@touch $@

# For QEMU the tree is a file system on a disk: 9p would make every program's start slow.
$(FULL).ext4: $(FULL).made $(VM)/kernel.unpacked
	@bash tests/managers/image.sh $(FULL) $(VM)/kernel/lib/modules/* $@
