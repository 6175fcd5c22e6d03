#!/bin/bash
# The root file system of every test: busybox and the probe. make-rootfs.sh DIRECTORY PROBE
set -eu
rm -rf "$1"
mkdir -p "$1"/{bin,dev,etc,home/user,mnt,opt,proc,root,run,sys,tmp,usr,var}
chmod 1777 "$1/tmp"
cp /bin/busybox "$1/bin/busybox"
cp "$2" "$1/bin/probe"
for applet in awk base64 basename cat chmod chown chroot cp cut dd df dirname dnsdomainname echo env false find grep \
    head hostname id ip ipcs kill ln ls mkdir mkfifo mknod mount mv nproc od printf ps pwd readlink rm rmdir \
    sed seq sh sleep sort stat stty sync sysctl tail tee test timeout touch tr true tty umount uname unshare \
    uptime wc who whoami xargs; do
    ln -s busybox "$1/bin/$applet"
done
printf 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n' > "$1/etc/passwd"
printf 'root:x:0:\nuser:x:1000:\n' > "$1/etc/group"
