requirement MUST config-linux.md#sysctl "a sysctl of the network namespace is set"
test_sysctl_net() {
    config '.linux.sysctl = { "net.ipv4.ip_forward": "1" }'
    inside cat /proc/sys/net/ipv4/ip_forward
    prints 1
}

requirement MUST config-linux.md#sysctl "a sysctl of the IPC namespace is set"
test_sysctl_ipc() {
    config '.linux.sysctl = { "kernel.shm_rmid_forced": "1", "fs.mqueue.msg_max": "7" }'
    inside cat /proc/sys/kernel/shm_rmid_forced /proc/sys/fs/mqueue/msg_max
    prints $'1\n7'
}

requirement MUST config-linux.md#sysctl "the host's value stays"
test_sysctl_host() {
    local before
    before=$(< /proc/sys/net/ipv4/ip_forward)
    config '.linux.sysctl = { "net.ipv4.ip_forward": "1" }'
    run
    same ip_forward "$(< /proc/sys/net/ipv4/ip_forward)" "$before"
}

requirement MUST config-linux.md#sysctl "a name that does not exist is an error"
test_sysctl_unknown() {
    config '.linux.sysctl = { "net.nonsense": "1" }'
    never_runs
}

requirement MUST config-linux.md#sysctl "a value that the kernel refuses is an error"
test_sysctl_value() {
    config '.linux.sysctl = { "net.ipv4.ip_forward": "nonsense" }'
    never_runs
}

requirement PRACTICE config-linux.md#sysctl "a sysctl that would change the host is refused"
test_sysctl_global() {
    config '.linux.sysctl = { "vm.swappiness": "61" }'
    local before
    before=$(< /proc/sys/vm/swappiness)
    attempt run --bundle "$BUNDLE" "$ID"
    local after
    after=$(< /proc/sys/vm/swappiness)
    echo "$before" > /proc/sys/vm/swappiness
    same swappiness "$after" "$before"
    [ $code != 0 ] || fail "run succeeded"
}

requirement PRACTICE config-linux.md#sysctl "a sysctl of a network namespace that is the host's is refused"
test_sysctl_host_network() {
    without_namespace network
    refuses_ttl
}

requirement PRACTICE config-linux.md#sysctl "a sysctl of a network namespace that is the host's by its path is refused"
test_sysctl_host_network_path() {
    with_namespace network /proc/self/ns/net
    refuses_ttl
}

refuses_ttl() {
    config '.mounts |= map(select(.type != "sysfs")) | .linux.sysctl = { "net.ipv4.ip_default_ttl": "65" }'
    local before after
    before=$(< /proc/sys/net/ipv4/ip_default_ttl)
    attempt run --bundle "$BUNDLE" "$ID"
    after=$(< /proc/sys/net/ipv4/ip_default_ttl)
    echo "$before" > /proc/sys/net/ipv4/ip_default_ttl
    same ttl "$after" "$before"
    [ $code != 0 ] || fail "run succeeded"
}

requirement PRACTICE config-linux.md#sysctl "names may be written with slashes"
test_sysctl_slashes() {
    config '.linux.sysctl = { "net/ipv4/ip_forward": "1" }'
    inside cat /proc/sys/net/ipv4/ip_forward
    prints 1
}

for mode in shared slave private unbindable; do
    requirement MUST config-linux.md#rootfs-mount-propagation "rootfsPropagation $mode" root_propagation "$mode"
done
root_propagation() {
    mkdir -p "$WORK/own/root"
    mount --bind "$ROOTFS" "$WORK/own/root"
    mount --make-shared "$WORK/own/root"
    config '.linux.rootfsPropagation = $words[0] | .root.path = $words[1]' "$1" "$WORK/own/root"
    inside awk '$5 == "/" { print $7 }' /proc/self/mountinfo
    case $1 in
    shared) prints_like '^shared:' ;;
    slave) prints_like '^(master:|-)' ;;
    private) prints - ;;
    unbindable) prints unbindable ;;
    esac
}

requirement MUST config-linux.md#rootfs-mount-propagation "shared does not mean shared with the host"
test_shared_not_with_host() {
    config '.linux.rootfsPropagation = "shared" | .process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
    process_sh 'mount -t tmpfs own /mnt && echo mounted; sleep 100'
    create
    start
    until_true grep -q mounted "$WORK/out"
    same mounts "$(mounts_below "$BUNDLE")" ""
}

requirement MUST config-linux.md#personality "LINUX32 shows a 32 bit CPU"
test_personality_32() {
    config '.linux.personality = { domain: "LINUX32" }'
    inside uname -m
    prints_like '^i.86$'
}

requirement MUST config-linux.md#personality "LINUX is the ordinary one"
test_personality_linux() {
    config '.linux.personality = { domain: "LINUX" }'
    inside uname -m
    prints "$(uname -m)"
}

requirement MUST config.md#valid-values "personality: flags are not supported"
test_personality_flags() {
    config '.linux.personality = { domain: "LINUX", flags: ["ADDR_NO_RANDOMIZE"] }'
    refused
}

needs_numa() { needs NUMA test -d /sys/devices/system/node/node0; }

requirement MUST config-linux.md#memory-policy "MPOL_BIND with nodes"
test_memory_bind() {
    needs_numa
    config '.linux.memoryPolicy = { mode: "MPOL_BIND", nodes: "0" }'
    inside probe mempolicy
    prints "mode=2 flags=0 nodes=1"
}

requirement MUST config-linux.md#memory-policy "MPOL_INTERLEAVE with flags"
test_memory_interleave() {
    needs_numa
    config '.linux.memoryPolicy = { mode: "MPOL_INTERLEAVE", nodes: "0", flags: ["MPOL_F_STATIC_NODES"] }'
    inside probe mempolicy
    prints_like "mode=3 flags=32768"
}

requirement MUST config-linux.md#memory-policy "MPOL_LOCAL needs no nodes"
test_memory_local() {
    needs_numa
    config '.linux.memoryPolicy = { mode: "MPOL_LOCAL" }'
    inside probe mempolicy
    prints_like "mode=4 "
}

requirement MUST config-linux.md#memory-policy "a policy that the kernel refuses is an error"
test_memory_no_nodes() {
    needs_numa
    config '.linux.memoryPolicy = { mode: "MPOL_BIND" }'
    never_runs
}

requirement MUST config.md#valid-values "memoryPolicy: an unknown mode is refused"
test_memory_unknown() {
    config '.linux.memoryPolicy = { mode: "MPOL_NONSENSE" }'
    refused
}

requirement MUST config.md#valid-values "memoryPolicy: an unknown flag is refused"
test_memory_unknown_flag() {
    config '.linux.memoryPolicy = { mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_NONSENSE"] }'
    refused
}

requirement MUST config-linux.md#intelrdt "intelRdt without a mounted resctrl file system is an error"
test_rdt() {
    ! grep -q ' - resctrl ' /proc/self/mountinfo || skip "resctrl is mounted here"
    config '.linux.intelRdt = { closID: "conf", l3CacheSchema: "L3:0=f" }'
    refused
}

requirement MUST config-linux.md#mount-label "a mountLabel that cannot be applied is an error"
test_mount_label() {
    [ ! -e /sys/fs/selinux/enforce ] || skip "SELinux is enabled here"
    config '.linux.mountLabel = "system_u:object_r:container_file_t:s0"'
    never_runs
}

requirement MAY config.md#platform-specific-configuration "linux may be absent"
test_no_linux() {
    config 'del(.linux)'
    attempt run --bundle "$BUNDLE" "$ID"
    ((code < 128 || code == 255)) || fail "it ended with $code"
    same mounts "$(mounts_below "$BUNDLE")" ""
}

requirement PRACTICE runtime-linux.md "the process leads a session of its own"
test_session() {
    inside_sh 'read -r line < /proc/self/stat; set -- $line; echo $5 $6'
    prints "1 1"
}

requirement PRACTICE runtime-linux.md "the process has a session keyring of its own"
test_keyring() {
    local host
    host=$("$TOOLS/rootfs/bin/probe" keyring) || skip "no keyrings here"
    inside probe keyring
    unlike keyring "$(< "$WORK/out")" "^$host$"
}

requirement PRACTICE runtime-linux.md "signals are neither blocked nor ignored when the program starts"
test_signals() {
    inside grep -E '^Sig(Blk|Ign)' /proc/self/status
    same signals "$(cut -f2 "$WORK/out" | sort -u)" 0000000000000000
}

requirement PRACTICE runtime-linux.md "signals that the caller ignores or blocks are the container's defaults"
test_caller_signals() {
    trap '' HUP PIPE
    inside grep -E '^SigBlk' /proc/self/status
    trap - HUP PIPE
    same signals "$(cut -f2 "$WORK/out" | sort -u)" 0000000000000000
}
