# runtime-spec, runtime.md: "Lifecycle" and "Operations"; reference: callers.md.

test_run_returns_output_and_status() {
    bundle a 'sh("echo hello; echo trouble >&2; exit 42")'
    exits 42 tare run --bundle a a
    is output "$out" hello
    is errors "$err" trouble
}

test_run_ended_by_a_signal_is_128_plus_it() {
    bundle a 'no_ns("pid") | sh("kill -9 $$")'
    exits 137 tare run --bundle a a
}

test_run_passes_input_on_and_reads_no_more() {
    bundle a 'sh("read line; echo got $line")'
    { tare run --bundle a a; cat; } < <(printf 'one\ntwo\n') >out.txt
    # busybox's read takes one byte at a time; what it leaves is ours.
    is 'all that came' "$(<out.txt)" $'got one\ntwo'
}

test_run_forwards_signals() {
    bundle a 'sh("trap \"echo term; exit 7\" TERM; echo up; while :; do sleep 0.05; done")'
    exec_tare run --bundle a a >out.txt & runner=$!
    within 5 grep -q up out.txt
    kill -TERM "$runner"
    local status=0
    wait "$runner" || status=$?
    is status "$status" 7
    has output "$(<out.txt)" term
}

test_run_detached_leaves_it_running() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run --detach --pid-file pid --bundle a a
    is status "$(state_of a)" running
    is 'pid in the file' "$(<pid)" "$(pid_of a)"
    quiet tare delete --force a
}

test_run_keep_leaves_it_stopped() {
    bundle a
    quiet tare run --keep --bundle a a
    is status "$(state_of a)" stopped
    quiet tare delete a
    refused 'does not exist' tare state a
}

test_create_start_delete() {
    bundle a 'sh("echo $$ > /ran; exec sleep 100")'
    quiet tare create --bundle a a
    is 'after create' "$(state_of a)" created
    local pid
    pid=$(pid_of a)
    kill -0 "$pid" || fail "no process $pid"
    [[ ! -e a/rootfs/ran ]] || fail 'the process ran before start'
    quiet tare start a
    is 'after start' "$(state_of a)" running
    is 'the same process' "$(pid_of a)" "$pid"
    within 5 test -s a/rootfs/ran
    is 'its own pid' "$(<a/rootfs/ran)" 1
    quiet tare kill a KILL
    within 5 has_status a stopped
    is 'pid when stopped' "$(pid_of a)" 0
    quiet tare delete a
}

test_created_container_is_deleted_without_force() {
    bundle a
    quiet tare create --bundle a a
    local pid
    pid=$(pid_of a)
    quiet tare delete a
    within 2 is_gone "$pid"
}

test_running_container_is_not_deleted_without_force() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    refused 'cannot delete container a that is not stopped: running' tare delete a
    is 'still' "$(state_of a)" running
    quiet tare delete -f a
}

test_delete_of_nothing() {
    refused 'does not exist' tare delete nothing
    quiet tare delete --force nothing
    bundle a
    quiet tare create --bundle a a
    quiet tare delete a
    refused 'does not exist' tare delete a
}

test_start_twice() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare create --bundle a a
    quiet tare start a
    refused 'cannot start an already running container' tare start a
    is 'still' "$(state_of a)" running
    quiet tare delete --force a
    refused 'does not exist' tare start a
}

test_create_with_a_taken_id_leaves_the_first_alone() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    local pid
    pid=$(pid_of a)
    refused 'container with given ID already exists' tare create --bundle a a
    refused 'container with given ID already exists' tare run --bundle a a
    is 'the pid of the first' "$(pid_of a)" "$pid"
    is 'the first' "$(state_of a)" running
    quiet tare delete --force a
}

test_kill_by_name_number_and_case() {
    bundle a 'sh("for s in HUP USR1 USR2; do trap \"echo $s >> /got\" $s; done; echo up > /got; while :; do sleep 0.02; done")'
    quiet tare run -d --bundle a a
    within 5 grep -q up a/rootfs/got
    local signal
    for signal in HUP SIGHUP hup sighup 1 SIGUSR1 usr2 12; do
        : >a/rootfs/got
        quiet tare kill a "$signal"
        within 5 test -s a/rootfs/got
    done
    quiet tare kill a 0
    refused 'unknown signal "NOSUCH"' tare kill a NOSUCH
    refused 'unknown signal "99"' tare kill a 99
    refused 'unknown signal "a": the ID comes first, then the signal' tare kill KILL a
    quiet tare delete -f a
}

test_kill_defaults_to_term() {
    bundle a 'sh("trap \"exit 3\" TERM; echo up > /got; while :; do sleep 0.02; done")'
    quiet tare run -d --bundle a a
    within 5 test -s a/rootfs/got
    quiet tare kill a
    within 5 has_status a stopped
    quiet tare delete a
}

test_kill_of_a_stopped_container() {
    bundle a
    quiet tare run --keep --bundle a a
    refused 'container not running' tare kill a KILL
    quiet tare kill --all a KILL
    quiet tare delete a
    refused 'does not exist' tare kill a KILL
}

test_kill_of_a_created_container() {
    bundle a
    quiet tare create --bundle a a
    quiet tare kill a KILL
    within 5 has_status a stopped
    refused 'container' tare start a
    quiet tare delete a
}

test_kill_all_reaches_every_process() {
    bundle a 'no_ns("pid") | sh("sleep 1000 & sleep 1000 & echo up > /got; exec sleep 1000")'
    quiet tare run -d --bundle a a
    within 5 test -s a/rootfs/got
    quiet tare kill --all a KILL
    within 5 has_status a stopped
    quiet tare delete a
}

# Init of a joined pid namespace is none: its end is that of nobody else.
test_kill_reaches_all_in_a_joined_pid_namespace() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    bundle b "no_ns(\"pid\") | ns(\"pid\"; \"/proc/$(pid_of a)/ns/pid\") |
        sh(\"sleep 1000 & sleep 1000 & echo up > /got; exec sleep 1000\")"
    quiet tare run -d --bundle b b
    within 5 test -s b/rootfs/got
    quiet tare kill b KILL
    within 5 has_status b stopped
    within 5 has_processes b '[]'
    has_status a running || fail 'the other container has ended'
    quiet tare delete b
    quiet tare delete -f a
}
has_processes() { [[ $(tare ps --format json "$1") == "$2" ]]; }

# Without a cgroup only init is known, and only that of a new pid namespace takes the others along.
test_kill_all_without_a_cgroup() {
    bundle a 'del(.linux.resources) | args(["/bin/sleep", "100"])'
    quiet tare --cgroup-manager=disabled run -d --bundle a a
    refused 'container a has no cgroup, so of its processes only init can be found: signal that without --all, or all of them by KILL' tare kill --all a TERM
    is 'still there' "$(state_of a)" running
    quiet tare kill --all a KILL
    within 5 has_status a stopped
    quiet tare kill --all a TERM
    quiet tare delete a

    change a 'no_ns("pid")'
    quiet tare --cgroup-manager=disabled create --bundle a a
    has 'the warning of create' "$err" 'the container has neither a cgroup nor a pid namespace of its own'
    refused 'container a has no cgroup, so of its processes only init can be found: signal that without --all' tare kill --all a KILL
    quiet tare kill a KILL
    has 'the warning of kill' "$err" 'container a has neither a cgroup nor a pid namespace of its own: only its init is killed'
    within 5 has_status a stopped
    quiet tare delete a
}

test_processes_without_a_pid_namespace_end_with_delete() {
    bundle a 'no_ns("pid") | sh("sleep 1000 & echo up > /got; exit 0")'
    quiet tare run -d --bundle a a
    within 5 has_status a stopped
    quiet tare delete a
}

test_state_tells_what_was_given() {
    bundle a 'args(["/bin/sleep", "100"]) | .annotations = {"org.example/key": "a \"quoted\" value"} | .ociVersion = "1.0.2"'
    ln -s a link
    quiet tare create --bundle link a
    quiet tare state a
    is 'the version that the state complies with' "$(jq -r .ociVersion <<<"$out")" 1.3.0
    is id "$(jq -r .id <<<"$out")" a
    is bundle "$(jq -r .bundle <<<"$out")" "$(realpath a)"
    is rootfs "$(jq -r .rootfs <<<"$out")" "$(realpath a)/rootfs"
    is annotation "$(jq -r '.annotations["org.example/key"]' <<<"$out")" 'a "quoted" value'
    matches created "$(jq -r .created <<<"$out")" '^20[0-9][0-9]-[0-9-]+T[0-9:]+\.[0-9]+Z$'
    is 'the keys in order' "$(jq -c keys_unsorted <<<"$out")" \
        '["ociVersion","id","pid","status","bundle","rootfs","created","annotations","owner"]'
    quiet tare delete a
}

test_list() {
    mkdir -m 700 "$STATE"
    quiet tare list
    matches 'the empty table' "$out" '^ID +PID +STATUS +BUNDLE +CREATED +OWNER *$'
    quiet tare list --format json
    matches 'the empty list' "$out" '^(null|\[\])$'
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare create --bundle a one
    quiet tare run -d --bundle a two
    quiet tare list -q
    is 'the names' "$out" $'one\ntwo'
    quiet tare list -f json
    is 'what they do' "$(jq -r '.[] | .id + " " + .status' <<<"$out")" $'one created\ntwo running'
    quiet tare list
    matches table "$out" "two +$(pid_of two) +running +$T/a +20.* root"
    quiet tare delete -f one
    quiet tare delete -f two
}

test_list_while_containers_come_and_go() {
    mkdir -m 700 "$STATE"
    bundle a
    (for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do tare run --bundle a "c$i"; done) & local runs=$!
    while kill -0 "$runs" 2>/dev/null; do
        quiet tare list
        quiet tare list --format json
    done
    wait "$runs"
}

test_pid_file_of_create() {
    bundle a
    mkdir other
    (cd other && quiet tare create --bundle ../a --pid-file pid a)
    is 'the pid, without a newline' "$(wc -l <other/pid) $(<other/pid)" "0 $(pid_of a)"
    quiet tare delete a
}

# As root, it would be the host's /dev/null.
test_a_pid_file_replaces_no_device() {
    bundle a 'args(["/bin/sleep", "100"])'
    mknod device c 1 3
    mkfifo fifo
    refused "--pid-file 'device': replace 'device': it is a device, not a regular file" \
        tare create --bundle a --pid-file device a
    refused "--pid-file 'fifo': replace 'fifo': it is a FIFO, not a regular file" \
        tare run -d --bundle a --pid-file fifo a
    ln -s device link
    quiet tare run -d --bundle a --pid-file link a
    is 'what a symlink became' "$(<link)" "$(pid_of a)"
    exits 255 tare exec -d --pid-file device a sleep 50
    is 'what they are' "$(stat -c %F device fifo)" $'character special file\nfifo'
    quiet tare delete -f a
}

test_options_after_the_id_and_with_one_dash() {
    bundle a
    quiet tare create a --bundle a -no-new-keyring -pid-file=pid
    is 'the pid' "$(<pid)" "$(pid_of a)"
    quiet tare delete a --force
    exits 1 tare create --no-such-flag a
    has 'the error' "$err" no-such-flag
}

test_bundle_is_the_current_directory_by_default() {
    bundle a 'sh("echo here")'
    cd a
    quiet tare run a
    is output "$out" here
}

test_config_by_another_name() {
    bundle a 'sh("echo other")'
    mv a/config.json a/other.json
    quiet tare run --bundle a --config other.json a
    is output "$out" other
    quiet tare run --bundle a --config "$T/a/other.json" a
    is output "$out" other
}

test_config_changed_after_create_changes_nothing() {
    bundle a 'sh("echo first > /got")'
    quiet tare create --bundle a a
    change a 'sh("echo second > /got")'
    quiet tare start a
    within 5 has_status a stopped
    is 'what ran' "$(<a/rootfs/got)" first
    quiet tare delete a
}

test_process_may_be_absent_until_start() {
    bundle a 'del(.process)'
    quiet tare create --bundle a a
    is status "$(state_of a)" created
    exits 1 tare start a
    has 'the error' "$err" process
    quiet tare delete --force a
}

test_a_second_container_reuses_the_id() {
    bundle a 'sh("echo again")'
    quiet tare run --bundle a a
    quiet tare run --bundle a a
    is output "$out" again
}

# A parent that ignores SIGCHLD, as some daemons do, hands that down: the kernel then keeps nobody's exit status.
childless() { quiet env --ignore-signal=CHLD "$TARE" --root "$STATE" "$@"; }

test_a_caller_that_ignores_its_children() {
    env --ignore-signal=CHLD true || skip 'env(1) cannot ignore signals'
    mkdir src && echo hello >src/file
    bundle a --arg src "$T/src" '.mounts += [{destination: "/m", type: "bind", source: $src, options: ["rbind", "idmap"],
      uidMappings: [map(0; 5000; 1)], gidMappings: [map(0; 5000; 1)]}] | .root.readonly = false |
      hook("createRuntime"; "/bin/true"; ["true"]) | hook("createContainer"; "/bin/true"; ["true"]) |
      sh("grep SigIgn /proc/self/status > /signals; sleep 1000")'
    [[ $PLACE == native ]] || change a 'del(.mounts[-1])' # not every kernel of a guest can map its ids
    childless create --bundle a a >/dev/null
    childless start a
    within 5 grep -q SigIgn a/rootfs/signals
    is 'what is ignored inside' "$(<a/rootfs/signals)" $'SigIgn:\t0000000000000000'
    jq -n --arg src "$T/src" '[{destination: "/b", type: "bind", source: $src, options: ["rbind"]}]' >mounts.json
    childless mounts add a mounts.json
    exits 7 env --ignore-signal=CHLD "$TARE" --root "$STATE" exec a /bin/sh -c 'cat /b/file; exit 7'
    is 'what was mounted' "$out" hello
    ! ps -ef >/dev/null 2>&1 || childless ps a
    quiet tare delete -f a
    bundle b 'userns([map(0; 100000; 65536)]) | sh("exit 5")'
    chown 100000:100000 b b/rootfs
    exits 5 env --ignore-signal=CHLD "$TARE" --root "$STATE" run --bundle b b
}

# Linux 6.18 kills who is born into a cgroup, if ever cgroup.kill was used on the one where he comes from.
test_from_a_cgroup_that_was_killed_once() {
    [[ -e $V2/cgroup.procs ]] && mkdir "$V2/killed-$$" || skip 'no cgroup can be made here'
    [[ -e $V2/killed-$$/cgroup.kill ]] || { rmdir "$V2/killed-$$"; skip 'no cgroup.kill'; }
    echo 1 >"$V2/killed-$$/cgroup.kill"
    bundle a 'args(["/bin/sleep", "100"])'
    bundle b 'args(["/bin/cat", "/proc/self/cgroup"])'
    (
        echo "$BASHPID" >"$V2/killed-$$/cgroup.procs"
        quiet tare run -d --bundle a a
        quiet tare exec a /bin/echo entered
        is output "$out" entered
        quiet tare run --bundle b b
    ) || fail 'see above'
    is 'where it is' "$(grep -c . "$V2/a/cgroup.procs")" 1
    quiet tare delete -f a
    rmdir "$V2/killed-$$"
}
