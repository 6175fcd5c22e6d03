# What managers and people do to a container that lives: the commands of runc beyond the operations of the
# specification.

# A container that counts in its root as long as it runs.
counting() {
    config '.root.readonly = false'
    process_sh 'i=0; while :; do i=$((i + 1)); echo $i > /count; sleep 0.02; done'
    create
    start
    until_true test -s "$ROOTFS/count"
}
count() { cat "$ROOTFS/count"; }

requirement PRACTICE "runc-pause(8)" "the processes of a paused container stand still, and go on after resume"
test_pause_stops() {
    needs_cgroups
    counting
    succeeds pause "$ID"
    local before
    before=$(count)
    sleep 0.2
    same "the count" "$(count)" "$before"
    succeeds resume "$ID"
    goes_on() { [ "$(count)" != "$before" ]; }
    until_true goes_on
}

requirement PRACTICE "runc-pause(8)" "pausing a paused container is an error"
test_pause_twice() {
    needs_cgroups
    counting
    succeeds pause "$ID"
    fails pause "$ID"
    status_is paused
    succeeds resume "$ID"
}

requirement PRACTICE "runc-resume(8)" "resuming a container that is not paused is an error"
test_resume_running() {
    needs_cgroups
    counting
    fails resume "$ID"
    status_is running
}

requirement PRACTICE "runc-pause(8)" "pausing a container that has stopped is an error"
test_pause_stopped() {
    process true
    create
    start
    until_status stopped
    fails pause "$ID"
}

requirement PRACTICE "runc-kill(8)" "KILL ends a paused container"
test_kill_paused() {
    needs_cgroups
    counting
    succeeds pause "$ID"
    signal KILL
    until_status stopped
}

requirement PRACTICE "runc-delete(8)" "a paused container is deleted with --force only"
test_delete_paused() {
    needs_cgroups
    counting
    succeeds pause "$ID"
    fails delete "$ID"
    succeeds delete --force "$ID"
    gone
}

requirement PRACTICE "runc-ps(8)" "ps --format json is an array of the pids"
test_ps_json() {
    needs_cgroups
    counting
    succeeds ps --format json "$ID"
    like pids "$(jq -c . "$WORK/out")" '^\[[0-9]+(,[0-9]+)*\]$'
    jq -e --argjson pid "$(state .pid)" 'index($pid) != null' "$WORK/out" > /dev/null || fail "init is not listed"
}

requirement PRACTICE "runc-ps(8)" "ps prints ps(1)'s table of the container's processes alone"
test_ps_table() {
    needs_cgroups
    needs "ps(1)" command -v ps
    counting
    succeeds ps "$ID"
    like header "$(head -n 1 "$WORK/out")" 'PID'
    like table "$(< "$WORK/out")" 'echo \$i > /count'
    unlike table "$(< "$WORK/out")" 'conformance/'
}

requirement PRACTICE "runc-ps(8)" "options behind the id go to ps(1)"
test_ps_options() {
    needs_cgroups
    needs "ps(1)" command -v ps
    counting
    succeeds ps "$ID" -e -o pid,comm
    like header "$(head -n 1 "$WORK/out")" '^ *PID +COMMAND *$'
}
