# hook KIND SCRIPT: one more hook of that kind; the script has what came on stdin in $STATE.
hook() {
    config '.hooks[$words[0]] += [{ path: "/bin/sh", args: ["sh", "-c", "STATE=$(cat); " + $words[1]],
                                    env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] }]' "$@"
}
# $LOG is a directory for their traces; the container has it too.
with_log() {
    LOG=$WORK/log.d
    mkdir -p "$LOG"
    with_bind "$LOG" /log
}
# The directory's name where a hook of that kind runs.
log_of() { [ "$1" = startContainer ] && echo /log || echo "$LOG"; }
trace() { cat "$LOG/$1" 2> /dev/null || true; }
KINDS=(prestart createRuntime createContainer startContainer poststart poststop)

whole_life() {
    create
    start
    until_status stopped
    delete
}

for kind in "${KINDS[@]}"; do
    requirement MUST config.md#posix-platform-hooks "$kind hooks are called" called "$kind"
    requirement MUST config.md#posix-platform-hooks "$kind hooks get the state on stdin" gets_state "$kind"
    requirement MUST config.md#posix-platform-hooks "$kind hooks are called in the listed order" in_order "$kind"
    requirement MUST config.md#posix-platform-hooks "$kind hooks get their args and no others" gets_args "$kind"
    requirement MUST config.md#posix-platform-hooks "$kind hooks get their env" gets_env "$kind"
    requirement PRACTICE config.md#posix-platform-hooks "$kind hooks get nothing for an empty env" empty_env "$kind"
    requirement MUST config.md#posix-platform-hooks "$kind: a path that is not absolute is refused" relative_path "$kind"
    requirement MUST config.md#posix-platform-hooks "$kind: a timeout of 0 is refused" zero_timeout "$kind"
done

for kind in prestart createRuntime poststart poststop; do
    requirement PRACTICE config.md#posix-platform-hooks "$kind hooks without an env get the runtime's" no_env "$kind" OF_RUNTIME
done
requirement PRACTICE config.md#posix-platform-hooks "startContainer hooks without an env get the process's" no_env startContainer OF_PROCESS

called() {
    with_log
    hook "$1" "echo called >> $(log_of "$1")/trace"
    whole_life
    same trace "$(trace trace)" called
}

declare -gA STATUS=([prestart]='creat(ing|ed)' [createRuntime]='creat(ing|ed)' [createContainer]='creat(ing|ed)'
    [startContainer]=created [poststart]=running [poststop]=stopped)
gets_state() {
    with_log
    config '.annotations = { "com.example.a": "b" }'
    hook "$1" "echo \"\$STATE\" > $(log_of "$1")/state"
    whole_life
    same "the state" "$(jq -r '[.id, .bundle, .annotations["com.example.a"]] | join(" ")' "$LOG/state")" "$ID $BUNDLE b"
    like status "$(jq -r .status "$LOG/state")" "^${STATUS[$1]}$"
}

in_order() {
    with_log
    local number
    for number in 1 2 3; do hook "$1" "echo $number >> $(log_of "$1")/order"; done
    whole_life
    same order "$(trace order | paste -sd,)" 1,2,3
}

gets_args() {
    with_log
    config '.hooks[$words[0]] = [{ path: "/bin/sh", args: ["sh", "-c", $words[1], "one", "two three", ""] }]' \
        "$1" "cat > /dev/null; echo \"\$0,\$1,\$2,\$#\" > $(log_of "$1")/args"
    whole_life
    same args "$(trace args)" 'one,two three,,2'
}

environment_of() { # KIND ENV: what such a hook gets, in the file env
    with_log
    config '.process.env += ["OF_PROCESS=1"] | .hooks[$words[0]] = [{ path: "/bin/sh", args: ["sh", "-c", $words[1]] }
        + ($words[2] | fromjson)]' "$1" "cat > /dev/null; echo \${OF_RUNTIME+OF_RUNTIME} \${OF_PROCESS+OF_PROCESS} > $(log_of "$1")/env" "$2"
    OF_RUNTIME=1 whole_life
}
empty_env() {
    environment_of "$1" '{ "env": [] }'
    same environment "$(trace env)" ''
}
no_env() {
    environment_of "$1" '{}'
    same environment "$(trace env)" "$2"
}

gets_env() {
    with_log
    export SECRET=leaked
    config '.hooks[$words[0]] = [{ path: "/bin/sh", args: ["sh", "-c", $words[1]], env: ["PATH=/bin", "ONE=eins"] }]' \
        "$1" "cat > /dev/null; env > $(log_of "$1")/env"
    whole_life
    like environment "$(trace env)" 'ONE=eins'
    unlike environment "$(trace env)" SECRET
}

relative_path() {
    config '.hooks[$words[0]] = [{ path: "sh" }]' "$1"
    refused
}

zero_timeout() {
    hook "$1" true
    config '.hooks[$words[0]][0].timeout = 0' "$1"
    refused
}

# ---------------------------------------------------------------- when

requirement MUST config.md#posix-platform-hooks "create calls prestart, createRuntime, createContainer in that order, and no others"
test_of_create() {
    order_of_all
    create
    same order "$(trace order | paste -sd,)" prestart,createRuntime,createContainer
}

requirement MUST config.md#posix-platform-hooks "start calls startContainer, the program, poststart"
test_of_start() {
    order_of_all
    create
    rm "$LOG/order"
    start
    until_status stopped
    like order "$(trace order | paste -sd,)" '^startContainer,(program,poststart|poststart,program)$'
}

requirement MUST config.md#posix-platform-hooks "delete calls poststop"
test_of_delete() {
    order_of_all
    create
    start
    until_status stopped
    rm "$LOG/order"
    delete
    same order "$(trace order)" poststop
}
order_of_all() {
    with_log
    local kind
    for kind in "${KINDS[@]}"; do hook "$kind" "echo $kind >> $(log_of "$kind")/order"; done
    process_sh 'echo program >> /log/order'
}

requirement MUST config.md#prestart "prestart is before pivot_root: the container still has the runtime's root"
test_prestart_before_pivot() { before_pivot prestart; }

requirement MUST config.md#createruntime-hooks "createRuntime is before pivot_root: the container still has the runtime's root"
test_create_runtime_before_pivot() { before_pivot createRuntime; }
before_pivot() {
    with_log
    hook "$1" "pid=\$(echo \"\$STATE\" | jq .pid); stat -Lc %d:%i /proc/\$pid/root > $LOG/root"
    create
    same root "$(trace root)" "$(stat -Lc %d:%i /)"
}

requirement MUST config.md#createruntime-hooks "createRuntime is after the container's namespaces were made"
test_create_runtime_namespaces() {
    with_log
    hook createRuntime "pid=\$(echo \"\$STATE\" | jq .pid); readlink /proc/\$pid/ns/net > $LOG/net"
    create
    same "network namespace" "$(trace net)" "$(namespace_of "$(state .pid)" net)"
}

requirement MUST config.md#prestart "what a prestart hook does to the network namespace, the container has"
test_prestart_network() {
    hook prestart 'pid=$(echo "$STATE" | jq .pid); nsenter -t $pid -n ip link add dev conf0 type veth peer name conf1'
    inside_sh 'ls /sys/class/net; ip -o link | grep -c conf'
    prints_like conf0
}

requirement MUST config.md#createcontainer-hooks "createContainer is before pivot_root: the runtime's root is there"
test_create_container_before_pivot() {
    with_log
    hook createContainer "ls -d $ROOTFS > $LOG/seen"
    create
    same seen "$(trace seen)" "$ROOTFS"
}

requirement MUST config.md#createcontainer-hooks "createContainer is after the mounts were made"
test_create_container_after_mounts() {
    with_log
    with_mount /mnt tmpfs tmpfs
    hook createContainer "grep -c ' $ROOTFS/mnt ' /proc/self/mountinfo > $LOG/mounts"
    create
    same mounts "$(trace mounts)" 1
}

requirement MUST config.md#startcontainer-hooks "startContainer is over before the program is executed"
test_start_container_before() {
    with_log
    hook startContainer 'sleep 0.2; echo hook > /log/hook'
    process cat /log/hook
    create
    start
    until_status stopped
    prints hook
}

requirement MUST config.md#poststart "poststart is over before start returns"
test_poststart_before_return() {
    with_log
    hook poststart "sleep 0.3; echo done > $LOG/done"
    create
    start
    same trace "$(trace done)" done
}

requirement MUST config.md#poststart "poststart is after the program was executed"
test_poststart_after() {
    with_log
    hook poststart "for i in 1 2 3 4 5 6 7 8 9; do [ -e $LOG/ran ] && echo after > $LOG/seen; sleep 0.05; done"
    process_sh 'touch /log/ran; sleep 100'
    create
    start
    same trace "$(trace seen)" after
}

requirement MUST config.md#poststop "poststop is over before delete returns"
test_poststop_before_return() {
    with_log
    hook poststop "sleep 0.3; echo done > $LOG/done"
    whole_life
    same trace "$(trace done)" done
}

requirement MUST config.md#poststop "poststop is after the container was destroyed"
test_poststop_after() {
    with_log
    hook poststop "find /sys/fs/cgroup -type d -name '*$ID*' > $LOG/cgroups"
    whole_life
    same cgroups "$(trace cgroups)" ""
}

requirement MUST config.md#poststop "poststop is called once, also with delete --force"
test_poststop_once() {
    with_log
    hook poststop "echo once >> $LOG/times"
    process sleep 100
    create
    start
    succeeds delete --force "$ID"
    same trace "$(trace times)" once
}

# ---------------------------------------------------------------- where

for kind in prestart createRuntime poststart poststop; do
    requirement MUST config.md#posix-platform-hooks "$kind hooks are executed in the runtime's namespaces" in_runtime "$kind"
done
in_runtime() {
    with_log
    hook "$1" "readlink /proc/self/ns/mnt /proc/self/ns/net /proc/self/ns/uts > $LOG/ns"
    whole_life
    same namespaces "$(trace ns)" "$(readlink /proc/self/ns/{mnt,net,uts})"
}

for kind in createContainer startContainer; do
    requirement MUST config.md#posix-platform-hooks "$kind hooks are executed in the container's namespaces" in_container "$kind"
done
in_container() {
    with_log
    hook "$1" "for n in mnt net uts; do readlink /proc/self/ns/\$n; done > $(log_of "$1")/ns"
    process sleep 100
    create
    start
    same namespaces "$(trace ns)" "$(readlink "/proc/$(state .pid)/ns/"{mnt,net,uts})"
}

for kind in prestart createRuntime createContainer poststart poststop; do
    requirement MUST config.md#posix-platform-hooks "$kind: the path resolves in the runtime's namespace" \
        path_in_runtime "$kind"
done
path_in_runtime() {
    with_log
    printf '#!/bin/sh\ncat > /dev/null\necho called > %s/trace\n' "$LOG" > "$WORK/hook"
    chmod +x "$WORK/hook"
    config '.hooks[$words[0]] = [{ path: $words[1] }]' "$1" "$WORK/hook"
    whole_life
    same trace "$(trace trace)" called
}

requirement MUST config.md#startcontainer-hooks "startContainer: the path resolves in the container's namespace"
test_path_in_container() {
    with_log
    printf '#!/bin/sh\ncat > /dev/null\necho called > /log/trace\n' > "$ROOTFS/bin/the-hook"
    chmod +x "$ROOTFS/bin/the-hook"
    config '.hooks.startContainer = [{ path: "/bin/the-hook" }]'
    whole_life
    same trace "$(trace trace)" called
}

# ---------------------------------------------------------------- failures

for kind in prestart createRuntime createContainer; do
    requirement MUST runtime.md#lifecycle "a failing $kind hook is an error, and the container is destroyed" fails_create "$kind"
    requirement MUST runtime.md#lifecycle "a missing $kind hook is an error, and the container is destroyed" missing_hook "$kind"
    requirement MUST config.md#posix-platform-hooks "$kind: a hook that takes longer than its timeout is aborted" timed_out "$kind"
    requirement MUST runtime.md#lifecycle "after a failing $kind hook the poststop hooks are called" poststop_after "$kind"
done
fails_create() {
    hook "$1" 'exit 1'
    refused
}
missing_hook() {
    config '.hooks[$words[0]] = [{ path: "/no/such/hook" }]' "$1"
    refused
}
timed_out() {
    hook "$1" 'exec sleep 10'
    config '.hooks[$words[0]][0].timeout = 1' "$1"
    local began=$SECONDS
    refused
    ((SECONDS - began < 5)) || fail "it took $((SECONDS - began)) seconds"
}
poststop_after() {
    with_log
    hook "$1" 'exit 1'
    hook poststop "echo called > $LOG/trace"
    fails create --bundle "$BUNDLE" "$ID"
    same trace "$(trace trace)" called
}

requirement MUST runtime.md#lifecycle "after a failing hook the following ones of its kind are not called"
test_stops_at_failure() {
    with_log
    hook createRuntime 'exit 1'
    hook createRuntime "touch $LOG/second"
    fails create --bundle "$BUNDLE" "$ID"
    [ ! -e "$LOG/second" ] || fail "the second was called"
}

requirement MUST runtime.md#lifecycle "a failing startContainer hook is an error of start"
test_start_container_fails() {
    hook startContainer 'exit 1'
    create
    fails start "$ID"
}

requirement MUST runtime.md#lifecycle "a failing startContainer hook: the program is not run, the container is stopped"
test_start_container_stops() {
    hook startContainer 'exit 1'
    process echo ran
    create
    attempt start "$ID"
    same output "$(grep ran "$WORK/out" || true)" ""
    ! exists || until_status stopped
}

requirement MUST runtime.md#lifecycle "a failing poststart hook is an error of start"
test_poststart_fails() {
    hook poststart 'exit 1'
    process sleep 100
    create
    fails start "$ID"
}

requirement MUST runtime.md#lifecycle "a failing poststart hook: the container is stopped"
test_poststart_stops() {
    hook poststart 'exit 1'
    process sleep 100
    create
    attempt start "$ID"
    ! exists || until_status stopped
}

requirement MUST runtime.md#lifecycle "a failing poststop hook is no error: the container is gone"
test_poststop_fails() {
    hook poststop 'exit 1'
    whole_life
    gone
}

requirement MUST runtime.md#lifecycle "after a failing poststop hook the remaining ones are called"
test_poststop_goes_on() {
    with_log
    hook poststop 'exit 1'
    hook poststop "echo called > $LOG/trace"
    whole_life
    same trace "$(trace trace)" called
}

requirement MUST runtime.md#lifecycle "a failing poststop hook is logged as a warning"
test_poststop_warns() {
    hook poststop 'exit 1'
    create
    start
    until_status stopped
    delete
    like message "$err" hook
}
