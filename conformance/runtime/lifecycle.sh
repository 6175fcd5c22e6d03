requirement MUST runtime.md#operations "create, start, state, kill and delete follow one another"
test_whole() {
    waiting
    status_is running
    signal KILL
    until_status stopped
    delete
    gone
}

requirement MUST runtime.md#lifecycle "the process may end by itself"
test_ends() {
    process_sh 'exit 3'
    create
    start
    until_status stopped
    delete
}

requirement MUST runtime.md#lifecycle "a container that was killed before start is deleted like any other"
test_killed_before_start() {
    create
    signal KILL
    until_status stopped
    delete
    gone
}

requirement MUST runtime.md#lifecycle "the entity that created a container can use all operations on it from another process"
test_another_caller() {
    (create)
    (start)
    until_status stopped
    (delete)
    gone
}

requirement MUST runtime.md#lifecycle "a container outlives the runtime's process that made it"
test_outlives() {
    waiting
    sleep 0.2
    status_is running
}

requirement MUST runtime.md#errors "a missing program is an error of create or of start"
test_missing_program() {
    process /no/such/program
    attempt create --bundle "$BUNDLE" "$ID"
    [ $code != 0 ] || fails start "$ID"
}

requirement MUST runtime.md#errors "a program that is not executable is an error of create or of start"
test_not_executable() {
    process /etc/passwd
    attempt create --bundle "$BUNDLE" "$ID"
    [ $code != 0 ] || fails start "$ID"
}

requirement MUST runtime.md#errors "a program of no known format is an error of create or of start"
test_not_a_program() {
    echo "no program" > "$ROOTFS/tmp/text"
    chmod +x "$ROOTFS/tmp/text"
    process /tmp/text
    attempt create --bundle "$BUNDLE" "$ID"
    [ $code != 0 ] || fails start "$ID"
}

requirement MUST runtime.md#lifecycle "ten containers come and go at once"
test_ten_at_once() {
    local i failed=0 jobs=()
    for i in 0 1 2 3 4 5 6 7 8 9; do
        runtime run --bundle "$BUNDLE" "$ID-$i" < /dev/null > "$WORK/$i" 2>&1 &
        jobs+=($!)
    done
    for i in "${jobs[@]}"; do wait "$i" || failed=$((failed + 1)); done
    same "failed runs" "$failed" 0
}
