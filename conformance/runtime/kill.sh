requirement MUST runtime.md#kill "kill without an id is an error"
test_no_id() {
    fails kill
}

requirement MUST runtime.md#kill "kill of a container that does not exist is an error"
test_unknown() {
    fails kill "$ID" KILL
}

requirement MUST runtime.md#kill "kill sends the signal to the process"
test_sends() {
    waiting
    signal TERM
    until_status stopped
}

requirement MUST runtime.md#kill "kill sends the signal that was asked for, and no other"
test_which_signal() {
    process_sh 'trap "echo usr1" USR1; trap "echo hup" HUP; echo ready; while :; do sleep 0.05; done'
    create
    start
    until_true grep -q ready "$WORK/out"
    local output=$WORK/out
    runtime kill "$ID" USR1 > /dev/null 2>&1
    until_true grep -q usr1 "$output"
    unlike output "$(< "$output")" hup
    status_is running
}

requirement MUST runtime.md#kill "kill works on a created container"
test_created() {
    create
    signal KILL
    until_status stopped
}

requirement MUST runtime.md#kill "kill of a stopped container is an error"
test_stopped() {
    create
    start
    until_status stopped
    fails kill "$ID" TERM
}

requirement MUST runtime.md#kill "kill of a stopped container has no effect on it"
test_stopped_no_effect() {
    create
    start
    until_status stopped
    fails kill "$ID" KILL
    status_is stopped
}

requirement MUST runtime.md#kill "a signal that the process ignores leaves it running"
test_ignored() {
    process_sh 'trap "" TERM; echo ready; while :; do sleep 0.05; done'
    create
    start
    until_true grep -q ready "$WORK/out"
    runtime kill "$ID" TERM
    sleep 0.1
    status_is running
}

requirement MUST runtime.md#kill "an unknown signal is refused and nothing is sent"
test_unknown_signal() {
    waiting
    fails kill "$ID" NOSUCHSIGNAL
    status_is running
}

requirement MUST runtime.md#kill "kill reaches only the container that was named"
test_only_this() {
    process sleep 100
    succeeds create --bundle "$BUNDLE" "$ID-b"
    succeeds start "$ID-b"
    create
    start
    signal KILL
    until_status stopped
    same status "$(runtime state "$ID-b" | jq -r .status)" running
}
