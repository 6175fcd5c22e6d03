# The integration suite in guests with unified cgroup v2, where limits are really enforced.
#   make vm        user-mode Linux: cpu io memory pids; two guests side by side
#   make vm-qemu   Debian's kernel under TCG: all controllers, time namespaces, idmapped mounts; slow
# Both take FILTER. Without one vm takes what tests/integration/taken.vm.txt says, or with ALL=1 all.
# `make vm-labels`: SELinux and AppArmor, a guest for each, because a kernel takes but one of them.
# `make guest COMMAND='...'` runs one command in user-mode Linux.

VM := $(BUILD)/vm
UML_MODULES := $(firstword $(wildcard /usr/lib/uml/modules/*))
UML := INITRAMFS=$(abspath $(VM))/uml.cpio XSTATE=$(abspath $(VM))/xstate.so tests/vm/uml.sh
QEMU := INITRAMFS=$(abspath $(VM))/qemu.cpio KERNEL=$(abspath $(VM))/vmlinux tests/vm/qemu.sh
SUITE = cd $(CURDIR) && TARE=$(BUILD)/tare TOOLS=$(abspath $(INTEGRATION)) JOBS=1 SLOWNESS=5 ALL=$(ALL)

.PHONY: vm vm-qemu vm-labels guest
vm: all integration-tools $(VM)/uml.cpio $(VM)/xstate.so $(VM)/debian.made
	@tests/vm/side-by-side.sh 'LIMIT=$(if $(ALL),3600,1500) $(UML)' 2 '$(SUITE) PLACE=vm tests/integration/run.sh $(FILTER)'

vm-qemu: all integration-tools $(VM)/qemu.cpio $(VM)/vmlinux $(VM)/debian.made
	@tests/vm/side-by-side.sh 'LIMIT=3600 $(QEMU)' 2 '$(SUITE) PLACE=qemu tests/integration/run.sh $(FILTER)'

# Our policies, loaded.
SELINUX = mount -t selinuxfs selinuxfs /sys/fs/selinux && \
  dd status=none bs=1M if=$(abspath $(INTEGRATION))/selinux.policy of=/sys/fs/selinux/load
APPARMOR = dd status=none bs=1M if=$(abspath $(INTEGRATION))/apparmor.policy of=/sys/kernel/security/apparmor/.load
vm-labels: all integration-tools $(VM)/uml.cpio $(VM)/xstate.so
	@$(UML) '$(SELINUX) && $(SUITE) PLACE=labels tests/integration/run.sh labels/selinux'
	@UML_OPTIONS=security=apparmor $(UML) '$(APPARMOR) && $(SUITE) PLACE=labels tests/integration/run.sh labels/apparmor'

guest: $(VM)/uml.cpio $(VM)/xstate.so
	@$(UML) '$(COMMAND)'

$(VM)/xstate.so: tests/vm/xstate.cc
	@mkdir -p $(@D)
	@$(CXX) -D_GNU_SOURCE $(WARNINGS) -O2 -fno-exceptions -shared -fPIC -o $@ $<

$(VM)/uml.cpio: $(addprefix tests/vm/,init.sh guest.sh make-initramfs.sh modules.py)
	@mkdir -p $(@D)
	@tests/vm/make-initramfs.sh $(UML_MODULES) $@ overlay veth bridge

# The package is only unpacked: installing a kernel would be the machine's business.
$(VM)/kernel.unpacked:
	@mkdir -p $(VM)/kernel
	@cd $(VM) && apt-get download -qq $$(apt-cache depends linux-image-amd64 | awk '/Depends:/ { print $$2; exit }')
	@dpkg -x $(VM)/linux-image-*.deb $(VM)/kernel && rm $(VM)/linux-image-*.deb
	@touch $@

$(VM)/vmlinux: tests/vm/vmlinux.py $(VM)/kernel.unpacked
	@python3 $< $(VM)/kernel/boot/vmlinuz-* $@

$(VM)/qemu.cpio: $(addprefix tests/vm/,init.sh guest.sh make-initramfs.sh modules.py) $(VM)/kernel.unpacked
	@tests/vm/make-initramfs.sh $(VM)/kernel/lib/modules/* $@ virtio_pci virtio_blk 9pnet_virtio 9p overlay veth bfq \
	  crc32c_generic ext4

# A Debian root with systemd, and what a small server needs. The archive is this machine's own.
$(VM)/debian.made: tests/vm/debian.sh
	@mkdir -p $(@D)
	@bash $< $(VM)/debian && touch $@
