# linux.resources: config-linux.md "Control groups". Here it shows that limits are enforced, not only written.

# A container whose cgroup is mounted writable, and that waits.
limited() { bundle a "$1 | args([\"/bin/sleep\", \"100\"])"; quiet tare run -d --bundle a a; }
value() { cat "$V2/a/$1"; }

test_memory_limit_kills() {
    needs_controller memory
    bundle a '.linux.resources.memory = {limit: 33554432, swap: 33554432} | args(["/bin/probe", "eat", "100"])'
    exits 137 tare run --bundle a a
    has_not output "$out" eaten
    bundle b '.linux.resources.memory = {limit: 134217728} | args(["/bin/probe", "eat", "50"])'
    quiet tare run --bundle b b
    is 'below the limit' "$out" eaten
}

test_init_killed_for_memory_is_said_so() {
    needs_controller memory
    # Its own pages count for the cgroup of tare; what it copies into a tmpfs counts here.
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs
    mkdir a/rootfs/data && head -c 8M /dev/zero >a/rootfs/data/file
    bundle a 'mount("/data"; "tmpfs"; "tmpfs"; "tmpcopyup") | .linux.resources.memory = {limit: 1048576, swap: 1048576}'
    exits 1 tare create --bundle a a
    matches 'the reason' "$err" '(OOM|out of memory|memory limit)'
    is 'what is left' "$(tare list -q)" ''
}

test_memory_values() {
    needs_controller memory
    limited '.linux.resources.memory = {limit: 104857600, reservation: 52428800, swap: 157286400}'
    is limit "$(value memory.max)" 104857600
    is reservation "$(value memory.low)" 52428800
    [[ ! -e $V2/a/memory.swap.max ]] || is swap "$(value memory.swap.max)" 52428800
    quiet tare delete -f a
    limited '.linux.resources.memory = {limit: -1, reservation: -1}'
    is 'no limit' "$(value memory.max) $(value memory.low)" 'max max'
    quiet tare delete -f a
    bundle b '.linux.resources.memory = {limit: 1000000, swap: 5000}'
    exits 1 tare create --bundle b b
    has 'the field' "$err" 'config.json#/linux/resources/memory/swap'
}

test_pids_limit_refuses_a_fork() {
    needs_controller pids
    in_container '.linux.resources.pids = {limit: 8} | args(["/bin/probe", "forks", "20"])'
    is 'how many, and why' "$out" '7 Resource temporarily unavailable'
    limited '.linux.resources.pids = {limit: -1}'
    is 'no limit' "$(value pids.max)" max
    quiet tare delete -f a
}

test_pids_limit_too_small_for_the_process() {
    needs_controller pids
    bundle a '.linux.resources.pids = {limit: 1} | args(["/bin/echo", "one is enough"])'
    quiet tare run --bundle a a
    is output "$out" 'one is enough'
}

test_cpu_quota_throttles() {
    needs_controller cpu
    in_container '.linux.resources.cpu = {quota: 20000, period: 100000} | args(["/bin/probe", "spin", "2000"])'
    (( out < 1000 )) || fail "it got $out of 2000 ms with a fifth of a processor"
    in_container '.linux.resources.cpu = {quota: -1} | args(["/bin/probe", "spin", "500"])'
    (( out > 200 )) || fail "it got $out of 500 ms without a limit"
}

test_cpu_values() {
    needs_controller cpu
    limited '.linux.resources.cpu = {shares: 1024, quota: 50000, period: 200000}'
    is weight "$(value cpu.weight)" 100
    is max "$(value cpu.max)" '50000 200000'
    quiet tare delete -f a
    limited '.linux.resources.cpu = {idle: 1}'
    is idle "$(value cpu.idle)" 1
    quiet tare delete -f a
}

test_cpuset() {
    needs_controller cpuset
    in_container '.linux.resources.cpu = {cpus: "0", mems: "0"} | sh("nproc; grep Cpus_allowed_list /proc/self/status")'
    is processors "${out%%$'\n'*}" 1
    bundle b '.linux.resources.cpu = {cpus: "4096"}'
    exits 1 tare create --bundle b b
    has 'the field' "$err" 'config.json#/linux/resources/cpu/cpus'
}

test_hugetlb() {
    needs_controller hugetlb
    [[ -e $V2/hugetlb.2MB.max || -d /sys/kernel/mm/hugepages/hugepages-2048kB ]] || skip 'no huge pages of 2 MB'
    limited '.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 4194304}]'
    is limit "$(value hugetlb.2MB.max)" 4194304
    is reservation "$(value hugetlb.2MB.rsvd.max)" 4194304
    quiet tare delete -f a
    bundle b '.linux.resources.hugepageLimits = [{pageSize: "3MB", limit: 1}]'
    exits 1 tare create --bundle b b
    has 'the field' "$err" 'config.json#/linux/resources/hugepageLimits/0/pageSize'
}

test_io_max() {
    needs_controller io
    local device
    device=$(cat /sys/block/vda/dev /sys/block/ubda/dev /sys/block/loop0/dev 2>/dev/null | head -1 || true)
    [[ -n $device ]] || skip 'no block device'
    limited ".linux.resources.blockIO = {throttleReadBpsDevice: [{major: ${device%:*}, minor: ${device#*:}, rate: 1048576}],
      throttleWriteIOPSDevice: [{major: ${device%:*}, minor: ${device#*:}, rate: 100}]}"
    has 'the rates' "$(value io.max)" "$device rbps=1048576 wbps=max riops=max wiops=100"
    quiet tare delete -f a
}

test_io_is_throttled() {
    needs_controller io
    [[ -b /dev/vda ]] || skip 'no disk'
    local device
    device=$(cat /sys/block/vda/dev)
    in_container ".linux.resources.blockIO = {throttleReadBpsDevice: [{major: ${device%:*}, minor: ${device#*:}, rate: 1048576}]}
      | .linux.devices = [{path: \"/dev/disk\", type: \"b\", major: ${device%:*}, minor: ${device#*:}}]
      | .linux.resources.devices += [{allow: true, type: \"b\", major: ${device%:*}, minor: ${device#*:}, access: \"r\"}]
      | sh(\"date +%s; dd if=/dev/disk of=/dev/null bs=1M count=4 2>/dev/null; date +%s\")"
    (( ${out##*$'\n'} - ${out%%$'\n'*} >= 2 )) || fail "4 MB took from ${out//$'\n'/ to }"
}

test_unified() {
    needs_controller pids
    limited '.linux.resources = {pids: {limit: 100}, unified: {"pids.max": "50", "cgroup.max.depth": "3"}}'
    is 'the last word' "$(value pids.max)" 50
    is 'a core file' "$(value cgroup.max.depth)" 3
    quiet tare delete -f a
    bundle b '.linux.resources.unified = {"nosuch.max": "1"}'
    exits 1 tare create --bundle b b
    has 'the field' "$err" 'config.json#/linux/resources/unified/nosuch.max'
    has 'the controller' "$err" nosuch
}

test_device_rules() {
    # /dev/kmsg (1:11) is not in the default list; /dev/fuse (10:229) is allowed here to be read only.
    in_container 'caps(["CAP_MKNOD", "CAP_SYSLOG", "CAP_SYS_ADMIN"]) | .linux.devices = [{path: "/dev/kmsg", type: "c", major: 1, minor: 11, fileMode: 438},
        {path: "/dev/port0", type: "c", major: 1, minor: 1, fileMode: 438}]
      | .linux.resources.devices = [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 1, minor: 11, access: "w"}]
      | sh("probe open /dev/kmsg; probe open /dev/kmsg w; probe open /dev/zero; probe open /dev/port0; mknod /tmp/null c 1 3 && echo made")'
    is 'each try' "$out" $'Operation not permitted\ndone\ndone\nOperation not permitted\nmade'
}

test_cgroup_of_its_own_path() {
    bundle a '.linux.cgroupsPath = "/some/where/a" | args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    has 'its place' "$(grep ^0:: "/proc/$(pid_of a)/cgroup")" /some/where/a
    quiet tare delete -f a
    [[ ! -d $V2/some/where/a ]] || fail 'it is still there'
    rmdir "$V2/some/where" "$V2/some" 2>/dev/null || true
}

test_cgroup_of_a_relative_path() {
    bundle a '.linux.cgroupsPath = "rel/a" | args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    has 'its place' "$(grep ^0:: "/proc/$(pid_of a)/cgroup")" '/rel/a'
    quiet tare delete -f a
    find "$V2" -mindepth 1 -depth -name rel -type d -exec rmdir {} \;
}

test_delegation() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:100000 a/rootfs
    in_container 'userns([map(0; 100000; 65536)]) | .mounts |= map(if .type == "cgroup" then .options -= ["ro"] else . end)
      | sh("mkdir /sys/fs/cgroup/mine && echo $$ > /sys/fs/cgroup/mine/cgroup.procs && cat /proc/self/cgroup | grep ^0::; stat -c %u /sys/fs/cgroup/cgroup.procs")'
    is 'a cgroup of its own' "$out" $'0::/mine\n0'
}

test_no_delegation_while_it_is_read_only() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:100000 a/rootfs
    bundle a 'userns([map(0; 100000; 65536)]) | args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    is owner "$(stat -c %u "$V2/a/cgroup.procs")" 0
    quiet tare delete -f a
}

test_old_limits_are_a_warning() {
    bundle a '.linux.resources.memory = {swappiness: 10, kernel: 1000000}'
    local status=0
    tare run --bundle a a >out.txt 2>err.txt || status=$?
    [[ " $(<"$V2/cgroup.controllers") " == *" memory "* ]] || return 0
    is status "$status" 0
    has 'the warning' "$(<err.txt)" swappiness
}
