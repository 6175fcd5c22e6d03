# What managers and scripts rely on beyond the specification: the command line of runc.

requirement PRACTICE "runc(8)" "--version names the program and its version in the first line"
test_version() {
    "$RUNTIME" --version > "$WORK/out"
    like version "$(head -n 1 "$WORK/out")" '^[a-z]+ version [0-9]'
}

requirement PRACTICE "runc(8)" "--version has a line spec: VERSION"
test_version_spec() {
    "$RUNTIME" --version > "$WORK/out"
    grep -qE '^spec: 1\.[0-9]+\.[0-9]+' "$WORK/out" || fail "$(< "$WORK/out")"
}

requirement PRACTICE "runc(8)" "an unknown command is an error"
test_unknown_command() { fails nonsense; }

requirement PRACTICE "runc(8)" "an unknown option is an error, and nothing is created"
test_unknown_option() {
    fails create --nonsense --bundle "$BUNDLE" "$ID"
    gone
}

requirement PRACTICE "runc(8)" "run returns the status of the process"
test_run_status() {
    process_sh 'exit 42'
    attempt run --bundle "$BUNDLE" "$ID"
    same status "$code" 42
}

requirement PRACTICE "runc(8)" "run returns 128 and the signal that killed the process"
test_run_signal() {
    process_sh 'ulimit -t 1; exec sh -c "while :; do :; done"' # the hard limit sends KILL
    attempt run --bundle "$BUNDLE" "$ID"
    same status "$code" 137
}

requirement PRACTICE "runc(8)" "run removes the container at its end"
test_run_removes() {
    run
    gone
}

requirement PRACTICE "runc(8)" "run --detach returns while the process runs"
test_detach() {
    process sleep 100
    succeeds run --detach --bundle "$BUNDLE" "$ID"
    status_is running
}

requirement PRACTICE "runc(8)" "run passes signals on to the process"
test_run_signals() {
    process_sh 'trap "echo got TERM; exit 5" TERM; echo ready; while :; do sleep 0.05; done'
    write_config
    in_background "$RUNTIME" "${RUNTIME_OPTIONS[@]}" --root "$STATE" run --bundle "$BUNDLE" "$ID" > "$WORK/out" 2>&1
    until_true grep -q ready "$WORK/out"
    kill -TERM "${HELPERS[-1]}"
    code=0
    wait "${HELPERS[-1]}" || code=$?
    same status "$code" 5
    like output "$(< "$WORK/out")" "got TERM"
}

requirement PRACTICE "runc(8)" "--pid-file has the pid of the process, without a newline"
test_pid_file() {
    create --pid-file "$WORK/pid"
    same "pid file" "$(od -An -c "$WORK/pid" | tr -d ' \n')" "$(state .pid)"
}

requirement PRACTICE "runc(8)" "a relative --pid-file is relative to the caller's directory"
test_pid_file_relative() {
    cd "$WORK"
    create --pid-file pid
    same "pid file" "$(< "$WORK/pid")" "$(state .pid)"
}

requirement PRACTICE "runc(8)" "list names the containers"
test_list() {
    create
    attempt list
    grep -q "$ID" "$WORK/out" || fail "it is not listed"
}

requirement PRACTICE "runc(8)" "list --quiet prints ids only"
test_list_quiet() {
    create
    attempt list --quiet
    prints "$ID"
}

requirement PRACTICE "runc(8)" "list --format json is an array of states"
test_list_json() {
    create
    attempt list --format json
    same ids "$(jq -r '.[].id' "$WORK/out")" "$ID"
}

requirement PRACTICE "runc(8)" "list of a root without containers succeeds"
test_list_empty() {
    succeeds list --quiet
    prints ""
}

requirement PRACTICE "runc(8)" "list never fails while containers come and go"
test_list_race() {
    local i failed=0
    (for i in 1 2 3 4 5 6; do runtime run --bundle "$BUNDLE" "$ID-$i" < /dev/null > /dev/null 2>&1; done) &
    while kill -0 $! 2> /dev/null; do
        runtime list --quiet > /dev/null 2> "$WORK/err" || failed=$((failed + 1))
    done
    same "failed lists" "$failed" 0
}

requirement PRACTICE "runc(8)" "spec writes a config.json that runs"
test_spec() {
    rm "$BUNDLE/config.json"
    cd "$BUNDLE"
    succeeds spec
    config '.process.terminal = false'
    inside echo hello
    prints hello
}

requirement PRACTICE "runc(8)" "spec does not overwrite a config.json"
test_spec_overwrite() {
    cd "$BUNDLE"
    fails spec
}

for signal in KILL SIGKILL kill sigkill 9; do
    requirement PRACTICE "runc-kill(8)" "a signal may be written $signal" signal_named "$signal"
done
signal_named() {
    process sleep 100
    create
    start
    signal "$1"
    until_status stopped
}

requirement PRACTICE "runc-kill(8)" "TERM is the default"
test_kill_default() {
    waiting
    succeeds kill "$ID"
    until_status stopped
}

requirement PRACTICE "runc-kill(8)" "real-time signals have names"
test_kill_real_time() {
    process_sh 'trap "exit 0" 35; echo ready; while :; do sleep 0.05; done'
    create
    start
    until_true grep -q ready "$WORK/out"
    signal SIGRTMIN+1
    until_status stopped
}

requirement PRACTICE "runc-kill(8)" "signal 0 only asks, and is not an error"
test_kill_zero() {
    waiting
    signal 0
    status_is running
}

requirement PRACTICE "runc-kill(8)" "kill --all of a stopped container succeeds"
test_kill_all_stopped() {
    create
    start
    until_status stopped
    succeeds kill --all "$ID" KILL
}

requirement PRACTICE "runc-kill(8)" "kill of a stopped container says: container not running"
test_kill_message() {
    create
    start
    until_status stopped
    fails kill "$ID" TERM
    says "not running"
}

requirement PRACTICE "runc-delete(8)" "delete --force ends and deletes a running container"
test_delete_force() {
    process sleep 100
    create
    start
    succeeds delete --force "$ID"
    gone
}

requirement PRACTICE "runc-delete(8)" "delete --force of a container that does not exist succeeds"
test_delete_force_unknown() { succeeds delete --force "$ID"; }

requirement PRACTICE "runc-delete(8)" "delete of a created container succeeds, without --force"
test_delete_created() {
    create
    delete
    gone
}

requirement PRACTICE "runc-delete(8)" "an option may follow the id"
test_option_after_id() {
    process sleep 100
    succeeds create "$ID" --bundle "$BUNDLE"
    succeeds delete --force "$ID"
}

requirement PRACTICE "runc(8)" "state of an unknown container says: does not exist"
test_unknown_message() {
    fails state "$ID"
    says "does not exist"
}

for command in start kill delete; do
    requirement PRACTICE "runc(8)" "$command of an unknown container says: does not exist" unknown_says "$command"
done
unknown_says() {
    fails "$1" "$ID"
    says "does not exist"
}

requirement PRACTICE "runc(8)" "a second create of an id says that it exists"
test_duplicate_message() {
    create
    fails create --bundle "$BUNDLE" "$ID"
    says "exist"
}

requirement PRACTICE "runc(8)" "a missing program says: executable file not found in \$PATH"
test_missing_message() {
    process no-such-program
    never_runs 'executable file .*not found in \$PATH'
}

requirement PRACTICE "runc(8)" "a missing program with a path says: no such file or directory"
test_missing_path_message() {
    process /no/such/program
    never_runs '[Nn]o such file or directory'
}

requirement PRACTICE "runc(8)" "a program that is not executable says: permission denied"
test_permission_message() {
    process /etc/passwd
    never_runs '[Pp]ermission denied'
}

requirement PRACTICE "runc(8)" "a missing program fails create already, and leaves nothing"
test_missing_fails_create() {
    process /no/such/program
    refused
}

requirement PRACTICE "runc(8)" "--log-format json: each line of the log is a JSON object with level, msg and time"
test_log_json() {
    fails --log "$WORK/log.json" --log-format json state "$ID"
    same keys "$(jq -r '[has("level"), has("msg"), has("time")] | all' "$WORK/log.json" | sort -u)" true
}

requirement PRACTICE "runc(8)" "--log gets the error's message"
test_log() {
    process /no/such/program
    fails --log "$WORK/log.text" create --bundle "$BUNDLE" "$ID"
    grep -qi "no such file" "$WORK/log.text" || fail "the log says: $(< "$WORK/log.text")"
}

requirement PRACTICE "runc-create(8)" "--preserve-fds passes descriptors on"
test_preserve_fds() {
    echo "from three" > "$WORK/three"
    exec 3< "$WORK/three"
    process_sh 'cat <&3'
    run --preserve-fds 1
    exec 3<&-
    prints "from three"
}

requirement PRACTICE "runc-create(8)" "LISTEN_FDS: descriptors are passed on, with LISTEN_PID of the process"
test_listen_fds() {
    echo "from three" > "$WORK/three"
    process_sh 'cat <&3; echo $LISTEN_FDS $LISTEN_PID $$'
    write_config
    (
        export LISTEN_FDS=1 LISTEN_PID=$BASHPID
        exec "$RUNTIME" "${RUNTIME_OPTIONS[@]}" --root "$STATE" run --bundle "$BUNDLE" "$ID" \
            < /dev/null 3< "$WORK/three" > "$WORK/out" 2> "$WORK/err"
    )
    prints $'from three\n1 1 1'
}

requirement PRACTICE "sd_listen_fds(3)" "LISTEN_FDS with the LISTEN_PID of somebody else means nothing"
test_listen_fds_of_others() {
    process_sh 'echo "fds: $LISTEN_FDS pid: $LISTEN_PID"'
    LISTEN_FDS=1 LISTEN_PID=$$ run
    prints 'fds:  pid: '
}

requirement PRACTICE "runc-create(8)" "--pidfd-socket gets a pidfd of the process"
test_pidfd_socket() {
    in_background "$TOOLS/host" pidfd "$WORK/socket" > "$WORK/pid"
    until_socket "$WORK/socket"
    create --pidfd-socket "$WORK/socket"
    until_true test -s "$WORK/pid"
    same pid "$(< "$WORK/pid")" "$(state .pid)"
}

requirement PRACTICE "runc-create(8)" "--no-pivot works where pivot_root does not"
test_no_pivot() {
    process echo hello
    run --no-pivot
    prints hello
}

requirement PRACTICE "runc(8)" "NOTIFY_SOCKET: READY=1 of the process reaches the caller's socket"
test_notify_socket() {
    in_background "$TOOLS/host" notify "$WORK/notify" > "$WORK/notified"
    until_socket "$WORK/notify"
    process_sh '[ -n "$NOTIFY_SOCKET" ] && [ -S "$NOTIFY_SOCKET" ] && probe notify "$NOTIFY_SOCKET" READY=1; sleep 1'
    export NOTIFY_SOCKET=$WORK/notify
    run
    unset NOTIFY_SOCKET
    until_true grep -q READY=1 "$WORK/notified"
}

requirement PRACTICE "runc(8)" "pause and resume: the status says so, and the process stands still"
test_pause() {
    needs_cgroups
    waiting
    succeeds pause "$ID"
    status_is paused
    succeeds resume "$ID"
    status_is running
}
