requirement MUST config-linux.md#offset-for-time-namespace "timeOffsets: the boot time clock has the offset"
test_boottime() {
    with_namespace time
    config '.linux.timeOffsets = { boottime: { secs: 1000000 } }'
    inside cut -d. -f1 /proc/uptime
    local host
    host=$(cut -d. -f1 /proc/uptime)
    (($(< "$WORK/out") - host > 999990)) || fail "the uptime is $(< "$WORK/out"), the host's $host"
}

requirement MUST config-linux.md#offset-for-time-namespace "timeOffsets: the monotonic clock has the offset"
test_monotonic() {
    with_namespace time
    config '.linux.timeOffsets = { monotonic: { secs: 5000, nanosecs: 7 } }'
    inside cat /proc/self/timens_offsets
    prints_like 'monotonic +5000 +7'
}

requirement MUST config-linux.md#offset-for-time-namespace "timeOffsets: both clocks, and negative offsets"
test_both() {
    with_namespace time
    config '.linux.timeOffsets = { monotonic: { secs: 10 }, boottime: { secs: -1 } }'
    inside cat /proc/self/timens_offsets
    prints_like 'monotonic +10 +0.*boottime +-1 +0'
}

requirement MUST config-linux.md#offset-for-time-namespace "timeOffsets in a user namespace"
test_user_namespace() {
    with_user_namespace
    with_namespace time
    config '.linux.timeOffsets = { boottime: { secs: 77 } }'
    inside cat /proc/self/timens_offsets
    prints_like 'boottime +77 +0'
}

requirement MUST config-linux.md#namespaces "a time namespace without offsets has none"
test_no_offsets() {
    with_namespace time
    inside cat /proc/self/timens_offsets
    prints_like 'monotonic +0 +0.*boottime +0 +0'
}

requirement MUST config.md#valid-values "timeOffsets: an unknown clock is refused"
test_unknown_clock() {
    with_namespace time
    config '.linux.timeOffsets = { realtime: { secs: 1 } }'
    refused
}

requirement PRACTICE config-linux.md#offset-for-time-namespace "timeOffsets without a time namespace are refused"
test_no_namespace() {
    config '.linux.timeOffsets = { boottime: { secs: 1 } }'
    refused
}
