#!/bin/bash
# native-init.sh TREE WORK: the first program in native.sh's namespaces: makes the root of TREE under a tmpfs, with devices
# and file systems of its own, and becomes the tree's systemd. WORK is at /work: `command`, then `output` and `status`.
set -eu
tree=$1 work=$2
mount --make-rprivate /
over=$work/over
mkdir "$over"
mount -t tmpfs -o mode=755 over "$over"
mkdir "$over"/{files,work,root}
mount -t overlay -o "lowerdir=$tree,upperdir=$over/files,workdir=$over/work" root "$over/root"
cd "$over/root"
mkdir -p old
mount --rbind / host
mount --bind "$work" work
mount -t tmpfs -o mode=755 run run
: >run/guest-output
mount --bind "$work/output" run/guest-output
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 dev dev
mkdir -p dev/{pts,shm,net}
while read -r name major minor; do mknod -m 666 "dev/$name" c "$major" "$minor"; done <<'END_OF_DEVICES'
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
kmsg 1 11
tty 5 0
fuse 10 229
net/tun 10 200
END_OF_DEVICES
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 shm dev/shm
ln -s pts/ptmx dev/ptmx
for link in fd:fd stdin:fd/0 stdout:fd/1 stderr:fd/2; do ln -s "/proc/self/${link#*:}" "dev/${link%:*}"; done
# There is no terminal that a service could write to.
mkdir -p etc/systemd/system/guest.service.d
printf '[Service]\nTTYPath=\nStandardOutput=append:/run/guest-output\n' >etc/systemd/system/guest.service.d/native.conf
hostname guest
ip link set lo up
pivot_root . old
umount -l /old
exec env -i container=namespaces TERM=dumb PATH=/usr/sbin:/usr/bin /sbin/init systemd.show_status=0
