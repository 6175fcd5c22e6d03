requirement MUST runtime.md#start "start without an id is an error"
test_no_id() {
    fails start
}

requirement MUST runtime.md#start "start of a container that does not exist is an error"
test_unknown() {
    fails start "$ID"
}

requirement MUST runtime.md#start "start runs the program"
test_runs() {
    process echo hello
    create
    start
    until_status stopped
    prints hello
}

requirement MUST runtime.md#start "the process that start runs, is the one that create made"
test_same_process() {
    process_sh 'read -r x < /proc/self/stat; echo ${x%% *}; sleep 100'
    create
    local pid
    pid=$(state .pid)
    start
    same pid "$(state .pid)" "$pid"
}

requirement MUST runtime.md#start "start of a running container is an error"
test_running() {
    process sleep 100
    create
    start
    fails start "$ID"
}

requirement MUST runtime.md#start "start of a running container has no effect on it"
test_running_no_effect() {
    waiting
    local pid
    pid=$(state .pid)
    fails start "$ID"
    status_is running
    same pid "$(state .pid)" "$pid"
}

requirement MUST runtime.md#start "start of a stopped container is an error"
test_stopped() {
    create
    start
    until_status stopped
    fails start "$ID"
}

requirement MUST runtime.md#start "start of a stopped container has no effect on it"
test_stopped_no_effect() {
    process_sh 'echo ran >> /tmp/runs'
    create
    start
    until_status stopped
    fails start "$ID"
    status_is stopped
    same runs "$(< "$ROOTFS/tmp/runs")" ran
}

requirement MUST runtime.md#start "start is an error when process was not set"
test_no_process() {
    config 'del(.process)'
    attempt create --bundle "$BUNDLE" "$ID"
    [ $code != 0 ] || fails start "$ID"
}

requirement MUST config.md#process "process is required only when start is called"
test_create_without_process() {
    config 'del(.process)'
    create
    status_is created
}

requirement MUST runtime.md#start "start of a container whose process is gone before start, is an error"
test_killed_before() {
    create
    kill -KILL "$(state .pid)"
    until_status stopped
    fails start "$ID"
}
