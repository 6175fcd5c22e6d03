# Whatever fails, at whatever instant: a clear error, or one `delete --force`, and nothing is left.

# everything_gone: after the given state is removed, what the leak check would see is already gone.
nothing_of() {
    quiet tare delete --force "$1"
    is 'the list' "$(tare list -q)" ''
    [[ -z $(find "$V2" -name "$1" -type d) ]] || fail "the cgroup $1 is left"
}

# kill_sweep STEP COMMAND...: kills COMMAND at every STEPth stop, then one `delete --force`, until it comes
# to its end. BEFORE is run before each.
kill_sweep() {
    local step=$1 n status
    shift
    mkdir -p -m 700 "$STATE"
    for ((n = 1; n < 3000; n += step)); do
        ${BEFORE:-true}
        status=0
        "$TOOLS/kill_at" "$n" "$TARE" --root "$STATE" "$@" >out.txt 2>&1 || status=$?
        # What depends on the creator dies with it; only then can all be gone.
        nothing_of a
        within 5 no_processes
        [[ $status != 3 ]] || break
        [[ $status == 0 ]] || fail "stop $n: $(<out.txt)"
    done
    ((n > 20 && n < 3000)) || fail "it ended at stop $n"
    echo "it came to its end before stop $n"
}
no_processes() {
    local pid others=0
    while read -r pid; do
        [[ $pid == "$$" || $pid == "$BASHPID" || $pid == "$PPID" ]] || others=$((others + 1))
    done < <(find "$V2" -mindepth 1 -name cgroup.procs -not -path "$V2/harness/*" -exec cat {} +)
    ((others == 0))
}

test_create_killed_at_any_system_call() { # timeout=300
    bundle a 'args(["/bin/sleep", "100"])'
    kill_sweep "${SWEEP_STEP:-5}" create --bundle a a
}

test_run_killed_at_any_system_call() { # timeout=300
    bundle a 'args(["/bin/sleep", "0.05"])'
    kill_sweep "${SWEEP_STEP:-7}" run --bundle a a
}

test_create_in_a_user_namespace_killed() { # timeout=300
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:100000 a/rootfs
    bundle a 'userns([map(0; 100000; 65536)]) | args(["/bin/sleep", "100"])'
    kill_sweep "${SWEEP_STEP:-9}" create --bundle a a
}

test_create_with_hooks_and_a_limit_killed() { # timeout=300
    bundle a 'hook("createRuntime"; "/bin/true"; ["true"]) | hook("createContainer"; "/bin/true"; ["true"]) | hook("poststop"; "/bin/true"; ["true"]) | args(["/bin/sleep", "100"])'
    kill_sweep "${SWEEP_STEP:-13}" create --bundle a a
}

test_start_killed_at_any_system_call() { # timeout=300
    bundle a 'args(["/bin/sleep", "100"])'
    BEFORE='quiet tare create --bundle a a' kill_sweep "${SWEEP_STEP:-3}" start a
}

test_delete_killed_at_any_system_call() { # timeout=300
    bundle a 'args(["/bin/sleep", "100"])'
    BEFORE='quiet tare run -d --bundle a a' kill_sweep "${SWEEP_STEP:-3}" delete --force a
}

# The record goes last, so that no --force is needed for what is left.
test_a_killed_delete_can_be_repeated() {
    needs_program strace
    bundle a 'args(["/bin/sleep", "100"])'
    local call when
    for call in unlinkat rmdir; do
        for when in {1..4}; do
            quiet tare create --bundle a a
            strace -qq -o /dev/null -e trace="$call" -e inject="$call":signal=KILL:when="$when" "$TARE" --root "$STATE" delete a 2>/dev/null ||
                ! [[ -e $STATE/a ]] || quiet tare delete a
            nothing_of a
        done
    done
}

# One file that cannot be removed is what is reported, and nothing that it leads to; the others go, the record stays.
test_a_file_of_the_state_that_stays() {
    needs_program strace
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare create --bundle a a
    exits 1 strace -qq -o /dev/null -e trace=unlinkat -e inject=unlinkat:error=EPERM:when=1 "$TARE" --root "$STATE" delete a
    matches 'the error' "$err" "remove '(config.json|gate|gate-error)': operation not permitted"
    is 'how many files are left' "$(find "$STATE/a" -type f,p | wc -l)" 2
    [[ -e $STATE/a/record.json ]] || fail 'the record is gone'
    quiet tare delete a
    nothing_of a
}

test_a_failing_system_call_leaves_nothing() { # timeout=300
    needs_program strace
    mkdir -m 700 "$STATE"
    bundle a 'args(["/bin/true"])'
    local call
    for call in clone3 mkdir mkdirat memfd_create execveat openat openat2 write fcntl socketpair pipe2 rename renameat renameat2 \
        pidfd_send_signal poll ppoll waitid recvfrom recvmsg bpf fsopen fsmount open_tree move_mount mount_setattr flock mmap; do
        strace -qq -o /dev/null -e trace="$call" -e inject="$call":error=ENOMEM:when="${FAIL_WHEN:-1}" \
            "$TARE" --root "$STATE" run --bundle a a >out.txt 2>err.txt || has "$call" "$(<err.txt)" 'cannot allocate memory'
        nothing_of a
    done
}

# The kernel gives up on a program when a signal comes meanwhile: once that was the end of the run.
test_a_signal_while_the_device_program_is_loaded() {
    needs_program strace
    mkdir -m 700 "$STATE"
    bundle a 'args(["/bin/true"])'
    quiet strace -qq -o /dev/null -e trace=bpf -e inject=bpf:error=EAGAIN:when=1..2 "$TARE" --root "$STATE" run --bundle a a
    nothing_of a
}

# Who cannot wait for init cannot take it for ended: without a cgroup nothing else would find it.
test_run_that_cannot_wait() {
    needs_program strace
    mkdir -m 700 "$STATE"
    bundle a --arg t "$T" 'del(.linux.resources) | args(["/bin/sleep", "100"])'
    exits 1 strace -qq -o /dev/null -e trace=signalfd4 -e inject=signalfd4:error=EMFILE \
        "$TARE" --root "$STATE" --cgroup-manager=disabled run --pid-file "$T/pid" --bundle a a
    has 'the cause' "$err" 'signalfd: too many open files'
    within 5 is_gone "$(<pid)"
    nothing_of a
}

# `delete` once removed the record of a container that lived, because it could not open a file.
test_who_cannot_look_takes_no_container_for_dead() { # timeout=120
    needs_program strace
    bundle a 'args(["/bin/sleep", "1000"])'
    local when call
    failing() { strace -qq -o /dev/null -e trace="$call" -e inject="$call:error=EMFILE:when=$when" "$TARE" --root "$STATE" "$@" >out.txt 2>err.txt; }
    for call in openat pidfd_open; do
        quiet tare run -d --bundle a a
        for when in {1..12}; do
            if failing state a; then
                is "state at $call $when" "$(jq -r .status out.txt)" running
            else
                has "state at $call $when" "$(<err.txt)" 'too many open files'
            fi
            ! failing delete a || fail "a running container was deleted at $call $when"
            matches "delete at $call $when" "$(<err.txt)" 'too many open files|not stopped: running'
            ! failing start a || fail "a running container was started at $call $when"
            matches "start at $call $when" "$(<err.txt)" 'too many open files|already running'
            is "the status after $call $when" "$(state_of a)" running
            failing delete --force a || has "delete --force at $call $when" "$(<err.txt)" 'too many open files'
            quiet tare delete --force a
            nothing_of a
            quiet tare run -d --bundle a a
        done
        quiet tare delete --force a
    done
}

test_missing_modern_system_calls() { # timeout=120
    needs_program strace
    mkdir -m 700 "$STATE"
    bundle a 'sh("echo fine; cat /proc/kcore | wc -c")'
    local call error
    for call in openat2 clone3 fsopen open_tree move_mount mount_setattr close_range pidfd_open memfd_create; do
        for error in ENOSYS EPERM; do
            # Without -f only the runtime's own calls are meant, with it also init's.
            if strace -f -qq -o /dev/null -e trace="$call" -e inject="$call":error=$error "$TARE" --root "$STATE" run --bundle a a >out.txt 2>err.txt; then
                has "$call" "$(<out.txt)" fine
            else
                has "$call is named" "$(<err.txt)" "$call"
            fi
            nothing_of a
        done
    done
}

test_init_killed_while_it_waits() {
    bundle a
    quiet tare create --bundle a a
    kill -KILL "$(pid_of a)"
    within 5 has_status a stopped
    exits 1 timeout 10 "$TARE" --root "$STATE" start a
    quiet tare delete a
}

test_start_and_kill_and_delete_at_once() { # timeout=120
    bundle a 'args(["/bin/sleep", "100"])'
    local i
    for i in 1 2 3 4 5 6 7 8 9 10; do
        quiet tare create --bundle a a
        tare start a >/dev/null 2>&1 & tare kill a KILL >/dev/null 2>&1 & tare delete --force a >/dev/null 2>&1 & tare state a >/dev/null 2>&1 &
        wait
        nothing_of a
    done
}

test_two_starts_at_once_have_one_winner() {
    bundle a 'args(["/bin/sleep", "100"])'
    local i winners
    for i in 1 2 3 4 5; do
        quiet tare create --bundle a a
        rm -f won.*
        for n in 1 2 3; do (tare start a 2>/dev/null && touch "won.$n") & done
        wait
        winners=$(find . -maxdepth 1 -name 'won.*' | wc -l)
        is 'how many won' "$winners" 1
        quiet tare delete -f a
    done
}

test_concurrent_creates_of_one_id_have_one_winner() { # timeout=120
    bundle a 'args(["/bin/sleep", "100"])'
    local i n
    for ((i = 0; i < 15; i++)); do
        rm -f won.*
        for n in 1 2 3 4; do
            (tare create --bundle a a 2>"err.$n" && touch "won.$n") &
        done
        wait
        is 'how many won' "$(find . -maxdepth 1 -name 'won.*' | wc -l)" 1
        is status "$(state_of a)" created
        quiet tare delete a
    done
}

# A chroot need not have what a system has.
test_in_a_chroot() {
    bundle a
    mkdir -p new/proc new/run
    mv a new/a && cp "$TARE" new/tare
    local -a run=(chroot new /tare --root /run/tare --cgroup-manager=disabled run --bundle /a a)
    refused 'no procfs is mounted on /proc' "${run[@]}"
    mount -t proc proc new/proc
    refused 'the root that tare sees is no mount point, as in a chroot: bind it to itself' "${run[@]}"
    umount new/proc
}

test_state_directory_that_cannot_be_written() {
    bundle a
    mkdir "$STATE"
    mount -t tmpfs -o size=64k state "$STATE"
    head -c 1000000 /dev/zero >"$STATE/@fill" 2>/dev/null || true
    exits 1 tare create --bundle a a
    has 'full' "$err" 'no space left on device'
    local pages
    for pages in 15 14 13 12 11 10 9; do # until all but the last file fit
        head -c $((pages * 4096)) /dev/zero >"$STATE/@fill"
        tare create --bundle a a 2>err.txt && break
        has "with $pages pages taken" "$(<err.txt)" "state directory '$STATE/a'"
    done
    quiet tare delete --force a
    ((pages > 9 && pages < 15)) || fail "there was no place with $pages pages taken"
    mount -o remount,ro "$STATE"
    exits 1 tare create --bundle a a
    has 'read-only' "$err" 'read-only file system'
    quiet tare list
    umount "$STATE"
    rmdir "$STATE"
    : >"$STATE"
    exits 1 tare create --bundle a a
    has 'a file' "$err" 'not a directory'
    rm "$STATE"
}

test_corrupt_records() {
    bundle a 'args(["/bin/sleep", "100"])'
    local text
    for text in '' '{' '{}' '[1]' 'null' '{"pid": "x"}' "$(head -c 100000 /dev/zero | tr '\0' '[')"; do
        quiet tare run -d --bundle a a
        printf %s "$text" >"$STATE/a/record.json"
        exits 1 tare state a
        has 'which file' "$err" record.json
        quiet tare list
        quiet tare delete --force a
        # What it cannot know of it cannot end, unless the kernel still tells.
        [[ ! -d $V2/a ]] || { echo 1 >"$V2/a/cgroup.kill" && within 5 rmdir "$V2/a"; }
    done
    mkdir "$STATE/half"
    quiet tare list
    quiet tare delete --force half
}

test_a_record_of_another_boot() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    local pid
    pid=$(pid_of a)
    cp "$STATE/a/record.json" record.json
    sed -E 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/00000000-0000-0000-0000-000000000000/' record.json >"$STATE/a/record.json"
    is 'its status' "$(state_of a)" stopped
    exits 1 tare kill a KILL
    kill -0 "$pid" || fail 'the process was killed on the word of an old record'
    cp record.json "$STATE/a/record.json"
    quiet tare delete --force a
}

test_no_descriptors_left() {
    mkdir -m 700 "$STATE"
    bundle a
    local n
    for n in 4 5 6 7 8 10 12 14; do
        (ulimit -n "$n"; exec "$TARE" --root "$STATE" run --bundle a a) >out.txt 2>err.txt || has "$n" "$(<err.txt)" 'too many open files'
        nothing_of a
    done
}

test_a_cgroup_that_has_processes_is_refused() {
    bundle a '.linux.cgroupsPath = "/busy"'
    mkdir "$V2/busy"
    sleep 100 & local sleeper=$!
    echo $sleeper >"$V2/busy/cgroup.procs"
    exits 1 tare create --bundle a a
    has 'the error' "$err" "container's cgroup is not empty"
    kill -0 $sleeper || fail 'what was in it was killed'
    echo $sleeper >"$V2/harness/cgroup.procs"
    kill $sleeper
    wait $sleeper || true
    rmdir "$V2/busy"
}

test_a_frozen_cgroup_is_refused() {
    bundle a '.linux.cgroupsPath = "/frozen"'
    mkdir "$V2/frozen"
    echo 1 >"$V2/frozen/cgroup.freeze"
    exits 1 timeout 10 "$TARE" --root "$STATE" create --bundle a a
    has 'the error' "$err" "container's cgroup unexpectedly frozen"
    [[ -d $V2/frozen ]] || fail 'a cgroup of somebody else was removed'
    rmdir "$V2/frozen"
}

test_a_frozen_container_is_deleted() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    echo 1 >"$V2/a/cgroup.freeze"
    is status "$(state_of a)" paused
    quiet timeout 10 "$TARE" --root "$STATE" delete --force a
}

test_nested_cgroups_are_deleted() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    mkdir -p "$V2/a/one/two" "$V2/a/three"
    quiet tare delete --force a
}

test_a_read_only_cgroup_mount() {
    mount -o remount,ro,bind "$V2"
    # Rules for devices are a protection: they are not dropped because there is no cgroup.
    bundle a '.linux.resources = {devices: [{allow: true, type: "c", major: 10, minor: 229, access: "rw"}]}'
    exits 1 tare create --bundle a a
    has 'the field' "$err" 'config.json#/linux/resources/devices'
    exits 1 tare --cgroup-manager=disabled run --bundle a a
    bundle b 'del(.linux.resources) | sh("echo fine")'
    quiet tare run --bundle b b
    is output "$out" fine
    mount -o remount,rw,bind "$V2"
}

test_the_state_directory_of_a_live_container_is_taken_away() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    local pid
    pid=$(pid_of a)
    rm -rf "${STATE:?}/a"
    refused 'does not exist' tare state a
    quiet tare delete --force a
    kill -KILL "$pid"
    within 5 is_gone "$pid"
    rmdir "$V2/a" || { sleep 0.2; rmdir "$V2/a"; }
}

# Nothing is made yet: what it waits for may never come.
test_a_signal_ends_a_run_that_waits_for_its_config() {
    bundle a
    rm a/config.json && mkfifo a/config.json
    local signal runner status
    for signal in TERM USR1; do # neither of which a caller of the tests ignores
        exec_tare run --bundle a a & runner=$!
        within 5 reads_the_fifo "$runner"
        kill -"$signal" "$runner"
        status=0
        wait "$runner" || status=$?
        is "the status after $signal" "$status" $((128 + $(kill -l $signal)))
        [[ ! -e $STATE/a ]] || fail 'its state is left'
    done
}
reads_the_fifo() { [[ $(<"/proc/$1/wchan") == *fifo* || $(<"/proc/$1/syscall") == "257 "* ]]; }

# The time limit of the lock is a signal, and a foreground holds all of them.
test_a_run_does_not_wait_for_ever_to_delete() {
    bundle a 'args(["/bin/sleep", "30"])'
    exec_tare run --bundle a a 2>err.txt & local runner=$!
    within 5 has_status a running
    local init; init=$(pid_of a)
    (flock 9 && exec sleep 30) 9<"$STATE/a" & local holder=$!
    within 5 locked "$STATE/a"
    kill -KILL "$init"
    within 14 is_gone_of "$runner"
    has 'the reason' "$(<err.txt)" 'container a is busy: another command works on it'
    kill "$holder"
    wait "$holder" || true
    quiet tare delete a
}
locked() { ! flock --nonblock "$1" true; }
is_gone_of() { [[ ! -e /proc/$1 || $(ps -o stat= -p "$1") == Z* ]]; }
