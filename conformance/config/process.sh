requirement MUST config.md#process "cwd is the working directory of the process"
test_cwd() {
    config '.process.cwd = "/tmp"'
    inside pwd
    prints /tmp
}

requirement MUST config.md#process "cwd is an absolute path"
test_cwd_relative() {
    config '.process.cwd = "tmp"'
    refused
}

requirement MUST config.md#process "cwd is required"
test_cwd_required() {
    config 'del(.process.cwd)'
    refused
}

requirement MUST config.md#process "a cwd that is not a directory is an error"
test_cwd_file() {
    config '.process.cwd = "/etc/passwd"'
    never_runs
}

requirement MUST config.md#process "cwd is what the kernel says it is, too"
test_cwd_kernel() {
    config '.process.cwd = "/home/user"'
    inside readlink /proc/self/cwd
    prints /home/user
}

requirement MUST config.md#process "cwd may be a directory that a mount brings"
test_cwd_mount() {
    with_mount /mnt tmpfs tmpfs
    config '.process.cwd = "/mnt"'
    inside_sh 'touch file && ls /mnt'
    prints file
}

requirement MUST config.md#process "env is the environment of the process"
test_env() {
    config '.process.env += ["ONE=1", "TWO=zwei drei"]'
    inside_sh 'echo "$ONE,$TWO"'
    prints "1,zwei drei"
}

requirement MUST config.md#process "the environment has nothing of the runtime's"
test_env_only() {
    export SECRET=leaked
    inside env
    unlike environment "$(< "$WORK/out")" 'SECRET|WORK=|SUITE'
}

requirement MUST config.md#process "a variable may be empty, and may hold = and newlines"
test_env_odd() {
    config '.process.env += ["EMPTY=", "EQUAL=a=b", "LINES=a\nb"]'
    inside_sh 'printf "%s|%s|%s|%s" "${EMPTY-unset}" "$EQUAL" "$LINES" end'
    prints $'|a=b|a\nb|end'
}

requirement MAY config.md#process "env may be absent"
test_env_absent() {
    config 'del(.process.env)'
    inside /bin/echo hello
    prints hello
}

requirement MUST config.md#process "args needs at least one entry"
test_args_empty() {
    config '.process.args = []'
    never_runs
}

requirement MUST config.md#process "the program gets all args, with argv[0] as given"
test_args() {
    inside sh -c 'cat /proc/$$/cmdline; true' name "a b" ""
    like cmdline "$(tr '\0' , < "$WORK/out")" '^sh,-c,.*,name,a b,,$'
}

requirement MUST config.md#process "a program without a slash is searched in the container's PATH"
test_args_path() {
    mkdir "$ROOTFS/opt/bin"
    ln -s /bin/busybox "$ROOTFS/opt/bin/echo"
    rm "$ROOTFS/bin/echo"
    config '.process.env = ["PATH=/nowhere:/opt/bin"]'
    inside echo hello
    prints hello
}

requirement MUST config.md#process "a program that is nowhere in PATH is an error"
test_args_not_in_path() {
    config '.process.env = ["PATH=/usr"]'
    process echo
    never_runs
}

requirement MUST config.md#process "a program with a slash is relative to cwd"
test_args_relative() {
    config '.process.cwd = "/bin"'
    inside ./echo hello
    prints hello
}

requirement MUST config.md#process "the search of PATH passes over what is not executable"
test_args_not_executable_in_path() {
    echo no > "$ROOTFS/opt/echo"
    config '.process.env = ["PATH=/opt:/bin"]'
    inside echo hello
    prints hello
}

requirement MUST config.md#process "a program may be a script"
test_args_script() {
    printf '#!/bin/sh\necho "script $1"\n' > "$ROOTFS/bin/script"
    chmod +x "$ROOTFS/bin/script"
    inside script one
    prints "script one"
}

requirement MUST config.md#process "the process gets the caller's stdin"
test_stdin() {
    echo "from the caller" > "$WORK/input"
    INPUT=$WORK/input
    inside cat
    prints "from the caller"
}

requirement MUST config.md#process "the process gets the caller's stdout and stderr, each its own"
test_stdout_stderr() {
    inside_sh 'echo out; echo err >&2'
    prints out
    same stderr "$err" err
}

requirement MUST config.md#process "without terminal the standard streams are no terminal"
test_no_terminal() {
    inside_sh 'tty; true'
    prints "not a tty"
}

requirement MUST config.md#linux-process "noNewPrivileges true is set"
test_no_new_privileges() {
    config '.process.noNewPrivileges = true'
    inside grep NoNewPrivs /proc/self/status
    prints $'NoNewPrivs:\t1'
}

requirement MUST config.md#linux-process "noNewPrivileges false is not set"
test_new_privileges() {
    config '.process.noNewPrivileges = false'
    inside grep NoNewPrivs /proc/self/status
    prints $'NoNewPrivs:\t0'
}

requirement MUST config.md#linux-process "noNewPrivileges true takes effect on a set-user-id program"
test_no_new_privileges_suid() {
    set_user_id
    config '.process.noNewPrivileges = true'
    inside suid euid
    prints 1000
}

requirement MUST config.md#linux-process "noNewPrivileges false leaves set-user-id programs as they are"
test_new_privileges_suid() {
    set_user_id
    config '.process.noNewPrivileges = false'
    inside suid euid
    prints 0
}
set_user_id() {
    cp "$ROOTFS/bin/probe" "$ROOTFS/bin/suid"
    chmod 4755 "$ROOTFS/bin/suid"
    config '.process.user = { uid: 1000, gid: 1000 }'
}

requirement MUST config.md#linux-process "oomScoreAdj is set when it is given"
test_oom_score() {
    config '.process.oomScoreAdj = 321'
    inside cat /proc/self/oom_score_adj
    prints 321
}

requirement MUST config.md#linux-process "oomScoreAdj 0 is a value like any other"
test_oom_score_zero() {
    echo 50 > /proc/$BASHPID/oom_score_adj
    config '.process.oomScoreAdj = 60'
    inside cat /proc/self/oom_score_adj
    prints 60
}

requirement MUST config.md#linux-process "oom_score_adj is not changed when oomScoreAdj is not given"
test_oom_score_unset() {
    echo 123 > /proc/$BASHPID/oom_score_adj
    inside cat /proc/self/oom_score_adj
    prints 123
}

requirement MUST config.md#valid-values "an oomScoreAdj out of range is refused"
test_oom_score_range() {
    config '.process.oomScoreAdj = 1001'
    never_runs
}

requirement MUST config.md#linux-process "an AppArmor profile that cannot be applied is an error"
test_apparmor() {
    [ "$(cat /sys/module/apparmor/parameters/enabled 2> /dev/null)" != Y ] || skip "AppArmor is enabled here"
    config '.process.apparmorProfile = "no-such-profile"'
    never_runs
}

requirement MUST config.md#linux-process "the AppArmor profile is that of the process"
test_apparmor_applied() {
    needs AppArmor grep -q Y /sys/module/apparmor/parameters/enabled
    config '.process.apparmorProfile = "unconfined"'
    inside cat /proc/self/attr/current
    prints_like unconfined
}

requirement MUST config.md#linux-process "an SELinux label that cannot be applied is an error"
test_selinux() {
    [ ! -e /sys/fs/selinux/enforce ] || skip "SELinux is enabled here"
    config '.process.selinuxLabel = "system_u:system_r:container_t:s0"'
    never_runs
}
