#!/bin/busybox sh
# The guest's first program: makes a root of the host's own files, read-only, under a tmpfs, so that
# what was built outside runs here at the same path. /work is the one folder that is shared for writing.
# Kernel command line: guest.share=hostfs:FOLDER (user-mode Linux) or guest.share=9p (QEMU).
# guest.tree=FOLDER or guest.tree=/dev/vdb: a system of its own instead, with the host's files at /host.
export PATH=/bin
busybox mkdir -p /proc /sys /dev /lower /upper /root
alias mount='busybox mount'
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for module in /modules/*.ko; do
    [ -e "$module" ] && { busybox insmod "$module" || echo "insmod $module failed"; }
done
for word in $(busybox cat /proc/cmdline); do
    case $word in
    guest.share=*) share=${word#*=} ;;
    guest.tree=*) tree=${word#*=} ;;
    esac
done

nine_p=trans=virtio,version=9p2000.L,msize=512000
mount_host() { # mount_host WHERE
    case $share in
    hostfs:*) mount -t hostfs -o ro,/ none "$1" ;;
    9p) mount -t 9p -o ro,$nine_p,cache=loose root "$1" ;;
    esac
}
case $tree in
'') mount_host /lower ;;
/dev/*) mount -t ext4 -o ro "$tree" /lower ;;
*) mount -t hostfs -o "ro,$tree" none /lower ;;
esac
mount -t tmpfs -o mode=755 upper /upper
busybox mkdir -p /upper/files /upper/work
mount -t overlay -o lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work root /root

cd /root || exit
busybox mkdir -p proc sys dev tmp run work
mount -t tmpfs -o mode=755 run run
case $share in
hostfs:*) mount -t hostfs -o "${share#hostfs:}" none work ;;
9p) mount -t 9p -o rw,$nine_p,cache=mmap work work ;;
esac
[ -z "$tree" ] || mount_host host
mount --move /proc proc
mount --move /sys sys
mount --move /dev dev
[ -z "$tree" ] || exec busybox switch_root /root /sbin/init
busybox mkdir -p dev/pts dev/shm dev/mqueue
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o mode=1777 shm dev/shm
mount -t mqueue mqueue dev/mqueue
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t securityfs securityfs sys/kernel/security 2>/dev/null
mount -t bpf bpf sys/fs/bpf 2>/dev/null
for link in fd:fd stdin:fd/0 stdout:fd/1 stderr:fd/2; do
    busybox ln -sf "/proc/self/${link#*:}" "dev/${link%:*}"
done
busybox cp /guest.sh run/guest.sh
exec busybox switch_root /root /run/guest.sh
