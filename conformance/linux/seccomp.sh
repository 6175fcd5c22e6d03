# seccomp FILTER: .linux.seccomp with everything allowed but what the rules in FILTER (jq) say
seccomp() { config ".linux.seccomp = { defaultAction: \"SCMP_ACT_ALLOW\", syscalls: [$1] }"; }
call() { inside probe syscall "$@"; }

requirement MUST config-linux.md#seccomp "SCMP_ACT_ERRNO: the call fails with EPERM"
test_errno() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_ERRNO" }'
    call getpriority
    prints "errno 1"
}

requirement MUST config-linux.md#seccomp "errnoRet is the number"
test_errno_ret() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_ERRNO", errnoRet: 38 }'
    call getpriority
    prints "errno 38"
}

requirement MUST config-linux.md#seccomp "other calls are as ever"
test_others() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_ERRNO" }'
    call getppid
    prints done
}

requirement MUST config-linux.md#seccomp "several names in a rule"
test_names() {
    seccomp '{ names: ["getpriority", "sync"], action: "SCMP_ACT_ERRNO" }'
    inside_sh 'probe syscall getpriority; probe syscall sync; probe syscall getppid'
    prints $'errno 1\nerrno 1\ndone'
}

requirement MUST config-linux.md#seccomp "several rules, each with its errno"
test_rules() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_ERRNO", errnoRet: 2 }, { names: ["sync"], action: "SCMP_ACT_ERRNO", errnoRet: 3 }'
    inside_sh 'probe syscall getpriority; probe syscall sync'
    prints $'errno 2\nerrno 3'
}

requirement MUST config-linux.md#seccomp "defaultAction is for what no rule names"
test_default() {
    config '.linux.seccomp = { defaultAction: "SCMP_ACT_ERRNO", syscalls: [{ names: $words, action: "SCMP_ACT_ALLOW" }] }' $ORDINARY
    inside_sh 'probe syscall getppid; probe syscall sched_yield'
    prints $'done\nerrno 1'
}
# Whatever a runtime and busybox need to get this far, and not sched_yield.
ORDINARY="access arch_prctl brk capget capset chdir clone clone3 close close_range connect dup dup2 dup3 epoll_create1 epoll_ctl
    epoll_pwait eventfd2 execve execveat exit exit_group faccessat faccessat2 fchdir fchown fcntl fstat fstatfs futex
    getcwd getdents64 getegid geteuid getgid getpid getppid getrandom getsockopt gettid getuid ioctl keyctl lseek lstat
    madvise mmap mprotect mremap munmap nanosleep newfstatat open openat openat2 pipe2 poll ppoll prctl pread64
    prlimit64 pwrite64 read readlink readlinkat recvmsg rseq rt_sigaction rt_sigprocmask rt_sigreturn sched_getaffinity seccomp
    sendmsg sendto set_robust_list set_tid_address setgid setgroups setresgid setresuid setsid setuid sigaltstack
    socket stat statfs statx tgkill umask uname unlink unlinkat vfork wait4 waitid write writev"

requirement MUST config-linux.md#seccomp "defaultErrnoRet is the number for what no rule names"
test_default_errno() {
    config '.linux.seccomp = { defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 95, syscalls: [{ names: $words, action: "SCMP_ACT_ALLOW" }] }' $ORDINARY
    call sched_yield
    prints "errno 95"
}

requirement PRACTICE config-linux.md#seccomp "calls newer than the profile get ENOSYS, not the default errno"
test_newer() {
    config '.linux.seccomp = { defaultAction: "SCMP_ACT_ERRNO", syscalls: [{ names: $words, action: "SCMP_ACT_ALLOW" }] }' $ORDINARY
    call unknown
    prints "errno 38"
}

for action in KILL KILL_PROCESS; do
    requirement MUST config-linux.md#seccomp "SCMP_ACT_$action ends the process with SIGSYS" kills "$action"
done
requirement MUST config-linux.md#seccomp "SCMP_ACT_TRAP sends SIGSYS" kills TRAP
kills() {
    seccomp "{ names: [\"getpriority\"], action: \"SCMP_ACT_$1\" }"
    inside_sh 'probe syscall getpriority; echo "ended with $?"'
    prints_like 'ended with 159'
}

requirement MUST config-linux.md#seccomp "SCMP_ACT_KILL_THREAD ends only the thread"
test_kill_thread() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_KILL_THREAD" }'
    inside_sh 'probe threads; echo "ended with $?"'
    prints $'main lives\nended with 0'
}

requirement MUST config-linux.md#seccomp "SCMP_ACT_KILL_PROCESS ends all threads"
test_kill_process() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_KILL_PROCESS" }'
    inside_sh 'probe threads; echo "ended with $?"'
    prints "ended with 159"
}

requirement MUST config-linux.md#seccomp "SCMP_ACT_LOG lets the call happen"
test_log() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_LOG" }'
    call getpriority
    prints done
}

requirement MUST config-linux.md#seccomp "SCMP_ACT_TRACE without a tracer fails the call with ENOSYS"
test_trace() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_TRACE" }'
    call getpriority
    prints "errno 38"
}

requirement MUST config-linux.md#seccomp "SCMP_ACT_ALLOW as a rule makes an exception of a default"
test_allow() {
    config '.linux.seccomp = { defaultAction: "SCMP_ACT_ERRNO", syscalls: [{ names: $words, action: "SCMP_ACT_ALLOW" }] }' $ORDINARY sched_yield
    call sched_yield
    prints done
}

# argument OP VALUE REFUSED [VALUE-TWO]: which of 0..4 as last argument of fadvise64 are refused
argument() {
    local two=
    [ $# = 3 ] || two=", valueTwo: $4"
    seccomp "{ names: [\"fadvise64\"], action: \"SCMP_ACT_ERRNO\", errnoRet: 99,
               args: [{ index: 3, value: $2, op: \"SCMP_CMP_$1\"$two }] }"
    inside_sh 'for i in 0 1 2 3 4; do [ "$(probe syscall fadvise64 0 0 0 $i)" != "errno 99" ] || echo $i; done'
    same refused "$(paste -sd, "$WORK/out")" "$3"
}
requirement MUST config-linux.md#seccomp "args: SCMP_CMP_EQ" argument EQ 2 2
requirement MUST config-linux.md#seccomp "args: SCMP_CMP_NE" argument NE 2 0,1,3,4
requirement MUST config-linux.md#seccomp "args: SCMP_CMP_LT" argument LT 2 0,1
requirement MUST config-linux.md#seccomp "args: SCMP_CMP_LE" argument LE 2 0,1,2
requirement MUST config-linux.md#seccomp "args: SCMP_CMP_GE" argument GE 2 2,3,4
requirement MUST config-linux.md#seccomp "args: SCMP_CMP_GT" argument GT 2 3,4
requirement MUST config-linux.md#seccomp "args: SCMP_CMP_MASKED_EQ" argument MASKED_EQ 1 1,3 1

requirement MUST config-linux.md#seccomp "args: the upper half of a value counts too"
test_arg_64() {
    seccomp '{ names: ["fadvise64"], action: "SCMP_ACT_ERRNO", errnoRet: 99, args: [{ index: 1, value: 4294967297, op: "SCMP_CMP_EQ" }] }'
    inside_sh 'probe syscall fadvise64 0 4294967297 0 0; probe syscall fadvise64 0 1 0 0; probe syscall fadvise64 0 4294967296 0 0'
    same first "$(head -n 1 "$WORK/out")" "errno 99"
    unlike rest "$(tail -n 2 "$WORK/out")" "errno 99"
}

requirement MUST config-linux.md#seccomp "args: conditions on different arguments must all hold"
test_args_and() {
    seccomp '{ names: ["fadvise64"], action: "SCMP_ACT_ERRNO", errnoRet: 99, args: [{ index: 1, value: 1, op: "SCMP_CMP_EQ" }, { index: 2, value: 2, op: "SCMP_CMP_EQ" }] }'
    inside_sh 'probe syscall fadvise64 0 1 2 0; probe syscall fadvise64 0 1 1 0; probe syscall fadvise64 0 2 2 0'
    same first "$(head -n 1 "$WORK/out")" "errno 99"
    unlike rest "$(tail -n 2 "$WORK/out")" "errno 99"
}

requirement PRACTICE config-linux.md#seccomp "args: several conditions on the same argument are alternatives"
test_args_or() {
    seccomp '{ names: ["fadvise64"], action: "SCMP_ACT_ERRNO", errnoRet: 99, args: [{ index: 1, value: 1, op: "SCMP_CMP_EQ" }, { index: 1, value: 2, op: "SCMP_CMP_EQ" }] }'
    inside_sh 'probe syscall fadvise64 0 1 0 0; probe syscall fadvise64 0 2 0 0; probe syscall fadvise64 0 3 0 0'
    same "first two" "$(head -n 2 "$WORK/out" | sort -u)" "errno 99"
    unlike third "$(tail -n 1 "$WORK/out")" "errno 99"
}

requirement MUST config-linux.md#seccomp "architectures: the native one may be listed"
test_architecture() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_ERRNO" }'
    config '.linux.seccomp.architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]'
    call getpriority
    prints "errno 1"
}

for flag in LOG SPEC_ALLOW TSYNC; do
    requirement MUST config-linux.md#seccomp "flags: SECCOMP_FILTER_FLAG_$flag" with_flag "$flag"
done
requirement MUST config-linux.md#seccomp "flags: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV is refused or accepted, not ignored" \
    killable_flag
with_flag() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_ERRNO" }'
    config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_" + $words[0]]' "$1"
    call getpriority
    prints "errno 1"
}
killable_flag() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_ERRNO" }'
    config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]'
    attempt run --bundle "$BUNDLE" "$ID"
    [ $code = 0 ] || [ -n "$err" ] || fail "it failed without a word"
}

refused_seccomp() {
    config ".linux.seccomp = { defaultAction: \"SCMP_ACT_ALLOW\" } + $1"
    never_runs
}
refuses() { requirement MUST "$1" "$2 is refused" refused_seccomp "$3"; }
refuses config.md#valid-values "an unknown flag" '{ flags: ["SECCOMP_FILTER_FLAG_NONSENSE"] }'
refuses config.md#valid-values "an unknown operator" \
    '{ syscalls: [{ names: ["getpriority"], action: "SCMP_ACT_ERRNO", args: [{ index: 0, value: 1, op: "SCMP_CMP_NONSENSE" }] }] }'
refuses config.md#valid-values "an unknown action of a rule" '{ syscalls: [{ names: ["getpriority"], action: "SCMP_ACT_NONSENSE" }] }'
refuses config.md#valid-values "an argument's index above 5" \
    '{ syscalls: [{ names: ["getpriority"], action: "SCMP_ACT_ERRNO", args: [{ index: 6, value: 1, op: "SCMP_CMP_EQ" }] }] }'
refuses config-linux.md#seccomp "an empty list of names" '{ syscalls: [{ names: [], action: "SCMP_ACT_ERRNO" }] }'
refuses config-linux.md#seccomp "an errnoRet of an action that has none" \
    '{ syscalls: [{ names: ["getpriority"], action: "SCMP_ACT_KILL", errnoRet: 1 }] }'
refuses config-linux.md#seccomp "a defaultErrnoRet of an action that has none" '{ defaultErrnoRet: 1 }'
refuses config-linux.md#seccomp "a listenerMetadata without listenerPath" \
    '{ listenerMetadata: "x", syscalls: [{ names: ["getpriority"], action: "SCMP_ACT_ERRNO" }] }'
refuses config-linux.md#seccomp "SCMP_ACT_NOTIFY without a listenerPath" '{ syscalls: [{ names: ["getpriority"], action: "SCMP_ACT_NOTIFY" }] }'
refuses config-linux.md#seccomp "a listenerPath where nobody listens" \
    '{ listenerPath: "/nowhere", syscalls: [{ names: ["getpriority"], action: "SCMP_ACT_NOTIFY" }] }'

requirement PRACTICE config-linux.md#seccomp "an unknown name of a syscall is ignored"
test_unknown_name() {
    seccomp '{ names: ["no_such_call", "getpriority"], action: "SCMP_ACT_ERRNO" }'
    call getpriority
    prints "errno 1"
}

requirement MUST config-linux.md#seccomp "a listenerPath without SCMP_ACT_NOTIFY is ignored"
test_listener_ignored() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_ERRNO" }'
    config '.linux.seccomp.listenerPath = "/nowhere"'
    call getpriority
    prints "errno 1"
}

with_listener() {
    in_background "$TOOLS/host" listener "$WORK/listener" 42 > "$WORK/agent" 2>&1
    until_socket "$WORK/listener"
    seccomp '{ names: ["sethostname"], action: "SCMP_ACT_NOTIFY" }'
    config '.linux.seccomp.listenerPath = $words[0] | .linux.seccomp.listenerMetadata = "some data"' "$WORK/listener"
}

requirement MUST config-linux.md#seccomp "SCMP_ACT_NOTIFY: the agent answers the calls"
test_notify() {
    with_listener
    process probe syscall sethostname 0 0
    create
    start
    until_status stopped
    prints "errno 42"
    like agent "$(tail -n 1 "$WORK/agent")" '^syscall 170$'
}

requirement MUST config-linux.md#seccomp "SCMP_ACT_NOTIFY: the connection is closed after the state was sent"
test_notify_closed() {
    with_listener
    process sleep 100
    write_config
    in_background "$RUNTIME" "${RUNTIME_OPTIONS[@]}" --root "$STATE" run --bundle "$BUNDLE" "$ID" > "$WORK/out" 2>&1
    until_true test -s "$WORK/agent" # written when the connection has ended
}

notified_state() {
    with_listener
    process sleep 100
    create
    start
    until_true test -s "$WORK/agent"
    same "$1" "$(head -n 1 "$WORK/agent" | jq -r "$1")" "$2"
}
requirement MUST config-linux.md#the-container-process-state "the agent gets the fd's name" notified_state '.fds | join(",")' seccompFd
requirement MUST config-linux.md#the-container-process-state "the agent gets the metadata" notified_state .metadata "some data"
requirement MUST config-linux.md#the-container-process-state "the agent gets a version" notified_state '.ociVersion | startswith("1.")' true
requirement MUST config-linux.md#the-container-process-state "the agent gets the state: status" notified_state \
    '.state.status == "creating" or .state.status == "created" or .state.status == "running"' true

requirement MUST config-linux.md#the-container-process-state "the agent gets the state: id and bundle"
test_notify_state() { notified_state '.state | .id + " " + .bundle' "$ID $BUNDLE"; }

requirement MUST config-linux.md#the-container-process-state "the agent gets the pid as the runtime sees it"
test_notify_pid() {
    with_listener
    process sleep 100
    create
    start
    until_true test -s "$WORK/agent"
    same pid "$(head -n 1 "$WORK/agent" | jq .pid)" "$(state .pid)"
}

requirement PRACTICE config-linux.md#seccomp "a filter and noNewPrivileges go together, also for a user"
test_no_new_privileges() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_ERRNO" }'
    config '.process.noNewPrivileges = true | .process.user = { uid: 1000, gid: 1000 }'
    call getpriority
    prints "errno 1"
}

requirement PRACTICE config-linux.md#seccomp "a filter without noNewPrivileges, for a user"
test_new_privileges() {
    seccomp '{ names: ["getpriority"], action: "SCMP_ACT_ERRNO" }'
    config '.process.noNewPrivileges = false | .process.user = { uid: 1000, gid: 1000 }'
    call getpriority
    prints "errno 1"
}

requirement PRACTICE config-linux.md#seccomp "a profile of three architectures with a condition works"
test_large() {
    config '.linux.seccomp = { defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        syscalls: [{ names: $words, action: "SCMP_ACT_ALLOW" }, { names: ["clone"], action: "SCMP_ACT_ALLOW",
        args: [{ index: 0, value: 2114060288, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }] }] }' $ORDINARY
    inside echo hello
    prints hello
}
