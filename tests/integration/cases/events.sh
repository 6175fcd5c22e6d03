# events and wait: what happens to a container that lives, and how it ended.

sleeping() { bundle a "${1:-.} | args([\"/bin/sleep\", \"100\"])"; quiet tare run -d --bundle a a; }
types() { jq -r .type events.txt; }
has_event() { types | grep -qx "$1"; }

# The events of `a` go to events.txt; $watcher is the process that writes them.
watching() { exec_tare events "$@" a >events.txt 2>events.err & watcher=$!; }
# It sleeps whenever one looks: a busy loop would run at one of these times.
is_idle() {
    local i
    for i in 1 2 3 4 5 6 7 8; do
        [[ $(awk '{ print $3 }' "/proc/$watcher/stat") == S ]] || return 1
        sleep 0.07
    done
}

test_stats_is_one_object() {
    sleeping
    quiet tare events --stats a
    is 'type and id' "$(jq -c '[.type, .id]' <<<"$out")" '["stats","a"]'
    is members "$(jq -c '.data | keys' <<<"$out")" \
        '["blkio","cpu","cpuset","hugetlb","intel_rdt","memory","network_interfaces","pids"]'
    [[ $(jq .data.cpu.usage.total <<<"$out") -gt 0 ]] || fail "no processor time: $out"
    is 'its own interface' "$(jq -r '.data.network_interfaces[].Name' <<<"$out")" lo
    quiet tare delete -f a
}

test_stats_of_the_controllers() {
    needs_controller memory
    needs_controller pids
    sleeping '.linux.resources = {memory: {limit: 104857600}, pids: {limit: 50}}'
    quiet tare events --stats a
    is limits "$(jq -c '[.data.memory.usage.limit, .data.pids.limit, .data.pids.current]' <<<"$out")" '[104857600,50,1]'
    [[ $(jq .data.memory.usage.usage <<<"$out") -gt 0 ]] || fail "no memory in use: $out"
    [[ $(jq '.data.memory.raw | length' <<<"$out") -gt 10 ]] || fail "no memory.stat: $out"
    quiet tare delete -f a
}

test_stats_at_each_interval_until_the_end() {
    sleeping
    watching --interval 100ms
    several() { (( $(types | grep -cx stats) >= 3 )); }
    within 10 several
    quiet tare kill a KILL
    local status=0
    wait "$watcher" || status=$?
    is status "$status" 0
    is 'the last one' "$(tail -1 events.txt | jq -c '[.type, .id]')" '["exit","a"]'
    quiet tare delete -f a
}

test_a_long_interval_does_not_delay_the_end() {
    sleeping
    watching --interval 1h
    sleep 0.5
    within 10 is_idle
    quiet tare delete -f a
    within 5 is_gone "$watcher"
    wait "$watcher" || true
    is events "$(types)" exit
}

test_oom_is_told() {
    needs_controller memory
    bundle a '.linux.resources.memory = {limit: 33554432, swap: 33554432} | .root.readonly = false
      | sh("while [ ! -e /go ]; do sleep 0.05; done; probe eat 100; sleep 100")'
    quiet tare run -d --bundle a a
    watching
    sleep 1
    touch a/rootfs/go
    within 20 has_event oom
    within 10 is_idle
    quiet tare delete -f a
    wait "$watcher" || true
}

test_misuse_is_named() {
    sleeping
    refused 'option --interval needs a duration such as 5s or 1m30s, at least 1ms, not "0s"' tare events --interval 0s a
    refused 'not "5"' tare events --interval 5 a
    quiet tare delete -f a
    refused 'container does not exist: a' tare events --stats a
    refused 'container does not exist: a' tare wait a
}

test_a_stopped_container_has_no_events() {
    bundle a 'args(["/bin/true"])'
    quiet tare create --bundle a a
    quiet tare start a
    within 5 has_status a stopped
    refused 'container not running: a' tare events a
    refused 'container not running: a' tare events --stats a
    quiet tare delete a
}

# The runner's supervisor reaps what its children leave behind, as a subreaper does.
needs_exit_info() { needs_linux 6 15; } # before, the kernel tells only the parent

test_wait_tells_the_exit_status() {
    needs_exit_info
    bundle a '.root.readonly = false | sh("while [ ! -e /go ]; do sleep 0.05; done; exit 42")'
    quiet tare run -d --bundle a a
    exec_tare wait a >wait.txt 2>&1 &
    local waiter=$! status=0
    exec_tare wait -f json a >json.txt 2>&1 &
    sleep 1
    touch a/rootfs/go
    wait "$waiter" || status=$?
    wait
    is 'status and output' "$status $(<wait.txt)" '0 42'
    is json "$(<json.txt)" '{"id":"a","exitStatus":42}'
    quiet tare delete a
}

test_wait_tells_the_signal() {
    needs_exit_info
    sleeping
    exec_tare wait --format json a >wait.txt 2>&1 &
    local waiter=$!
    watching
    sleep 1
    quiet tare kill a KILL
    wait "$waiter" || fail "$(<wait.txt)"
    wait "$watcher"
    is output "$(<wait.txt)" '{"id":"a","exitStatus":137,"signal":9}'
    is event "$(tail -1 events.txt)" '{"type":"exit","id":"a","data":{"exitStatus":137,"signal":9}}'
    quiet tare delete a
}

test_wait_for_what_nobody_remembers_is_an_error() {
    bundle a 'args(["/bin/true"])'
    quiet tare create --bundle a a
    quiet tare start a
    within 5 has_status a stopped
    sleep 0.5
    refused 'container a has ended, but not how' tare wait a
    quiet tare delete a
}
