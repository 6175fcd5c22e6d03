#!/bin/busybox sh
# The guest's process 1: runs /work/command, leaves its status in /work/status, turns the guest off.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb
ip link set lo up 2>/dev/null || busybox ip link set lo up
busybox hostname guest
# Not below /tmp, which may hold the tree that is tested: bundles lie on tmpfs rather than on an overlay.
mkdir -p -m 1777 /run/tmp
export TMPDIR=/run/tmp
# Controllers are given to children only where no process is, so all of ours move one down.
mkdir -p /sys/fs/cgroup/init
echo 1 >/sys/fs/cgroup/init/cgroup.procs
for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
done
cd /work || exit
read -r up _ </proc/uptime
echo "guest: up after $up s, kernel $(uname -r), controllers $(cat /sys/fs/cgroup/cgroup.controllers)"
setsid bash /work/command </dev/null
echo $? >/work/status
sync
busybox poweroff -f
