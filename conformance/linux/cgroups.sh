resources() { config ".linux.resources += { $1 }"; }
# The container's cgroup while its process waits.
with_cgroup() {
    needs_cgroups
    process sleep 100
    create
    CGROUP=$(cgroup)
}
file_is() { same "$1" "$(xargs < "$CGROUP/$1")" "$2"; }

requirement MUST config-linux.md#cgroups-path "the container has a cgroup"
test_own() {
    with_cgroup
    [ "$(cgroup)" != "$(sed -n 's/^0:://p' /proc/self/cgroup)" ] || fail "it is the runtime's"
    grep -qx "$(state .pid)" "$CGROUP/cgroup.procs" || fail "the process is not in $CGROUP"
}

requirement MUST config-linux.md#cgroups-path "an absolute cgroupsPath is relative to the cgroup mount point"
test_absolute() {
    config '.linux.cgroupsPath = $words[0]' "/$ID-group/inner"
    with_cgroup
    same cgroup "$CGROUP" "/sys/fs/cgroup/$ID-group/inner"
    succeeds delete --force "$ID"
    rmdir "/sys/fs/cgroup/$ID-group" 2> /dev/null || true
}

requirement MUST config-linux.md#cgroups-path "the same cgroupsPath is the same place"
test_consistent() {
    config '.linux.cgroupsPath = $words[0]' "$ID-relative"
    with_cgroup
    local first=$CGROUP
    succeeds delete --force "$ID"
    with_cgroup
    same cgroup "$CGROUP" "$first"
}

requirement MUST config-linux.md#cgroups-path "a cgroup that does not exist is created, one that exists is used"
test_existing() {
    needs_cgroups
    config '.linux.cgroupsPath = $words[0]' "/$ID-mine"
    mkdir "/sys/fs/cgroup/$ID-mine"
    with_cgroup
    same cgroup "$CGROUP" "/sys/fs/cgroup/$ID-mine"
    succeeds delete --force "$ID"
    rmdir "/sys/fs/cgroup/$ID-mine" 2> /dev/null || true
}

requirement MUST config-linux.md#control-groups "a cgroup that has processes already is refused, if it is checked at all"
test_not_empty() {
    needs_cgroups
    config '.linux.cgroupsPath = $words[0]' "/$ID-busy"
    mkdir "/sys/fs/cgroup/$ID-busy"
    in_background sleep 100
    echo "${HELPERS[-1]}" > "/sys/fs/cgroup/$ID-busy/cgroup.procs"
    attempt create --bundle "$BUNDLE" "$ID"
    local made=$code
    kill "${HELPERS[-1]}"
    [ $made = 0 ] || ! exists || fail "there is a container after the error"
    [ $made = 0 ] || { until_true rmdir "/sys/fs/cgroup/$ID-busy"; }
}

requirement PRACTICE config-linux.md#control-groups "a cgroup that is frozen is refused"
test_frozen() {
    needs_cgroups
    config '.linux.cgroupsPath = $words[0]' "/$ID-frozen"
    mkdir "/sys/fs/cgroup/$ID-frozen"
    echo 1 > "/sys/fs/cgroup/$ID-frozen/cgroup.freeze"
    fails create --bundle "$BUNDLE" "$ID"
    echo 0 > "/sys/fs/cgroup/$ID-frozen/cgroup.freeze"
    [ ! -d "/sys/fs/cgroup/$ID-frozen" ] || rmdir "/sys/fs/cgroup/$ID-frozen"
}

requirement PRACTICE config-linux.md#cgroups-path "a cgroupsPath cannot climb out of the hierarchy"
test_climbing() {
    needs_cgroups
    config '.linux.cgroupsPath = $words[0]' "/../../../$ID-out"
    attempt create --bundle "$BUNDLE" "$ID"
    [ -z "$(find /sys/fs /sys/kernel -maxdepth 1 -name "*$ID*")" ] || fail "a directory outside"
}

requirement MUST config-linux.md#cgroup-ownership "the cgroup belongs to the runtime's user without a user namespace"
test_owner() {
    with_cgroup
    same owner "$(stat -c %u "$CGROUP/cgroup.procs")" 0
}

requirement SHOULD config-linux.md#cgroup-ownership "the cgroup is given to the container's root with a writable mount of it"
test_delegated() {
    needs_cgroups
    with_user_namespace
    with_namespace cgroup
    with_mount /sys/fs/cgroup cgroup cgroup nosuid noexec nodev
    with_cgroup
    same owner "$(stat -c %u "$CGROUP" "$CGROUP/cgroup.procs" | paste -sd,)" 100000,100000
}

requirement SHOULD config-linux.md#cgroup-ownership "the cgroup is not given away with a read-only mount of it"
test_not_delegated() {
    needs_cgroups
    with_user_namespace
    with_namespace cgroup
    with_mount /sys/fs/cgroup cgroup cgroup nosuid noexec nodev ro
    with_cgroup
    same owner "$(stat -c %u "$CGROUP" "$CGROUP/cgroup.procs" | paste -sd,)" 0,0
}

requirement SHOULD config-linux.md#cgroup-ownership "files that are not delegated stay the runtime's"
test_other_files() {
    needs_cgroups
    with_user_namespace
    with_namespace cgroup
    with_mount /sys/fs/cgroup cgroup cgroup nosuid noexec nodev
    with_cgroup
    same owner "$(stat -c %u "$CGROUP/cgroup.max.depth")" 0
}

requirement MUST config.md#mounts "a mount of type cgroup shows the container's cgroup"
test_mount() {
    needs_cgroups
    with_namespace cgroup
    with_mount /sys/fs/cgroup cgroup cgroup nosuid noexec nodev ro
    inside_sh 'grep -c . /sys/fs/cgroup/cgroup.procs; [ -e /sys/fs/cgroup/cgroup.events ] && echo below the root'
    prints_like 'below the root'
}

# ---------------------------------------------------------------- devices

# What of reading and writing /dev/kmsg the process may do; no default rule is about that device.
with_kmsg() {
    needs_cgroups
    config '.linux.devices = [{ type: "c", path: "/dev/conf", major: 1, minor: 11, fileMode: 438 }]
          | .process.capabilities |= map_values(. + ["CAP_SYSLOG", "CAP_SYS_ADMIN"])'
    process_sh 'for mode in "<" ">"; do (eval ": $mode /dev/conf") 2> /dev/null && echo "$mode"; done; true'
}
rules() { config ".linux.resources.devices = [$1]"; }

requirement MUST config-linux.md#allowed-device-list "what is denied, is refused"
test_denied() {
    with_kmsg
    rules '{ allow: false, access: "rwm" }'
    run
    prints ""
}

requirement MUST config-linux.md#allowed-device-list "what is allowed, is possible"
test_allowed() {
    with_kmsg
    rules '{ allow: false, access: "rwm" }, { allow: true, type: "c", major: 1, minor: 11, access: "rwm" }'
    run
    prints $'<\n>'
}

requirement MUST config-linux.md#allowed-device-list "access is what it says: reading only"
test_read_only() {
    with_kmsg
    rules '{ allow: false, access: "rwm" }, { allow: true, type: "c", major: 1, minor: 11, access: "r" }'
    run
    prints "<"
}

requirement MUST config-linux.md#allowed-device-list "access is what it says: writing only"
test_write_only() {
    with_kmsg
    rules '{ allow: false, access: "rwm" }, { allow: true, type: "c", major: 1, minor: 11, access: "w" }'
    run
    prints ">"
}

requirement MUST config-linux.md#allowed-device-list "entries apply in order: the last counts"
test_order() {
    with_kmsg
    rules '{ allow: false, access: "rwm" }, { allow: true, type: "c", major: 1, minor: 11, access: "rw" }, { allow: false, type: "c", major: 1, minor: 11, access: "w" }'
    run
    prints "<"
}

requirement MUST config-linux.md#allowed-device-list "an unset minor means all"
test_all_minors() {
    with_kmsg
    rules '{ allow: false, access: "rwm" }, { allow: true, type: "c", major: 1, access: "rw" }'
    run
    prints $'<\n>'
}

requirement MUST config-linux.md#allowed-device-list "type a, or none, means all"
test_type_all() {
    with_kmsg
    rules '{ allow: false, access: "rwm" }, { allow: true, type: "a", access: "rwm" }'
    run
    prints $'<\n>'
}

requirement MUST config-linux.md#allowed-device-list "a rule for block devices is none for character devices"
test_other_type() {
    with_kmsg
    rules '{ allow: false, access: "rwm" }, { allow: true, type: "b", major: 1, minor: 11, access: "rwm" }'
    run
    prints ""
}

requirement MUST config-linux.md#allowed-device-list "mknod is refused where m is not allowed"
test_mknod() {
    needs_cgroups
    rules '{ allow: false, access: "rwm" }, { allow: true, type: "c", major: 1, minor: 11, access: "rw" }'
    inside_sh 'mknod /tmp/conf b 7 99 2> /dev/null || echo refused'
    prints refused
}

requirement MUST config-linux.md#allowed-device-list "the default devices work although everything is denied"
test_defaults() {
    needs_cgroups
    rules '{ allow: false, access: "rwm" }'
    inside_sh 'echo x > /dev/null && head -c 1 /dev/zero | wc -c && head -c 1 /dev/urandom | wc -c'
    prints $'1\n1'
}

# ---------------------------------------------------------------- limits

# limit CONTROLLER FILE VALUE RESOURCES: what the file says
limit() {
    needs_controller "$1"
    resources "$4"
    with_cgroup
    file_is "$2" "$3"
}
limits() { requirement MUST "config-linux.md#$1" "$2" limit "${@:3}"; }

limits memory "memory.limit" memory memory.max 33554432 'memory: { limit: 33554432 }'
limits memory "memory.limit -1 is no limit" memory memory.max max 'memory: { limit: -1 }'
limits memory "memory.reservation" memory memory.low 16777216 'memory: { reservation: 16777216 }'
limits memory "memory.swap is memory and swap together" memory memory.swap.max 33554432 \
    'memory: { limit: 33554432, swap: 67108864 }'
limits memory "memory.swap equal to limit is no swap" memory memory.swap.max 0 'memory: { limit: 33554432, swap: 33554432 }'
limits memory "memory.swap -1 is no limit of swap" memory memory.swap.max max 'memory: { limit: 33554432, swap: -1 }'
limits cpu "cpu.quota and period" cpu cpu.max "50000 200000" 'cpu: { quota: 50000, period: 200000 }'
limits cpu "cpu.quota alone has the default period" cpu cpu.max "50000 100000" 'cpu: { quota: 50000 }'
limits cpu "cpu.quota -1 is no limit" cpu cpu.max "max 100000" 'cpu: { quota: -1, period: 100000 }'
limits cpu "cpu.shares 1024, the default, is weight 100 or thereabouts" cpu cpu.weight 100 'cpu: { shares: 1024 }'
limits cpu "cpu.burst" cpu cpu.max.burst 10000 'cpu: { quota: 50000, burst: 10000 }'
limits cpu "cpu.idle" cpu cpu.idle 1 'cpu: { idle: 1 }'
limits cpu "cpu.cpus" cpuset cpuset.cpus 0 'cpu: { cpus: "0" }'
limits cpu "cpu.mems" cpuset cpuset.mems 0 'cpu: { mems: "0" }'
limits pids "pids.limit" pids pids.max 77 'pids: { limit: 77 }'
limits pids "pids.limit -1 is no limit" pids pids.max max 'pids: { limit: -1 }'
limits huge-page-limits "hugepageLimits" hugetlb hugetlb.2MB.max 4194304 'hugepageLimits: [{ pageSize: "2MB", limit: 4194304 }]'
limits huge-page-limits "hugepageLimits: reservations" hugetlb hugetlb.2MB.rsvd.max 4194304 \
    'hugepageLimits: [{ pageSize: "2MB", limit: 4194304 }]'
limits unified "unified: a file of a controller" hugetlb hugetlb.2MB.max 6291456 'unified: { "hugetlb.2MB.max": "6291456" }'
limits unified "unified: a file of memory" memory memory.high 16777216 'unified: { "memory.high": "16777216" }'
limits unified "unified: a file of the core" hugetlb cgroup.max.depth 3 'unified: { "cgroup.max.depth": "3" }'

requirement PRACTICE config-linux.md#pids "pids without a limit sets none"
test_pids_unset() {
    config '.linux.resources.pids = {}'
    inside_sh 'echo runs'
    prints runs
}

requirement SHOULD config-linux.md#pids "pids.limit 0 is a limit"
test_pids_zero() {
    needs_controller pids
    resources 'pids: { limit: 0 }'
    needs_cgroups
    process sleep 100
    attempt create --bundle "$BUNDLE" "$ID"
    [ $code != 0 ] || same pids.max "$(< "$(cgroup)/pids.max")" 0
}

requirement MUST config-linux.md#memory "memory.limit is enforced"
test_memory_enforced() {
    needs_controller memory
    resources 'memory: { limit: 33554432, swap: 33554432 }'
    inside_sh 'probe eat 100; echo "ended with $?"'
    prints "ended with 137"
}

requirement MUST config-linux.md#pids "pids.limit is enforced"
test_pids_enforced() {
    needs_controller pids
    resources 'pids: { limit: 10 }'
    inside probe fork 50
    (($(< "$WORK/out") < 10)) || fail "$(< "$WORK/out") processes"
}

requirement MUST config-linux.md#cpu "cpu.quota is enforced"
test_cpu_enforced() {
    needs_controller cpu
    resources 'cpu: { quota: 10000, period: 100000 }'
    process_sh 'while :; do :; done'
    create
    start
    sleep 0.5
    (($(sed -n 's/^nr_throttled //p' "$(cgroup)/cpu.stat") > 0)) || fail "never throttled"
}

requirement MUST config-linux.md#cpu "cpu.cpus is where the process runs"
test_cpus_enforced() {
    needs_controller cpuset
    needs "second CPU" test "$(nproc)" -gt 1
    resources 'cpu: { cpus: "1" }'
    inside nproc
    prints 1
}

requirement MUST config-linux.md#block-io "blockIO.throttleReadBpsDevice"
test_throttle() {
    needs_controller io
    local device
    device=$(lsblk -dno MAJ:MIN | head -n 1 | xargs)
    [ -n "$device" ] || skip "no block device here"
    resources "blockIO: { throttleReadBpsDevice: [{ major: ${device%:*}, minor: ${device#*:}, rate: 1048576 }] }"
    with_cgroup
    like io.max "$(< "$CGROUP/io.max")" "$device rbps=1048576"
}

requirement MUST config-linux.md#block-io "blockIO.weight"
test_weight() {
    needs_controller io
    resources 'blockIO: { weight: 500 }'
    with_cgroup
    like weight "$(cat "$CGROUP"/io.weight "$CGROUP"/io.bfq.weight 2> /dev/null)" 'default (4950|500)'
}

requirement MUST config-linux.md#rdma "rdma limits"
test_rdma() {
    needs_controller rdma
    local device
    device=$(ls /sys/class/infiniband 2> /dev/null | head -n 1)
    [ -n "$device" ] || skip "no RDMA device here"
    resources "rdma: { \"$device\": { hcaHandles: 3, hcaObjects: 1000 } }"
    with_cgroup
    like rdma.max "$(< "$CGROUP/rdma.max")" "$device hca_handle=3 hca_object=1000"
}

# refused_limit CONTROLLER RESOURCES: where the kernel lacks the controller
missing_controller() {
    needs_cgroups
    ! has_controller "$1" || skip "the $1 controller is here"
    resources "$2"
    refused
}
for pair in 'memory memory:{limit:33554432}' 'pids pids:{limit:10}' 'cpu cpu:{quota:10000}' 'cpuset cpu:{cpus:"0"}' \
    'io blockIO:{weight:500}' 'rdma rdma:{mlx5_1:{hcaHandles:3}}'; do
    requirement MUST runtime.md#errors "a limit without its controller is an error: ${pair%% *}" \
        missing_controller "${pair%% *}" "${pair#* }"
done

requirement MUST config-linux.md#unified "unified: a controller that is not there is an error"
test_unified_missing() {
    needs_cgroups
    resources 'unified: { "nonsense.max": "1" }'
    refused
}

requirement MUST config-linux.md#unified "unified: a file that is not there is an error"
test_unified_no_file() {
    needs_controller hugetlb
    resources 'unified: { "hugetlb.nonsense": "1" }'
    refused
}

requirement MUST config-linux.md#unified "unified: a value that the kernel refuses is an error"
test_unified_value() {
    needs_controller hugetlb
    resources 'unified: { "hugetlb.2MB.max": "nonsense" }'
    refused
}

requirement PRACTICE config-linux.md#unified "unified: a key with a slash is refused"
test_unified_slash() {
    needs_cgroups
    resources 'unified: { "../cgroup.max.depth": "1" }'
    refused
}

requirement MUST config-linux.md#huge-page-limits "hugepageLimits: a size that the kernel does not have is an error"
test_hugepage_size() {
    needs_cgroups
    resources 'hugepageLimits: [{ pageSize: "3MB", limit: 4194304 }]'
    refused
}

requirement MUST config.md#valid-values "memory.swap below limit is refused"
test_swap_below_limit() {
    needs_controller memory
    resources 'memory: { limit: 67108864, swap: 33554432 }'
    refused
}

requirement MUST config-linux.md#control-groups "empty resources are no limits"
test_empty_resources() {
    config '.linux.resources = {}'
    inside echo hello
    prints hello
}
