# pause and resume: runc's `pause`, by the cgroup's freezer.

# A container that counts in a file of its root as long as it runs.
counting() {
    bundle a 'sh("i=0; while :; do i=$((i + 1)); echo $i > /count; sleep 0.01; done") | .root.readonly = false'
    quiet tare run -d --bundle a a
    within 5 test -s a/rootfs/count
}
count() { cat a/rootfs/count; }
freezer() { cat "$V2/a/cgroup.freeze"; }

test_a_paused_container_stands_still() {
    counting
    quiet tare pause a
    is status "$(state_of a)" paused
    is listed "$(tare list -f json | jq -r '.[0].status')" paused
    has 'the kernel' "$(<"$V2/a/cgroup.events")" 'frozen 1'
    local before
    before=$(count)
    sleep 0.2
    is 'still the same' "$(count)" "$before"
    quiet tare resume a
    is status "$(state_of a)" running
    goes_on() { [[ $(count) != "$before" ]]; }
    within 5 goes_on
    quiet tare delete -f a
}

test_twice_is_an_error() {
    counting
    refused 'container not paused: a (its status is running)' tare resume a
    quiet tare pause a
    refused 'container not running: a (its status is paused)' tare pause a
    quiet tare resume a
    refused 'container not paused: a' tare resume a
    quiet tare delete -f a
    refused 'container does not exist: a' tare pause a
    refused 'container does not exist: a' tare resume a
}

test_a_stopped_container_cannot_be_paused() {
    bundle a 'args(["/bin/true"])'
    quiet tare create --bundle a a
    quiet tare start a
    within 5 has_status a stopped
    refused 'container not running: a (its status is stopped)' tare pause a
    refused 'container not paused: a (its status is stopped)' tare resume a
    quiet tare delete a
}

test_a_created_container_can_be_paused() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare create --bundle a a
    quiet tare pause a
    is status "$(state_of a)" paused
    refused 'cannot start a container that is paused: a; resume it first' timeout 10 "$TARE" --root "$STATE" start a
    quiet tare resume a
    is status "$(state_of a)" created
    quiet tare start a
    is status "$(state_of a)" running
    quiet tare delete -f a
}

test_kill_ends_a_paused_container() {
    counting
    quiet tare pause a
    quiet tare kill a KILL
    within 5 has_status a stopped
    is 'the freezer afterwards' "$(freezer)" 0
    quiet tare delete a
}

test_kill_all_ends_a_paused_container() {
    counting
    quiet tare pause a
    quiet tare kill --all a KILL
    within 5 has_status a stopped
    quiet tare delete a
}

test_kill_ends_a_paused_container_of_the_hosts_pids() {
    bundle a 'no_ns("pid") | sh("sleep 100 & sleep 100; :")'
    quiet tare run -d --bundle a a
    two() { (( $(tare ps -f json a | jq length) == 3 )); }
    within 5 two
    quiet tare pause a
    quiet tare kill a KILL
    within 5 has_status a stopped
    within 5 grep -q 'populated 0' "$V2/a/cgroup.events"
    quiet tare delete a
}

test_other_signals_wait_until_it_goes_on() {
    bundle a 'sh("trap \"exit 7\" TERM; echo > /ready; while :; do sleep 0.02; done") | .root.readonly = false'
    quiet tare run -d --bundle a a
    within 5 test -e a/rootfs/ready
    quiet tare pause a
    quiet tare kill a TERM
    sleep 0.2
    is status "$(state_of a)" paused
    quiet tare resume a
    within 5 has_status a stopped
    quiet tare delete a
}

test_delete_of_a_paused_container_needs_force() {
    counting
    quiet tare pause a
    refused 'cannot delete container a that is not stopped: paused' tare delete a
    quiet tare delete --force a
    [[ ! -d $V2/a ]] || fail 'the cgroup is still there'
}

test_the_processes_of_its_own_cgroups_stand_still_too() {
    bundle a '.mounts |= map(if .type == "cgroup" then .options -= ["ro"] else . end)
      | sh("mkdir /sys/fs/cgroup/below; echo 0 > /sys/fs/cgroup/below/cgroup.procs; i=0; while :; do i=$((i + 1)); echo $i > /count; sleep 0.01; done")
      | .root.readonly = false'
    quiet tare run -d --bundle a a
    within 5 test -s a/rootfs/count
    quiet tare pause a
    local before
    before=$(count)
    sleep 0.2
    is 'still the same' "$(count)" "$before"
    quiet tare resume a
    quiet tare delete -f a
}

test_without_a_cgroup_it_is_an_error() {
    bundle a 'del(.linux.resources) | args(["/bin/sleep", "100"])'
    quiet tare --cgroup-manager=disabled run -d --bundle a a
    refused 'container a has no cgroup of its own, and only a cgroup can be frozen' tare pause a
    refused 'container a has no cgroup of its own, by which its processes would be known' tare ps a
    quiet tare delete -f a
}
