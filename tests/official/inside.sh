#!/bin/bash
# inside.sh TREE TARE RESULTS RUNTIME [PROGRAM...]: process 1 of new namespaces, for run.sh: makes TREE its root, runs the
# programs there. Nothing but RESULTS can be written to that is not on a tmpfs.
set -eu
tree=$1 tare=$2 results=$3 runtime=$4
shift 4
wanted=" $* "

mount --make-rprivate /
mount --bind "$tree" "$tree"
mount -o remount,bind,ro "$tree"
cd "$tree"
mount --bind "$tare" usr/local/bin/tare
mount -o remount,bind,ro usr/local/bin/tare
mount --bind "$results" results
mount -t tmpfs -o mode=755 run run
mount -t tmpfs -o mode=1777 tmp tmp
mount -t tmpfs -o mode=755 dev dev
mount -t proc proc proc
mount -t sysfs sysfs sys
[[ ! -d /sys/fs/selinux/class ]] || mount -t selinuxfs selinuxfs sys/fs/selinux
mount -t cgroup2 cgroup2 sys/fs/cgroup
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 shm dev/shm
# Nodes of our own: crun gives its standard streams to the container's user.
for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    IFS=: read -r name major minor <<<"$node"
    mknod -m 666 "dev/$name" c "$major" "$minor"
done
for link in fd:fd stdin:fd/0 stdout:fd/1 stderr:fd/2; do ln -s "/proc/self/${link#*:}" "dev/${link%:*}"; done
ln -s pts/ptmx dev/ptmx
hostname validation
ip link set lo up
ip link add eth0 type dummy 2>/dev/null || true # linux_cgroups_network ends before its first test without a second one
pivot_root . .
umount -l .
cd /programs
for controller in $(</sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control || true
done
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C TMPDIR=/tmp
path=$(command -v "$runtime")

# What the program cannot do without, and this place has not.
lacks() {
    local bounding
    bounding=$(sed -n 's/^CapBnd:\t//p' /proc/self/status)
    case $1 in
    process_capabilities)
        ((16#$bounding == (2 << $(</proc/sys/kernel/cap_last_cap)) - 1)) || echo "root has not all capabilities here" ;;
    esac
}

# killsig signals as soon as the container runs, when its shell need not have set its trap: what is quick would fail.
patient() {
    printf '#!/bin/sh\n[ "$1" != kill ] || sleep 1\nexec %s "$@"\n' "$path" >/run/patient
    chmod 755 /run/patient
    echo /run/patient
}

# Not every program removes its containers when it fails, and the next must not meet them.
clean() {
    local group
    for group in /sys/fs/cgroup/*/; do
        [[ $group == */init/ ]] || echo 1 >"$group/cgroup.kill"
    done
    kill -KILL -1 || true
    find /sys/fs/cgroup -mindepth 1 -depth -type d ! -name init -exec rmdir {} + || true
    rm -rf /tmp/* /run/*
} 2>/dev/null

for program in *; do
    [[ -f $program && -x $program && $program != runtimetest ]] || continue
    [[ $wanted == '  ' || $wanted == *" $program "* ]] || continue
    why=$(lacks "$program")
    if [[ -n $why ]]; then
        echo "$why" >"/results/$program.lacks"
        continue
    fi
    begin=$EPOCHREALTIME status=0
    RUNTIME=$path
    [[ $program != killsig ]] || RUNTIME=$(patient)
    RUNTIME=$RUNTIME unshare --mount timeout --kill-after=5 "${LIMIT:-90}" "./$program" \
        >"/results/$program.out" 2>"/results/$program.err" </dev/null || status=$?
    awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f\n", b - a }' >"/results/$program.seconds"
    echo $status >"/results/$program.status"
    clean
done
