declare -gA FILE_OF=([pid]=pid [network]=net [mount]=mnt [ipc]=ipc [uts]=uts [cgroup]=cgroup [user]=user [time]=time)
declare -gA FLAG_OF=([pid]=--pid [network]=--net [ipc]=--ipc [uts]=--uts [cgroup]=--cgroup [user]=--user [time]=--time)

for type in pid network mount ipc uts user cgroup time; do
    requirement MUST config-linux.md#namespaces "$type: without a path the container gets a new one" new_namespace "$type"
done
new_namespace() {
    case $1 in
    user) with_user_namespace ;;
    *) with_namespace "$1" ;;
    esac
    process sleep 100
    create
    start
    until_true grep -q '^sleep' "/proc/$(state .pid)/cmdline"
    unlike "$1 namespace" "$(namespace_of "$(state .pid)" "${FILE_OF[$1]}")" "^$(namespace_of self "${FILE_OF[$1]}")$"
}

for type in pid network ipc uts user cgroup time; do
    requirement MUST config-linux.md#namespaces "$type: when not listed, the container has the runtime's" \
        inherited_namespace "$type"
done
inherited_namespace() {
    without_namespace "$1"
    [ "$1" != network ] || config '.mounts |= map(select(.type != "sysfs"))'
    process sleep 100
    create
    start
    same "$1 namespace" "$(namespace_of "$(state .pid)" "${FILE_OF[$1]}")" "$(namespace_of self "${FILE_OF[$1]}")"
    signal KILL
}

for type in pid network ipc uts cgroup time; do
    requirement MUST config-linux.md#namespaces "$type: the container is in the one that path names" joined_namespace "$type"
done
joined_namespace() {
    holder "${FLAG_OF[$1]}"
    with_namespace "$1" "/proc/$HOLDER/ns/${FILE_OF[$1]}"
    process sleep 100
    create
    start
    same "$1 namespace" "$(namespace_of "$(state .pid)" "${FILE_OF[$1]}")" "$(namespace_of "$HOLDER" "${FILE_OF[$1]}")"
    signal KILL
    until_status stopped
}

requirement MUST config-linux.md#namespaces "user: the container is in the one that path names"
test_joined_user() {
    holder --user --map-root-user
    with_namespace user "/proc/$HOLDER/ns/user"
    config '.process.user = { uid: 0, gid: 0 } | .mounts |= map(select(.type != "sysfs"))'
    process sleep 100
    create
    start
    same "user namespace" "$(namespace_of "$(state .pid)" user)" "$(namespace_of "$HOLDER" user)"
}

requirement MUST config-linux.md#namespaces "mount: the container is in the one that path names"
test_joined_mount() {
    holder --mount
    with_namespace mount "/proc/$HOLDER/ns/mnt"
    process sleep 100
    create
    start
    same "mount namespace" "$(namespace_of "$(state .pid)" mnt)" "$(namespace_of "$HOLDER" mnt)"
}

for type in network ipc uts cgroup user; do
    requirement MUST config-linux.md#namespaces "$type: a path of another type of namespace is refused" wrong_type "$type"
done
wrong_type() {
    holder --uts --ipc
    local other=uts
    [ "$1" != uts ] || other=ipc
    with_namespace "$1" "/proc/$HOLDER/ns/$other"
    refused
}

requirement MUST config-linux.md#namespaces "a path that is no namespace is refused"
test_no_namespace() {
    : > "$WORK/file"
    with_namespace uts "$WORK/file"
    refused
}

requirement MUST config-linux.md#namespaces "a path that does not exist is refused"
test_missing() {
    with_namespace uts "$WORK/nothing"
    refused
}

requirement MUST config-linux.md#namespaces "a path that is not absolute is refused"
test_relative() {
    with_namespace uts "proc/self/ns/uts"
    cd /
    refused
}

requirement MUST config-linux.md#namespaces "a namespace kept by a bind mount can be joined"
test_bound() {
    mkdir -p "$WORK/own"
    : > "$WORK/own/uts"
    unshare --uts="$WORK/own/uts" hostname kept
    with_namespace uts "$WORK/own/uts"
    inside hostname
    prints kept
}

for type in pid network mount ipc uts user cgroup time; do
    requirement MUST config-linux.md#namespaces "$type: listed twice is refused" duplicate_namespace "$type"
done
duplicate_namespace() {
    [ "$1" != user ] || with_user_namespace
    without_namespace "$1"
    config '.linux.namespaces += [{ type: $words[0] }, { type: $words[0] }]' "$1"
    refused
}

requirement MUST config-linux.md#namespaces "pid: the process is 1, and sees only the container's"
test_pid_one() {
    inside_sh 'echo $$; ls /proc | grep -c "^[0-9]"'
    like output "$(head -n 1 "$WORK/out")" '^1$'
    (($(tail -n 1 "$WORK/out") <= 4)) || fail "more processes than the container's"
}

requirement MUST config-linux.md#namespaces "network: there is nothing but loopback"
test_network_empty() {
    inside ls /sys/class/net
    like interfaces "$(< "$WORK/out")" lo
    unlike interfaces "$(< "$WORK/out")" eth
}

requirement MUST config-linux.md#namespaces "ipc: the host's message queues and segments are not to be seen"
test_ipc_empty() {
    local segment
    segment=$(ipcmk -M 4096 | sed 's/[^0-9]//g')
    inside awk 'NR > 1 { print $2 }' /proc/sysvipc/shm
    ipcrm -m "$segment"
    unlike segments "$(< "$WORK/out")" "^$segment$"
}

requirement MUST config-linux.md#namespaces "cgroup: the container's cgroup is the root of what it sees"
test_cgroup_root() {
    needs_cgroups
    with_namespace cgroup
    inside sed -n 's/^0:://p' /proc/self/cgroup
    prints /
}

requirement MUST config-linux.md#namespaces "mount: the host does not see the container's mounts"
test_mount_isolated() {
    with_mount /mnt tmpfs tmpfs
    process sleep 100
    create
    start
    same mounts "$(mounts_below "$ROOTFS")" ""
}

requirement PRACTICE config-linux.md#namespaces "network: loopback is up in a new namespace"
test_loopback() {
    inside_sh 'ip link show lo | grep -c "[<,]UP[,>]"'
    prints 1
}

requirement PRACTICE config-linux.md#namespaces "several namespaces of another process are joined together"
test_joined_together() {
    holder --net --uts --ipc
    with_namespace network "/proc/$HOLDER/ns/net"
    with_namespace uts "/proc/$HOLDER/ns/uts"
    with_namespace ipc "/proc/$HOLDER/ns/ipc"
    inside_sh 'for name in net uts ipc; do readlink /proc/self/ns/$name; done'
    prints "$(readlink "/proc/$HOLDER/ns/"{net,uts,ipc})"
}
