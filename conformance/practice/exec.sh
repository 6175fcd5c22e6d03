# What managers rely on of exec: runc-exec(8), and how containerd and conmon call it.

# A container that sleeps.
sleeping() {
    process sleep 1000
    create
    start
}
exec_in() { succeeds exec "$ID" "$@"; }
# process_file FILTER: p.json, with sh -c "$TEXT".
process_file() {
    jq -n --arg text "$TEXT" "{user: {uid: 0, gid: 0}, args: [\"sh\", \"-c\", \$text], cwd: \"/\", env: [\"PATH=/bin:/usr/bin\"]} | $1" > "$WORK/p.json"
}
status_is_code() { same "exit status" "$code" "$1"; }

requirement PRACTICE "runc-exec(8)" "the exit status is the process's, 128 and N when signal N killed it"
test_exec_status() {
    sleeping
    attempt exec "$ID" sh -c 'exit 42'
    status_is_code 42
    attempt exec "$ID" sh -c 'kill -9 $$'
    status_is_code 137
}

requirement PRACTICE "runc-exec(8)" "standard streams pass through"
test_exec_streams() {
    sleeping
    runtime exec "$ID" sh -c 'cat; echo trouble >&2' <<< input > "$WORK/out" 2> "$WORK/errors" || fail "exec ended with $?"
    prints input
    same errors "$(< "$WORK/errors")" trouble
}

requirement PRACTICE "runc-exec(8)" "every failure of the set-up is 255"
test_exec_failures() {
    attempt exec "$ID" true
    status_is_code 255
    says 'does not exist'
    sleeping
    attempt exec "$ID" no-such-program
    status_is_code 255
    says 'executable file .*not found in \$PATH'
    attempt exec "$ID" /no/such/program
    status_is_code 255
    says '[nN]o such file or directory'
    attempt exec --process "$WORK/none.json" "$ID"
    status_is_code 255
}

requirement PRACTICE "runc-exec(8)" "a stopped container takes no process"
test_exec_stopped() {
    process true
    create
    start
    until_status stopped
    attempt exec "$ID" true
    status_is_code 255
}

requirement PRACTICE "runc-exec(8)" "a process file says all of a process"
test_exec_process_file() {
    sleeping
    TEXT='id -u; id -g; pwd; echo $A' process_file '.user = {uid: 5, gid: 6} | .cwd = "/tmp" | .env += ["A=b c"]'
    succeeds exec --process "$WORK/p.json" "$ID"
    prints $'5\n6\n/tmp\nb c'
}

requirement PRACTICE "runc-exec(8)" "a process file without capabilities has the container's"
test_exec_inherits_capabilities() {
    sleeping
    TEXT='grep CapBnd /proc/self/status' process_file .
    succeeds exec --process "$WORK/p.json" "$ID"
    prints "$(grep CapBnd "/proc/$(state .pid)/status")"
}

requirement PRACTICE "containerd" "a detached exec writes the pid, as the caller sees it, and returns"
test_exec_detached() {
    sleeping
    TEXT='exec sleep 77' process_file .
    succeeds exec --process "$WORK/p.json" --detach --pid-file "$WORK/pid" "$ID"
    same command "$(tr '\0' ' ' < "/proc/$(< "$WORK/pid")/cmdline")" 'sleep 77 '
    same namespace "$(namespace_of "$(< "$WORK/pid")" pid)" "$(namespace_of "$(state .pid)" pid)"
}

requirement PRACTICE "runc-exec(8)" "--cwd, --env, --user and --additional-gids"
test_exec_options() {
    sleeping
    succeeds exec --cwd /tmp --env A=1 --user 5:6 --additional-gids 7 "$ID" sh -c 'pwd; echo $A; id -u; id -g; id -G'
    prints $'/tmp\n1\n5\n6\n6 7'
}

requirement PRACTICE "runc-exec(8)" "what follows the ID is the command, options too"
test_exec_options_end_at_the_id() {
    sleeping
    fails exec "$ID" --user 5 id
    succeeds exec "$ID" echo --user 5
    prints '--user 5'
}

requirement PRACTICE "CVE-2026-30892" "a user that is no number is refused, never 0"
test_exec_user_is_a_number() {
    sleeping
    fails exec --user x "$ID" true
    fails exec --user 1x "$ID" true
}

requirement PRACTICE "CVE-2022-29162" "--cap adds nothing inheritable"
test_exec_cap() {
    sleeping
    succeeds exec --cap CAP_SYS_ADMIN "$ID" grep -E 'CapInh|CapAmb' /proc/self/status
    prints $'CapInh:\t0000000000000000\nCapAmb:\t0000000000000000'
}

requirement PRACTICE "runc-exec(8)" "the process is in every namespace and in the cgroup of the container"
test_exec_joins() {
    sleeping
    succeeds exec -d --pid-file "$WORK/pid" "$ID" sleep 77
    local name
    for name in pid net ipc uts mnt; do
        same "$name" "$(namespace_of "$(< "$WORK/pid")" $name)" "$(namespace_of "$(state .pid)" $name)"
    done
    same cgroup "$(< "/proc/$(< "$WORK/pid")/cgroup")" "$(< "/proc/$(state .pid)/cgroup")"
}

requirement PRACTICE "runc-exec(8)" "options end at the command"
test_exec_command_options() {
    sleeping
    exec_in sh -c 'echo "$@"' sh --cwd -t
    prints '--cwd -t'
}

requirement PRACTICE "runc-exec(8)" "a working directory that is missing is an error"
test_exec_cwd_missing() {
    sleeping
    attempt exec --cwd /nowhere "$ID" true
    status_is_code 255
}

requirement PRACTICE "runc-exec(8)" "a terminal needs a console socket when the runtime detaches"
test_exec_terminal_detached() {
    sleeping
    attempt exec -d -t "$ID" true
    status_is_code 255
    says 'console.socket'
}

requirement PRACTICE "runc-exec(8)" "nothing of the caller's descriptors reaches the process"
test_exec_descriptors() {
    sleeping
    exec_in sh -c 'ls /proc/self/fd | wc -w' 7< /etc/passwd 9< /
    prints 4
}
