# What runtimes commonly get wrong, and suites and managers assert.

requirement PRACTICE config.md#mounts "a destination through an absolute symlink stays inside the root"
test_symlink_destination() {
    mkdir -p "$WORK/outside"
    ln -s "$WORK/outside" "$ROOTFS/link"
    with_mount /link/inner tmpfs tmpfs
    run
    same outside "$(ls "$WORK/outside")" ""
}

requirement PRACTICE config.md#mounts "a destination through .. stays inside the root"
test_dots_destination() {
    with_mount /opt/../../../mnt/inner tmpfs tmpfs
    inside_sh 'grep -c " /mnt/inner " /proc/self/mountinfo'
    prints 1
}

requirement PRACTICE config.md#mounts "a destination through a dangling symlink stays inside the root"
test_dangling_destination() {
    ln -s /opt/nothing/here "$ROOTFS/link"
    with_mount /link tmpfs tmpfs
    inside_sh 'grep -c " /opt/nothing/here " /proc/self/mountinfo'
    prints 1
}

requirement PRACTICE config.md#mounts "/proc that is a symlink is refused or resolved inside, never followed out"
test_proc_symlink() {
    mkdir "$WORK/outside"
    rmdir "$ROOTFS/proc"
    ln -s "$WORK/outside" "$ROOTFS/proc"
    attempt run --bundle "$BUNDLE" "$ID"
    same outside "$(ls "$WORK/outside")" ""
}

requirement PRACTICE config.md#mounts "mount points that are missing are made: directories"
test_mount_point() {
    with_mount /a/b/c tmpfs tmpfs
    inside_sh 'grep -c " /a/b/c " /proc/self/mountinfo'
    prints 1
}

requirement PRACTICE config.md#mounts "mount points that are missing are made: a file for a file"
test_mount_point_file() {
    echo hello > "$WORK/source"
    with_bind "$WORK/source" /a/b/file
    inside cat /a/b/file
    prints hello
}

requirement PRACTICE config.md#mounts "a source may be a symlink"
test_source_symlink() {
    mkdir "$WORK/source"
    echo hello > "$WORK/source/file"
    ln -s source "$WORK/link"
    with_bind "$WORK/link" /mnt
    inside cat /mnt/file
    prints hello
}

requirement PRACTICE config.md#mounts "a mount at / is refused"
test_mount_at_root() {
    with_mount / tmpfs tmpfs
    attempt run --bundle "$BUNDLE" "$ID"
    [ $code != 0 ] || fail "run succeeded"
    [ -e "$ROOTFS/bin/busybox" ] || fail "the root is gone"
}

requirement PRACTICE config.md#mounts "tmpfs over a directory keeps its mode"
test_tmpfs_mode() {
    chmod 1771 "$ROOTFS/opt"
    with_mount /opt tmpfs tmpfs
    inside stat -c %a /opt
    prints 1771
}

requirement PRACTICE config.md#root "a root that is a symlink is followed"
test_root_symlink() {
    mv "$ROOTFS" "$BUNDLE/real"
    ln -s real "$BUNDLE/rootfs"
    inside echo hello
    prints hello
}

requirement PRACTICE config.md#process "HOME is set from the container's /etc/passwd"
test_home() {
    config '.process.user = { uid: 1000, gid: 1000 }'
    inside_sh 'echo $HOME'
    prints /home/user
}

requirement PRACTICE config.md#process "HOME of the configuration stays"
test_home_given() {
    config '.process.env += ["HOME=/elsewhere"]'
    inside_sh 'echo $HOME'
    prints /elsewhere
}

requirement PRACTICE config.md#process "a cwd that does not exist is made"
test_cwd_made() {
    config '.process.cwd = "/a/b"'
    inside pwd
    prints /a/b
}

requirement PRACTICE config.md#process "of a variable given twice the last counts"
test_env_twice() {
    config '.process.env += ["A=1", "A=2"]'
    inside_sh 'echo $A'
    prints 2
}

requirement PRACTICE config.md#posix-platform-hooks "a hook that does not read its stdin is no failure"
test_hook_no_stdin() {
    config '.annotations = { long: ("x" * 100000) } | .hooks.createRuntime = [{ path: "/bin/true" }]'
    inside echo hello
    prints hello
}

requirement PRACTICE config.md#posix-platform-hooks "a hook's argv[0] is args[0], not the path"
test_hook_argv0() {
    config '.hooks.createRuntime = [{ path: "/bin/bash", args: ["zero", "-c", $words[0]] }]' "cat > /dev/null; echo \$0 > $WORK/zero"
    create
    same "argv[0]" "$(< "$WORK/zero")" zero
}

requirement PRACTICE config.md#posix-platform-hooks "a failing hook's output is in the message"
test_hook_output() {
    config '.hooks.createRuntime = [{ path: "/bin/sh", args: ["sh", "-c", "cat > /dev/null; echo because of this >&2; exit 3"] }]'
    refused "because of this"
}

requirement PRACTICE config.md#posix-platform-hooks "a hook inherits nothing of the runtime's environment"
test_hook_environment() {
    export SECRET=leaked
    config '.hooks.createRuntime = [{ path: "/bin/sh", args: ["sh", "-c", $words[0]], env: ["ONE=1"] }]' \
        "cat > /dev/null; /usr/bin/env > $WORK/env"
    create
    like environment "$(< "$WORK/env")" ONE=1
    unlike environment "$(< "$WORK/env")" 'SECRET|PATH=.*:/'
}

requirement PRACTICE config.md#posix-platform-hooks "a hook's timeout ends its children too"
test_hook_timeout_children() {
    config '.hooks.createRuntime = [{ path: "/bin/sh", args: ["sh", "-c", "sleep 8 & sleep 8"], timeout: 1 }]'
    local began=$SECONDS
    refused
    ((SECONDS - began < 5)) || fail "it took $((SECONDS - began)) seconds"
    ! pgrep -f '^sleep 8$' > /dev/null || fail "a child is still there"
}

requirement PRACTICE config.md#process "closed standard streams are survived"
test_closed_stdio() {
    process_sh 'echo ran > /tmp/ran'
    code=0
    write_config
    runtime run --bundle "$BUNDLE" "$ID" <&- >&- 2>&- || code=$?
    same status "$code" 0
    same file "$(< "$ROOTFS/tmp/ran")" ran
}

requirement PRACTICE runtime.md#state "a container whose process has exited is stopped although children live on in it"
test_children_live() {
    without_namespace pid
    process_sh 'sleep 1000 & exit 0'
    create
    start
    until_status stopped
    succeeds delete --force "$ID"
}

requirement PRACTICE runtime.md#create "killing the runtime during create leaves nothing that delete --force does not remove"
test_killed_creator() {
    local delay
    for delay in 0.002 0.005 0.01 0.02 0.03; do
        AROUND=(timeout --signal KILL "$delay")
        attempt create --bundle "$BUNDLE" "$ID"
        AROUND=()
        attempt delete --force "$ID"
        gone
    done
}

requirement PRACTICE runtime.md#lifecycle "twenty lives one after another"
test_twenty() {
    local i
    for i in {1..20}; do run; done
}

requirement PRACTICE runtime-linux.md "nothing of the runtime is open in a created container"
test_created_descriptors() {
    exec 7< /etc/passwd
    create
    exec 7<&-
    local pid fd target
    pid=$(state .pid)
    for fd in "/proc/$pid/fd/"*; do
        target=$(readlink "$fd")
        [[ $target != /etc/passwd && $target != "$ALL"/*/bundle* ]] || fail "$fd is $target"
    done
}

requirement PRACTICE runtime-linux.md "the runtime's program cannot be reached through /proc/1/exe for writing"
test_exe() {
    create
    local pid
    pid=$(state .pid)
    unlike "the program" "$(readlink "/proc/$pid/exe")" "^$RUNTIME$"
}

requirement PRACTICE config.md "a deeply nested config.json is an error, not a crash"
test_deep() {
    { printf '{ "ociVersion": "1.0.0", "x": '; printf '[%.0s' {1..200000}; } > "$BUNDLE/config.json"
    fails create --bundle "$BUNDLE" "$ID"
    gone
}

requirement PRACTICE config.md "a message names what is wrong in config.json"
test_message() {
    config '.process.rlimits = [{ type: "RLIMIT_NONSENSE", soft: 1, hard: 1 }]'
    refused RLIMIT_NONSENSE
}
