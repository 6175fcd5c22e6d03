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
    needs "ps(1) that works" ps -ef
    counting
    succeeds ps "$ID"
    like header "$(head -n 1 "$WORK/out")" 'PID'
    like table "$(< "$WORK/out")" 'echo \$i > /count'
    unlike table "$(< "$WORK/out")" 'conformance/'
}

requirement PRACTICE "runc-ps(8)" "options behind the id go to ps(1)"
test_ps_options() {
    needs_cgroups
    needs "ps(1) that works" ps -ef
    counting
    succeeds ps "$ID" -e -o pid,comm
    like header "$(head -n 1 "$WORK/out")" '^ *PID +COMMAND *$'
}

# limits_of JQ: what the config asks for, then a container that waits.
limited() {
    config "$1"
    process sleep 100
    create
    start
}
value() { cat "$(cgroup)/$1"; }

requirement PRACTICE "runc-update(8)" "update --pids-limit takes effect"
test_update_pids() {
    needs_controller pids
    limited '.linux.resources.pids = { limit: 50 }'
    succeeds update --pids-limit 20 "$ID"
    same pids.max "$(value pids.max)" 20
}

requirement PRACTICE "runc-update(8)" "update --memory takes sizes with a unit"
test_update_memory_unit() {
    needs_controller memory
    limited '.linux.resources.memory = { limit: 104857600 }'
    succeeds update --memory 200M "$ID"
    same memory.max "$(value memory.max)" 209715200
}

requirement PRACTICE "runc-update(8)" "update --cpu-quota keeps the period"
test_update_quota() {
    needs_controller cpu
    limited '.linux.resources.cpu = { quota: 50000, period: 200000 }'
    succeeds update --cpu-quota 70000 "$ID"
    same cpu.max "$(value cpu.max)" "70000 200000"
}

requirement PRACTICE "runc-update(8)" "update --resources - reads standard input"
test_update_stdin() {
    needs_controller pids
    limited '.linux.resources.pids = { limit: 50 }'
    echo '{ "pids": { "limit": 20 } }' > "$WORK/resources"
    INPUT=$WORK/resources
    succeeds update --resources - "$ID"
    same pids.max "$(value pids.max)" 20
}

requirement PRACTICE "runc-update(8)" "update --resources FILE takes the unified files"
test_update_unified() {
    needs_cgroups
    limited '.'
    echo '{ "unified": { "cgroup.max.depth": "3" } }' > "$WORK/resources"
    succeeds update --resources "$WORK/resources" "$ID"
    same cgroup.max.depth "$(value cgroup.max.depth)" 3
}

requirement PRACTICE "runc-update(8)" "an update that fails leaves every limit as it was"
test_update_atomic() {
    needs_cgroups
    limited '.linux.resources.unified = { "cgroup.max.depth": "7" }'
    echo '{ "unified": { "cgroup.max.depth": "3", "cgroup.max.descendants": "many" } }' > "$WORK/resources"
    fails update --resources "$WORK/resources" "$ID"
    same cgroup.max.depth "$(value cgroup.max.depth)" 7
}

requirement PRACTICE "runc-update(8)" "an update leaves a paused container paused"
test_update_paused() {
    needs_cgroups
    limited '.'
    succeeds pause "$ID"
    echo '{ "unified": { "cgroup.max.depth": "3" } }' > "$WORK/resources"
    succeeds update --resources "$WORK/resources" "$ID"
    status_is paused
    succeeds resume "$ID"
}

requirement PRACTICE "runc-update(8)" "updating a container that has stopped is an error"
test_update_stopped() {
    needs_cgroups
    process true
    create
    start
    until_status stopped
    fails update --pids-limit 20 "$ID"
}

requirement PRACTICE "runc-events(8)" "events --stats is one object with the use of the container"
test_events_stats() {
    needs_cgroups
    limited '.'
    succeeds events --stats "$ID"
    same "type and id" "$(jq -r '.type + " " + .id' "$WORK/out")" "stats $ID"
    for member in cpu memory pids blkio hugetlb; do
        jq -e ".data | has(\"$member\")" "$WORK/out" > /dev/null || fail "no $member"
    done
    [ "$(jq .data.cpu.usage.total "$WORK/out")" -gt 0 ] || fail "no processor time"
}

requirement PRACTICE "runc-events(8)" "events prints stats at each interval, and ends with the container"
test_events_interval() {
    needs_cgroups
    limited '.'
    in_background "$RUNTIME" "${RUNTIME_OPTIONS[@]}" --root "$STATE" events --interval 100ms "$ID" > "$WORK/events"
    until_true grep -q stats "$WORK/events"
    signal KILL
    ended() { ! kill -0 "${HELPERS[-1]}" 2> /dev/null; }
    until_true ended
    wait "${HELPERS[-1]}" || true
}

requirement PRACTICE "runc-events(8)" "events of a container that has stopped is an error"
test_events_stopped() {
    process true
    create
    start
    until_status stopped
    fails events --stats "$ID"
}

# A list of one mount: a directory of the host's with the file `seen`.
one_mount() {
    config '.root.readonly = false'
    process sleep 100
    create
    start
    mkdir "$WORK/given" && echo yes > "$WORK/given/seen"
    jq -n --arg from "$WORK/given" '{ mounts: [{ destination: "/added", type: "bind", source: $from, options: ["bind", "ro"] }] }' \
        > "$WORK/mounts.json"
}

requirement PRACTICE "crun(1)" "mounts add brings a directory into a container that runs, with its options"
test_mounts_add() {
    one_mount
    succeeds mounts add "$ID" "$WORK/mounts.json"
    succeeds exec "$ID" cat /added/seen
    prints yes
    fails exec "$ID" touch /added/new
}

requirement PRACTICE "crun(1)" "mounts remove takes it away"
test_mounts_remove() {
    one_mount
    succeeds mounts add "$ID" "$WORK/mounts.json"
    succeeds mounts remove "$ID" "$WORK/mounts.json"
    fails exec "$ID" cat /added/seen
}
