# update: limits of a container that lives. Most of it needs the controllers.

limited() { bundle a "$1 | args([\"/bin/sleep\", \"100\"])"; quiet tare run -d --bundle a a; }
value() { cat "$V2/a/$1"; }
saved() { jq -c ".linux.resources$1" "$STATE/a/config.json"; }

test_memory_by_options() {
    needs_controller memory
    limited '.linux.resources.memory = {limit: 104857600, swap: 157286400}'
    quiet tare update --memory 200M --memory-reservation 50M a
    is limit "$(value memory.max)" 209715200
    is reservation "$(value memory.low)" 52428800
    [[ ! -e $V2/a/memory.swap.max ]] || is 'swap beside it' "$(value memory.swap.max)" 52428800
    is 'the saved limit' "$(saved .memory.limit)" 209715200
    is 'the saved swap' "$(saved .memory.swap)" 262144000
    if [[ -e $V2/a/memory.swap.max ]]; then
        quiet tare update --memory-swap 300M a
        is 'swap is counted with the limit' "$(value memory.swap.max)" 104857600
    fi
    quiet tare update --memory -1 a
    is 'no limit' "$(value memory.max)" max
    quiet tare delete -f a
}

test_cpu_by_options() {
    needs_controller cpu
    limited '.linux.resources.cpu = {shares: 1024, quota: 50000, period: 200000}'
    quiet tare update --cpu-quota 70000 a
    is 'quota with its period' "$(value cpu.max)" '70000 200000'
    quiet tare update --cpu-period 300000 --cpu-share 512 a
    is 'period with its quota' "$(value cpu.max)" '70000 300000'
    is weight "$(value cpu.weight)" 59
    quiet tare update --cpu-quota -1 a
    is 'no quota' "$(value cpu.max)" 'max 300000'
    quiet tare update --cpu-idle 1 a
    is idle "$(value cpu.idle)" 1
    quiet tare update --cpu-idle 0 a
    is 'the weight is back' "$(value cpu.idle) $(value cpu.weight)" '0 59'
    quiet tare delete -f a
}

test_resources_from_a_file_and_from_stdin() {
    needs_controller pids
    limited '.linux.resources.pids = {limit: 100}'
    echo '{"pids": {"limit": 60}}' >resources.json
    quiet tare update -r resources.json a
    is 'from a file' "$(value pids.max)" 60
    quiet tare update --resources - a <<<'{"pids": {"limit": -1}}'
    is 'from standard input' "$(value pids.max)" max
    quiet tare update --pids-limit 30 a
    is 'by an option' "$(value pids.max)" 30
    quiet tare update --pids-limit 5 -r - a <<<'{"pids": {"limit": 40}, "memory": {"limit": 0}}'
    is 'the file wins' "$(value pids.max)" 40
    is saved "$(saved .pids.limit)" 40
    quiet tare delete -f a
}

test_all_or_nothing() {
    needs_controller pids
    needs_controller cpu
    limited '.linux.resources = {pids: {limit: 100}, cpu: {shares: 1024}, unified: {}}'
    echo '{"cpu": {"shares": 2048}, "pids": {"limit": 60}, "unified": {"pids.nosuch": "1"}}' >resources.json
    refused "resources.json#/unified/pids.nosuch" tare update -r resources.json a
    is 'the limit is back' "$(value pids.max)" 100
    is 'the weight is back' "$(value cpu.weight)" 100
    is saved "$(saved .pids.limit)" 100
    quiet tare delete -f a
}

test_a_controller_that_nobody_asked_for_yet() {
    needs_controller pids
    limited 'del(.linux.resources)'
    quiet tare update --pids-limit 20 a
    is limit "$(value pids.max)" 20
    quiet tare delete -f a
}

test_limits_take_effect() {
    needs_controller pids
    bundle a '.linux.resources.pids = {limit: 50} | .root.readonly = false
      | sh("while [ ! -e /go ]; do sleep 0.05; done; probe forks 20 > /out; sleep 100")'
    quiet tare run -d --bundle a a
    quiet tare update --pids-limit 8 a
    touch a/rootfs/go
    within 10 test -s a/rootfs/out
    has 'why no more' "$(<a/rootfs/out)" 'Resource temporarily unavailable'
    quiet tare delete -f a
}

test_a_paused_container_stays_paused() {
    needs_controller pids
    limited '.linux.resources.pids = {limit: 50}'
    quiet tare pause a
    quiet tare update --pids-limit 8 a
    is status "$(state_of a)" paused
    is limit "$(value pids.max)" 8
    quiet tare delete -f a
}

test_checks_before_update() {
    needs_controller memory
    limited '.linux.resources.memory = {limit: 104857600, checkBeforeUpdate: true}'
    refused '--memory: 4096 is below what the cgroup uses now' tare update --memory 4k a
    is 'the limit stays' "$(value memory.max)" 104857600
    quiet tare delete -f a
}

test_huge_pages() {
    needs_controller hugetlb
    [[ -e $V2/hugetlb.2MB.max || -d /sys/kernel/mm/hugepages/hugepages-2048kB ]] || skip 'no huge pages of 2 MB'
    limited '.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 4194304}]'
    quiet tare update -r - a <<<'{"hugepageLimits": [{"pageSize": "2MB", "limit": 8388608}]}'
    is limit "$(value hugetlb.2MB.max) $(value hugetlb.2MB.rsvd.max)" '8388608 8388608'
    is saved "$(saved .hugepageLimits)" '[{"pageSize":"2MB","limit":8388608}]'
    refused "(standard input)#/unified" tare update -r - a <<<'{"hugepageLimits": [{"pageSize": "2MB", "limit": 2097152}], "unified": {"hugetlb.nosuch": "1"}}'
    is 'the old one is back' "$(value hugetlb.2MB.max)" 8388608
    quiet tare delete -f a
}

# With what every cgroup has, whatever the controllers: all or none, saved, seen by the next update.
test_files_of_the_core() {
    limited 'del(.linux.resources)'
    quiet tare update -r - a <<<'{"unified": {"cgroup.max.depth": "3"}}'
    is depth "$(value cgroup.max.depth)" 3
    refused '(standard input)#/unified/cgroup.max.descendants' tare update -r - a \
        <<<'{"unified": {"cgroup.max.depth": "5", "cgroup.max.descendants": "many"}}'
    is 'the old depth is back' "$(value cgroup.max.depth)" 3
    is saved "$(saved .unified)" '{"cgroup.max.depth":"3"}'
    refused "is not the name of a controller's file" tare update -r - a <<<'{"unified": {"cgroup.procs": "1"}}'
    quiet tare delete -f a
}

test_device_rules_stay() {
    limited '.linux.resources.devices = [{allow: false, access: "rwm"}]'
    quiet tare update -r - a <<<'{"devices": [{"allow": true, "access": "rwm"}]}'
    is saved "$(saved .devices)" "$(jq -c .linux.resources.devices a/config.json)"
    quiet tare delete -f a
}

test_misuse_is_named() {
    limited 'del(.linux.resources)'
    refused 'option --memory needs a size such as 512M or 2G, or -1 for no limit, not "lots"' tare update --memory lots a
    refused 'option --pids-limit needs a number, not "x"' tare update --pids-limit x a
    refused '--blkio-weight: must be from 10 to 1000' tare update --blkio-weight 5 a
    refused "--resources: open 'nothing.json': no such file or directory" tare update -r nothing.json a
    refused '(standard input)#/pids/limit' tare update -r - a <<<'{"pids": {"limit": "many"}}'
    refused '(standard input):1:2: expected a JSON value' tare update -r - a <<<'nonsense'
    refused 'missing argument ID' tare update --pids-limit 5
    quiet tare update a
    quiet tare delete -f a
    refused 'container does not exist: a' tare update --pids-limit 5 a
}

test_a_stopped_container_is_refused() {
    bundle a 'args(["/bin/true"])'
    quiet tare create --bundle a a
    quiet tare start a
    within 5 has_status a stopped
    refused 'container not running: a (its status is stopped)' tare update --pids-limit 5 a
    quiet tare delete a
}

test_without_a_cgroup_it_is_an_error() {
    bundle a 'del(.linux.resources) | args(["/bin/sleep", "100"])'
    quiet tare --cgroup-manager=disabled run -d --bundle a a
    refused 'container a has no cgroup of its own, so it has no limits to change' tare update --pids-limit 5 a
    quiet tare delete -f a
}
