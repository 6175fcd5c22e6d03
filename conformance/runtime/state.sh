requirement MUST runtime.md#query-state "state without an id is an error"
test_no_id() {
    fails state
}

requirement MUST runtime.md#query-state "state of a container that does not exist is an error"
test_unknown() {
    fails state "$ID"
}

requirement MUST runtime.md#state "ociVersion is a version of the specification"
test_version() {
    create
    like ociVersion "$(state .ociVersion)" '^1\.[0-9]+\.[0-9]+'
}

requirement MUST runtime.md#state "id is the container's id"
test_id() {
    create
    same id "$(state .id)" "$ID"
}

requirement MUST runtime.md#state "status is created after create"
test_created() {
    create
    status_is created
}

requirement MUST runtime.md#state "status stays created until start"
test_stays_created() {
    create
    sleep 0.2
    status_is created
}

requirement MUST runtime.md#state "status is running once the program has been executed"
test_running() {
    process sleep 100
    create
    start
    status_is running
}

requirement MUST runtime.md#state "status is stopped once the process has exited"
test_stopped() {
    create
    start
    until_status stopped
}

requirement MUST runtime.md#state "status is stopped when the process was killed by somebody else"
test_stopped_by_signal() {
    process sleep 100
    create
    start
    kill -KILL "$(state .pid)"
    until_status stopped
}

requirement MUST runtime.md#state "pid is the process, as the caller sees it, while created"
test_pid_created() {
    create
    local pid
    pid=$(state .pid)
    [ "$pid" -gt 1 ] && [ -d "/proc/$pid" ] || fail "there is no process $pid"
    unlike "pid namespace" "$(namespace_of "$pid" pid)" "^$(namespace_of self pid)$"
}

requirement MUST runtime.md#state "pid is the process while running, and the same as before start"
test_pid_running() {
    process sleep 100
    create
    local before
    before=$(state .pid)
    start
    same pid "$(state .pid)" "$before"
    until_true grep -q '^sleep' "/proc/$before/cmdline"
}

requirement MUST runtime.md#state "bundle is the absolute path of the bundle"
test_bundle() {
    create
    same bundle "$(state .bundle)" "$BUNDLE"
}

requirement MUST runtime.md#state "bundle is absolute also when it was given relative to the caller's directory"
test_bundle_relative() {
    cd "$WORK"
    succeeds create --bundle bundle "$ID"
    same bundle "$(state .bundle)" "$BUNDLE"
}

requirement MUST runtime.md#state "annotations come back"
test_annotations() {
    config '.annotations = { "com.example.one": "1", "com.example.two": "zwei" }'
    create
    same annotations "$(state '.annotations["com.example.one", "com.example.two"]' | paste -sd,)" 1,zwei
}

requirement MAY runtime.md#state "annotations are absent or an empty map when there are none"
test_no_annotations() {
    create
    like annotations "$(state '.annotations | tojson')" '^(null|\{\})$'
}

requirement MUST runtime.md#state "the state is the same for a second caller, and asking does not change it"
test_repeated() {
    create
    same state "$(state 'tojson')" "$(state 'tojson')"
}

requirement MUST runtime.md#state "the state is one JSON object that follows the pattern of the specification"
test_pattern() {
    create
    same types "$(state '[.ociVersion, .id, .status, .pid, .bundle] | map(type) | join(",")')" \
        string,string,string,number,string
}
