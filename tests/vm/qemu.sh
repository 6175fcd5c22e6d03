#!/bin/bash
# qemu.sh COMMAND...: the same as uml.sh with Debian's own kernel in QEMU (TCG: no KVM needed), for what
# user-mode Linux lacks: cpuset, hugetlb, time namespaces, idmapped mounts, bfq, LSMs. Slower: 4 s of boot.
#   KERNEL: uncompressed (vmlinux.py); INITRAMFS; LIMIT=900 seconds; MEMORY=2048 (MB); IMAGE: a second disk
# One processor: with two, fork-heavy work takes twice the time; run two guests side by side instead.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '%s\n' "$*" >"$work/command"
truncate -s 64M "$work/disk" # for io.max: a block device with a request queue
disk=()
[ -z "${IMAGE:-}" ] || disk=(-drive "file=$IMAGE,format=raw,if=none,id=image,readonly=on" -device virtio-blk-pci,drive=image)
timeout --kill-after=5 "${LIMIT:-900}" qemu-system-x86_64 -M q35,usb=off,vmport=off,hpet=off \
    -accel tcg,thread=multi -cpu max -smp 1 -m "${MEMORY:-2048}" -nodefaults -no-user-config -no-reboot \
    -display none -kernel "$KERNEL" -initrd "$INITRAMFS" \
    -append "console=ttyS0 quiet loglevel=3 panic=-1 random.trust_cpu=on tsc=reliable no_timer_check
             mitigations=off nokaslr audit=0 hugepages=8 guest.share=9p ${QEMU_OPTIONS:-}" \
    -chardev stdio,id=console,mux=off,signal=off -serial chardev:console \
    -drive file="$work/disk",format=raw,if=none,id=disk -device virtio-blk-pci,drive=disk "${disk[@]}" \
    -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
    -device virtio-9p-pci,fsdev=root,mount_tag=root \
    -fsdev local,id=work,path="$work",security_model=none,multidevs=remap \
    -device virtio-9p-pci,fsdev=work,mount_tag=work </dev/null
cat "$work/status" >/dev/null 2>&1 || { echo 'the guest did not come to an end'; exit 125; }
exit "$(cat "$work/status")"
