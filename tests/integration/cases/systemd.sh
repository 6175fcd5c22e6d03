# The systemd cgroup driver, against the systemd that is process 1 here.

needs_systemd() { [[ -d /run/systemd/system ]] || skip 'systemd is not process 1 here'; }
# unit NAME [CONFIG_FILTER]: a bundle whose container is the unit it-NAME.scope.
unit() { bundle "$1" ".linux.cgroupsPath = \"system.slice:it:$1\" | ${2:-.}"; }
sd_tare() { tare --systemd-cgroup "$@"; }
property() { systemctl show --value -p "$2" "it-$1.scope"; }
has_no_unit() { [[ $(systemctl show --value -p LoadState "it-$1.scope") == not-found ]]; }
cgroup_of_unit() { echo "$V2/system.slice/it-$1.scope"; }
cgroup_of_pid() { sed -n 's/^0:://p' "/proc/$1/cgroup"; }

test_run() {
    needs_systemd
    unit a 'sh("cat /proc/self/cgroup")'
    quiet sd_tare run --bundle a a
    has 'its own root' "$out" '0::/'
    has_no_unit a || fail 'the unit is left'
    [[ ! -e $(cgroup_of_unit a) ]] || fail 'the cgroup is left'
}

test_life_of_a_unit() {
    needs_systemd
    unit a 'args(["/bin/sleep", "100"])'
    quiet sd_tare create --bundle a a
    is state "$(property a ActiveState)" active
    is slice "$(property a Slice)" system.slice
    is delegation "$(property a Delegate)" yes
    is cgroup "$(cgroup_of_pid "$(pid_of a)")" /system.slice/it-a.scope
    quiet sd_tare start a
    quiet sd_tare kill a KILL
    within 5 has_status a stopped
    quiet sd_tare delete a
    has_no_unit a || fail 'the unit is left'
}

test_default_path() {
    needs_systemd
    bundle a 'args(["/bin/sleep", "100"])'
    quiet sd_tare run -d --bundle a "it+$$"
    is cgroup "$(cgroup_of_pid "$(pid_of "it+$$")")" "/system.slice/tare-it\\x2b$$.scope"
    quiet sd_tare delete --force "it+$$"
}

test_slices_are_expanded() {
    needs_systemd
    bundle a '.linux.cgroupsPath = "tareit-a-b.slice:it:a" | args(["/bin/sleep", "100"])'
    quiet sd_tare run -d --bundle a a
    is cgroup "$(cgroup_of_pid "$(pid_of a)")" /tareit.slice/tareit-a.slice/tareit-a-b.slice/it-a.scope
    quiet sd_tare delete --force a
    systemctl stop tareit.slice
    within 5 test ! -e "$V2/tareit.slice"
}

test_limits_are_properties_and_files() {
    needs_systemd
    needs_controller memory
    unit a '.linux.resources += {memory: {limit: 50000000, reservation: 20000000},
        cpu: {shares: 512, quota: 12345, period: 50000}, pids: {limit: 77}} | args(["/bin/sleep", "100"])'
    quiet sd_tare run -d --bundle a a
    is MemoryMax "$(property a MemoryMax)" 50000000
    is MemoryLow "$(property a MemoryLow)" 20000000
    is CPUWeight "$(property a CPUWeight)" 59
    is CPUQuotaPerSecUSec "$(property a CPUQuotaPerSecUSec)" 250ms
    is CPUQuotaPeriodUSec "$(property a CPUQuotaPeriodUSec)" 50ms
    is TasksMax "$(property a TasksMax)" 77
    local cgroup
    cgroup=$(cgroup_of_unit a)
    is memory.max "$(<"$cgroup/memory.max")" 49999872
    is cpu.weight "$(<"$cgroup/cpu.weight")" 59
    is cpu.max "$(<"$cgroup/cpu.max")" '12345 50000'
    is pids.max "$(<"$cgroup/pids.max")" 77
    # What systemd writes anew, for whatever reason, is what was asked.
    systemctl daemon-reload
    systemctl set-property --runtime it-a.scope CPUWeight=60
    is 'memory.max afterwards' "$(<"$cgroup/memory.max")" 49999872
    is 'pids.max afterwards' "$(<"$cgroup/pids.max")" 77
    quiet sd_tare delete --force a
    has_no_unit a || fail 'the unit is left'
}

# A weight that systemd writes takes idle back, unless it is the weight that means idle.
test_idle_is_a_property() {
    needs_systemd
    needs_controller cpu
    (($(systemctl --version | sed -n 's/^systemd \([0-9]*\).*/\1/p') >= 252)) || skip 'systemd before 252'
    unit a '.linux.resources.cpu = {idle: 1} | args(["/bin/sleep", "100"])'
    quiet sd_tare run -d --bundle a a
    local cgroup
    cgroup=$(cgroup_of_unit a)
    is cpu.idle "$(<"$cgroup/cpu.idle")" 1
    systemctl set-property --runtime it-a.scope CPUQuota=50%
    is 'cpu.idle afterwards' "$(<"$cgroup/cpu.idle")" 1
    quiet tare update --cpu-idle 0 a
    systemctl set-property --runtime it-a.scope CPUQuota=60%
    is 'cpu.idle, updated' "$(<"$cgroup/cpu.idle")" 0
    quiet sd_tare delete --force a
}

# An update is the unit's too: whatever makes systemd write its files anew brings no old limit back.
test_updates_are_properties_and_files() {
    needs_systemd
    needs_controller memory
    unit a '.linux.resources += {memory: {limit: 50000000}, cpu: {shares: 512, quota: 12345, period: 50000},
        pids: {limit: 77}} | args(["/bin/sleep", "100"])'
    quiet sd_tare run -d --bundle a a
    quiet tare update --memory 60000000 --cpu-quota 23456 --cpu-share 1024 --pids-limit 88 a
    local cgroup
    cgroup=$(cgroup_of_unit a)
    is MemoryMax "$(property a MemoryMax)" 60000000
    is CPUWeight "$(property a CPUWeight)" "$(<"$cgroup/cpu.weight")"
    is CPUQuotaPerSecUSec "$(property a CPUQuotaPerSecUSec)" 470ms
    is TasksMax "$(property a TasksMax)" 88
    is 'cpu.max, exactly' "$(<"$cgroup/cpu.max")" '23456 50000'
    is memory.max "$(<"$cgroup/memory.max")" 59998208
    systemctl daemon-reload
    systemctl set-property --runtime it-a.scope CPUWeight=60
    is 'memory.max afterwards' "$(<"$cgroup/memory.max")" 59998208
    is 'pids.max afterwards' "$(<"$cgroup/pids.max")" 88
    is 'TasksMax afterwards' "$(property a TasksMax)" 88
    quiet sd_tare delete --force a
    has_no_unit a || fail 'the unit is left'
    [[ ! -e /run/systemd/transient/it-a.scope.d && ! -e /run/systemd/system.control/it-a.scope.d ]] ||
        fail 'what systemd keeps of the update is left'
}

test_updates_are_all_or_nothing() {
    needs_systemd
    needs_controller memory
    unit a '.linux.resources += {cpu: {shares: 512, quota: 12345, period: 50000}, pids: {limit: 77}} |
        args(["/bin/sleep", "100"])'
    quiet sd_tare run -d --bundle a a
    local cgroup
    cgroup=$(cgroup_of_unit a)
    refused "#/unified/pids.nosuch: needs 'pids.nosuch'" tare update -r - a <<<'{"memory": {"limit": 60000000},
        "cpu": {"quota": 40000}, "pids": {"limit": 88}, "unified": {"pids.nosuch": "1"}}'
    is TasksMax "$(property a TasksMax)" 77
    is MemoryMax "$(property a MemoryMax)" infinity
    is CPUQuotaPerSecUSec "$(property a CPUQuotaPerSecUSec)" 250ms
    is pids.max "$(<"$cgroup/pids.max")" 77
    is memory.max "$(<"$cgroup/memory.max")" max
    is cpu.max "$(<"$cgroup/cpu.max")" '12345 50000'
    is saved "$(jq -c .linux.resources.pids "$STATE/a/config.json")" '{"limit":77}'
    quiet sd_tare delete --force a
}

test_devices_stay_denied() {
    needs_systemd
    unit a 'all_caps(["CAP_MKNOD"]) | .root.readonly = false |
        sh("mknod /dev/d b 7 0 && { cat /dev/d 2>&1 | head -c 100; }; echo x >/dev/null && echo null; mknod /dev/n c 1 3 && echo x >/dev/n && echo made")'
    quiet sd_tare run --bundle a a
    has 'a block device' "$out" 'Operation not permitted'
    has null "$out" $'null\nmade'
    change a 'args(["/bin/sleep", "100"])'
    quiet sd_tare run -d --bundle a a
    is policy "$(property a DevicePolicy)" strict
    has rules "$(property a DeviceAllow)" '/dev/char/1:3 rwm'
    systemctl daemon-reload
    quiet sd_tare delete --force a
}

test_killed_for_memory_leaves_no_failed_unit() {
    needs_systemd
    needs_controller memory
    unit a '.linux.resources.memory = {limit: 20000000, swap: 20000000} |
        sh("x=$(head -c 60000000 /dev/zero | tr \"\\0\" x); echo survived")'
    sd_tare run --bundle a a >out.txt 2>&1 || true
    has_not output "$(<out.txt)" survived
    has_no_unit a || fail 'the unit is left'
}

test_a_dead_unit_of_that_name_is_cleared_away() {
    needs_systemd
    systemd-run --quiet --unit=it-a.scope --scope -p CollectMode=inactive -p RuntimeMaxSec=0.1 sleep 100 || true
    within 5 systemctl is-failed it-a.scope
    unit a 'args(["/bin/true"])'
    quiet sd_tare run --bundle a a
}

test_a_living_unit_of_that_name_is_left_alone() {
    needs_systemd
    systemd-run --quiet --scope --unit=it-a.scope sleep 100 &
    within 5 systemctl is-active it-a.scope
    unit a 'args(["/bin/true"])'
    refused "container's cgroup is not empty" sd_tare run --bundle a a
    systemctl is-active --quiet it-a.scope || fail 'the unit has gone'
    systemctl stop it-a.scope
    wait
}

test_errors_name_the_field() {
    needs_systemd
    bundle a '.linux.cgroupsPath = "/docker/x"'
    refused "config.json#/linux/cgroupsPath: expected the form slice:prefix:name" sd_tare run --bundle a a
    change a '.linux.cgroupsPath = "nope:it:a"'
    refused "config.json#/linux/cgroupsPath: 'nope' is not a slice" sd_tare run --bundle a a
    bundle a '.linux.cgroupsPath = "system.slice:it:a" | args(["/no/such"])'
    refused "no such file or directory" sd_tare run --bundle a a
    has_no_unit a || fail 'the unit is left'
}

test_annotations_need_permission() {
    needs_systemd
    unit a '.annotations = {"org.systemd.property.TimeoutStopSec": "uint64 7", "org.systemd.property.After": "['\''basic.target'\'']"} | args(["/bin/sleep", "100"])'
    quiet sd_tare run -d --bundle a a
    has warning "$err" 'TimeoutStopSec: ignored'
    has_not timeout "$(property a TimeoutStopUSec)" 7s
    quiet sd_tare delete --force a
    quiet sd_tare --systemd-annotations run -d --bundle a a
    is warning "$err" ''
    is timeout "$(property a TimeoutStopUSec)" 7s
    has order "$(property a After)" basic.target
    quiet sd_tare delete --force a
}

test_a_unit_that_is_a_slice() {
    needs_systemd
    bundle a '.linux.cgroupsPath = "tareit.slice:x:tareit-a.slice" | args(["/bin/sleep", "100"])'
    quiet sd_tare run -d --bundle a a
    is cgroup "$(cgroup_of_pid "$(pid_of a)")" /tareit.slice/tareit-a.slice
    quiet sd_tare delete --force a
    systemctl stop tareit.slice
    within 5 test ! -e "$V2/tareit.slice"
}

# At whatever stop the creator is killed, one `delete --force` leaves no unit.
test_kill_while_it_is_made() { # timeout=120
    needs_systemd
    unit a 'args(["/bin/sleep", "100"])'
    local delay pid
    for delay in 0.002 0.005 0.01 0.015 0.02 0.03 0.05 0.1; do
        exec_tare --systemd-cgroup create --bundle a a >/dev/null 2>&1 &
        pid=$!
        sleep "$delay"
        kill -9 "$pid" 2>/dev/null || true
        wait "$pid" || true
        quiet sd_tare delete --force a
        within 5 has_no_unit a
        within 5 test ! -e "$(cgroup_of_unit a)"
    done
}

test_without_systemd_it_says_what_to_do() {
    [[ ! -d /run/systemd/system ]] || skip 'systemd is process 1 here'
    bundle a
    refused "--cgroup-manager=systemd: no systemd answers: connect to '/run/systemd/private'" \
        sd_tare run --bundle a a
    has remedy "$err" 'use --cgroup-manager=cgroupfs'
}
