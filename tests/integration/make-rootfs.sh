#!/bin/bash
# make-rootfs.sh DIR PROBE: a root file system of busybox and our probe.
set -eu
root=$1 probe=$2
rm -rf "$root"
mkdir -p "$root"/{bin,dev,etc,proc,root,run,sys,tmp,var,home/alice}
chmod 1777 "$root/tmp"
cp "$(command -v busybox)" "$root/bin/busybox"
cp "$probe" "$root/bin/probe"
for name in sh true false cat ls sleep id echo ps mount umount head tail grep stat readlink hostname env \
    ip ifconfig kill mkdir rmdir rm ln mknod dd touch chmod chown nproc tr wc cut awk sed date df nc httpd \
    wget tty stty test yes timeout ulimit umask uname setsid trap vi find sort unshare nice renice chroot; do
    ln -sf busybox "$root/bin/$name"
done
printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'alice:x:1000:1000::/home/alice:/bin/sh' >"$root/etc/passwd"
printf '%s\n' 'root:x:0:' 'tty:x:5:' 'alice:x:1000:' >"$root/etc/group"
chown 1000:1000 "$root/home/alice"
