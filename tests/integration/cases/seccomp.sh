# linux.seccomp: config-linux.md "Seccomp".

SECCOMP='.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"], syscalls:'

test_errno_and_arguments() {
    in_container "$SECCOMP [{names: [\"mkdir\", \"mkdirat\"], action: \"SCMP_ACT_ERRNO\", errnoRet: 28},
        {names: [\"personality\"], action: \"SCMP_ACT_ERRNO\", args: [{index: 0, value: 8, op: \"SCMP_CMP_EQ\"}]}]}
      | sh(\"mkdir /x; probe call 135 8; probe call 135 4294967295; grep Seccomp: /proc/self/status\") | .process.args[2] += \" 2>&1\"" || true
    quiet tare run --bundle a a
    has 'the errno' "$err$out" 'No space left'
    has 'the argument' "$out" 'Operation not permitted'
    has 'another argument' "$out" done
    has filter "$out" $'Seccomp:\t2'
}

test_kill_process() {
    bundle a "$SECCOMP [{names: [\"mkdir\", \"mkdirat\"], action: \"SCMP_ACT_KILL_PROCESS\"}]} | args([\"/bin/busybox\", \"mkdir\", \"/x\"])"
    exits 159 tare run --bundle a a
}

test_newer_system_calls_say_that_they_do_not_exist() {
    # 999 is in no table; the profile's default is an error that glibc would not fall back from.
    in_container '.linux.seccomp = {defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_X86_64"], syscalls:
      [{names: ["read","write","open","openat","close","execve","exit_group","exit","brk","arch_prctl","mmap","munmap","mprotect","fstat","newfstatat","set_tid_address","set_robust_list","rseq","prlimit64","getrandom","readlink","readlinkat","uname","rt_sigaction","rt_sigprocmask","getuid","geteuid","getgid","getegid","prctl","ioctl","futex","writev","poll","fcntl"], action: "SCMP_ACT_ALLOW"}]}
      | args(["/bin/probe", "call", "999"])'
    is 'the error' "$out" 'Function not implemented'
}

test_without_no_new_privileges() {
    in_container "$SECCOMP [{names: [\"mkdir\", \"mkdirat\"], action: \"SCMP_ACT_ERRNO\"}]} | .process.noNewPrivileges = false | caps([]) | sh(\"mkdir /x || echo refused\")"
    is output "$out" refused
}

test_a_set_up_call_may_be_forbidden() {
    # The runtime's own calls come before the filter, as far as they can.
    in_container "$SECCOMP [{names: [\"mount\", \"capset\", \"chdir\", \"setresuid\", \"setgroups\", \"sethostname\", \"pivot_root\"], action: \"SCMP_ACT_KILL_PROCESS\"}]} | .process.noNewPrivileges = true | sh(\"echo alive\")"
    is output "$out" alive
}

test_unknown_values_are_refused() {
    bundle a '.linux.seccomp = {defaultAction: "SCMP_ACT_SHRUG"}'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/linux/seccomp/defaultAction'
    bundle b '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_VAX"]}'
    exits 1 tare run --bundle b b
    has 'the field' "$err" 'config.json#/linux/seccomp/architectures/0'
    bundle c "$SECCOMP [{names: [\"no_such_call\"], action: \"SCMP_ACT_ERRNO\"}]}"
    quiet tare run --bundle c c
}

NOTIFY='{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_NOTIFY"}'

test_notify() {
    "$TOOLS/receive" seccomp "$T/agent" 28 >received.txt 2>&1 </dev/null & agent=$!
    within 5 grep -q listening received.txt
    bundle a --arg socket "$T/agent" "$SECCOMP [$NOTIFY], listenerPath: \$socket, listenerMetadata: \"some text\"} | .annotations = {k: \"v\"} | sh(\"mkdir /x 2>&1; touch /y && echo made\")"
    exits 0 tare run --bundle a a
    wait "$agent"
    has 'the answer' "$out" 'No space left'
    has 'the rest works' "$out" made
    local state
    state=$(sed -n 2p received.txt)
    is 'what the fd is' "$(jq -c .fds <<<"$state")" '["seccompFd"]'
    is metadata "$(jq -r .metadata <<<"$state")" 'some text'
    is id "$(jq -r .state.id <<<"$state")" a
    is status "$(jq -r .state.status <<<"$state")" creating
    is annotations "$(jq -r .state.annotations.k <<<"$state")" v
    is pid "$(jq '.pid == .state.pid and .pid > 1' <<<"$state")" true
}

# What an agent is for: it acts in the container's stead, here and in a child.
test_notify_of_an_agent_that_acts() {
    "$TOOLS/receive" seccomp "$T/agent" act >received.txt 2>&1 </dev/null & agent=$!
    within 5 grep -q listening received.txt
    bundle a --arg socket "$T/agent" "$SECCOMP [$NOTIFY], listenerPath: \$socket} | sh(\"mkdir /x && (mkdir /x/y; mkdir /z; mkdir /z) 2>&1; ls -d /x* /z*\")"
    exits 0 tare run --bundle a a
    wait "$agent"
    has 'of the child' "$out" "can't create directory '/x/y': No such file or directory"
    has 'the second time' "$out" "can't create directory '/z': File exists"
    is 'what is there' "${out##*exists$'\n'}" $'/x-by-agent\n/z-by-agent'
    is 'how often it was asked' "$(grep -c asked received.txt)" 4
}

test_notify_of_an_agent_that_lets_go_on() {
    "$TOOLS/receive" seccomp "$T/agent" continue >received.txt 2>&1 </dev/null & agent=$!
    within 5 grep -q listening received.txt
    bundle a --arg socket "$T/agent" "$SECCOMP [$NOTIFY], listenerPath: \$socket} | .process.noNewPrivileges = true | sh(\"mkdir /x && ls -d /x\")"
    exits 0 tare run --bundle a a
    wait "$agent"
    is 'what is there' "$out" /x
}

test_notify_whose_agent_goes_away() {
    "$TOOLS/receive" seccomp "$T/agent" leave >received.txt 2>&1 </dev/null &
    within 5 grep -q listening received.txt
    bundle a --arg socket "$T/agent" "$SECCOMP [$NOTIFY], listenerPath: \$socket} | sh(\"mkdir /x 2>&1\")"
    exits 1 tare run --bundle a a
    has 'the answer' "$out" 'Function not implemented'
}

# Not even to end: init would spin for ever, and nobody be told.
test_a_filter_that_forbids_everything() {
    local action
    for action in SCMP_ACT_ERRNO SCMP_ACT_KILL_THREAD SCMP_ACT_KILL_PROCESS SCMP_ACT_TRAP; do
        bundle a ".linux.seccomp = {defaultAction: \"$action\"} | sh(\"true\")"
        exits 1 tare run --bundle a a
        has 'the end' "$err" "the container's init died before it was ready: killed by signal"
        has 'the field' "$err" 'a seccomp filter forbids what it needs, config.json#/linux/seccomp'
        quiet tare create --bundle a a
        exits 1 tare start a
        quiet tare delete -f a
    done
}

test_notify_without_an_agent() {
    bundle a --arg socket "$T/agent" "$SECCOMP [$NOTIFY], listenerPath: \$socket}"
    refused 'no such file or directory' tare run --bundle a a
    has 'the field' "$err" 'config.json#/linux/seccomp/listenerPath'
    bundle b "$SECCOMP [$NOTIFY]}"
    exits 1 tare run --bundle b b
    has 'the field' "$err" 'config.json#/linux/seccomp'
    bundle c --arg socket "$T/agent" "$SECCOMP [{names: [\"write\"], action: \"SCMP_ACT_NOTIFY\"}], listenerPath: \$socket}"
    exits 1 tare run --bundle c c
    has 'the field' "$err" 'config.json#/linux/seccomp/syscalls/0'
}

# listen_for_notifications: an agent that lets all go on; $agent is its pid.
listen_for_notifications() {
    "$TOOLS/receive" seccomp "$T/agent" continue >received.txt 2>&1 </dev/null & agent=$!
    within 5 grep -q listening received.txt
}

# notified NAMES FILTER WORD...: `mkdir` and NAMES are the agent's to decide, who lets all go on.
notified() {
    local names=$1 filter=$2
    shift 2
    listen_for_notifications
    bundle a --arg socket "$T/agent" \
        "$SECCOMP [{names: [\"mkdir\", \"mkdirat\", $names], action: \"SCMP_ACT_NOTIFY\"}], listenerPath: \$socket} | $filter"
    exits 0 "$@"
    wait "$agent"
    rm agent
    rm -rf a
}

# The filter stops the very call that hands its listener over: so the runtime fetches it.
test_notify_of_sendmsg() {
    local filter
    for filter in '.process.noNewPrivileges = true' '.process.noNewPrivileges = false'; do
        notified '"sendmsg"' "$filter | sh(\"mkdir /x && ls -d /x\")" tare run --bundle a a
        is 'what is there' "$out" /x
    done
    notified '"sendmsg", "read", "close"' 'sh("mkdir /x && ls -d /x")' tare run --bundle a a
    is 'with what init needs meanwhile' "$out" /x
    is 'who is told of' "$(sed -n 2p received.txt | jq '.pid == .state.pid and .pid > 1')" true
}

test_notify_of_sendmsg_in_a_user_namespace() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:100000 a/rootfs
    notified '"sendmsg"' 'userns([map(0; 100000; 65536)]) | sh("mkdir /x && ls -d /x")' tare run --bundle a a
    is 'what is there' "$out" /x
}

test_notify_of_sendmsg_at_the_gate_and_by_exec() {
    listen_for_notifications
    bundle a --arg socket "$T/agent" "$SECCOMP [{names: [\"mkdir\", \"mkdirat\", \"sendmsg\"], action: \"SCMP_ACT_NOTIFY\"}], listenerPath: \$socket} | args([\"/bin/sleep\", \"100\"])"
    quiet tare create --bundle a a
    quiet tare start a
    local first=$agent
    rm agent
    listen_for_notifications
    quiet tare exec a sh -c 'mkdir /x && ls -d /x'
    is 'what is there' "$out" /x
    quiet tare delete -f a
    wait "$first" "$agent"
}

test_notify_where_sendmsg_fails() {
    listen_for_notifications
    bundle a --arg socket "$T/agent" "$SECCOMP [$NOTIFY, {names: [\"sendmsg\"], action: \"SCMP_ACT_ERRNO\"}], listenerPath: \$socket} | sh(\"mkdir /x && ls -d /x\")"
    exits 0 tare run --bundle a a
    wait "$agent"
    is 'what is there' "$out" /x
}
