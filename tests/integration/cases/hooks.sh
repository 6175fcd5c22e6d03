# hooks: config.md "POSIX-platform Hooks", runtime.md "Lifecycle".

# A script in $T/NAME.sh that notes its name, directory and the state it read in $T/log.
noting_hook() {
    cat >"$T/$1.sh" <<END
#!/bin/sh
state=\$(cat)
echo "$1 \$(pwd) \$(echo "\$state" | sed 's/.*"status": *"\([a-z]*\)".*/\1/') \$0 \$* \${MARK:-}" >>$T/log
END
    chmod +x "$T/$1.sh"
}

test_all_six_in_order() {
    bundle a --arg t "$T" 'reduce ("prestart", "createRuntime", "createContainer", "poststart", "poststop") as $k
        (.; hook($k; "\($t)/\($k).sh"; [$k, "arg"])) | hook("startContainer"; "/bin/sh"; ["sh", "-c", "cat > /state; echo startContainer >> /dev/stderr"]) |
        bind($t + "/log"; "/log"; "rw") | sh("echo process >> /log; sleep 100")'
    : >log
    local kind
    for kind in prestart createRuntime createContainer poststart poststop; do noting_hook "$kind"; done
    quiet tare create --bundle a a
    is 'after create' "$(cut -d' ' -f1 log | tr '\n' ' ')" 'prestart createRuntime createContainer '
    quiet tare start a
    within 5 grep -q process log
    within 5 grep -q poststart log
    is 'what startContainer read' "$(jq -r .id a/rootfs/state)" a
    quiet tare delete --force a
    is 'the order' "$(cut -d' ' -f1 log | sort | tr '\n' ' ')" 'createContainer createRuntime poststart poststop prestart process '
    is 'the last' "$(tail -1 log | cut -d' ' -f1)" poststop
    is 'the status at the end' "$(tail -1 log | cut -d' ' -f3)" stopped
    is 'the status in prestart' "$(awk '$1 == "prestart" { print $3 }' log)" created
    is 'the status in createRuntime' "$(awk '$1 == "createRuntime" { print $3 }' log)" creating
    is 'the status after start' "$(awk '$1 == "poststart" { print $3 }' log)" running
    is 'the directory' "$(awk '$1 == "createRuntime" { print $2 }' log)" "$T/a"
    matches 'the arguments' "$(awk '$1 == "prestart"' log)" ' arg'
}

test_the_environment_is_the_hooks_own() {
    bundle a --arg t "$T" '.hooks.createRuntime = [{path: "/usr/bin/env", args: ["env"], env: ["ONLY=this"]},
        {path: "/bin/sh", args: ["argv-zero", "-c", "echo $0 > \($t)/zero; /usr/bin/env > \($t)/env"], env: ["ONLY=this"]}]'
    MARK=leak quiet tare run --bundle a a
    has_not environment "$(<env)" leak
    has environment "$(<env)" ONLY=this
}

# As runc and crun: the runtime's environment in its namespaces, the process's in the container; of an empty one nothing.
test_a_hook_without_an_environment() {
    local kinds='["prestart", "createRuntime", "createContainer", "poststart", "poststop"]'
    bundle a --arg t "$T" --argjson kinds "$kinds" 'reduce $kinds[] as $k (.; hook($k; "/bin/sh"; ["sh", "-c", "echo \($k) ${MARK-none} ${TERM-none} >> \($t)/log"])) |
      hook("startContainer"; "/bin/sh"; ["sh", "-c", "echo startContainer ${MARK-none} ${TERM-none} $HOME >> /log"]) |
      del(.process.env[2]) | bind($t + "/log"; "/log"; "rw")'
    : >log
    MARK=ours TERM=ours quiet tare run --bundle a a
    is inherited "$(<log)" $'prestart ours ours\ncreateRuntime ours ours\ncreateContainer none none\nstartContainer none xterm /root\npoststart ours ours\npoststop ours ours'
    change a '.hooks |= map_values(map(.env = []))'
    : >log
    MARK=ours TERM=ours quiet tare run --bundle a a
    [[ $(<log) != *ours* && $(<log) != *xterm* ]] || fail "an empty environment is not empty: $(<log)"
}

test_a_failing_hook_destroys_the_container() {
    local kind
    for kind in prestart createRuntime createContainer; do
        bundle a "hook(\"$kind\"; \"/bin/sh\"; [\"sh\", \"-c\", \"echo the reason >&2; exit 3\"])"
        exits 1 tare create --bundle a a
        has 'which one' "$err" "error running $kind hook #0:"
        has 'its output' "$err" 'the reason'
        has 'the status' "$err" 3
        refused 'does not exist' tare state a
    done
}

test_a_failing_start_hook() {
    bundle a 'hook("startContainer"; "/bin/sh"; ["sh", "-c", "exit 4"]) | sh("echo ran > /ran")'
    quiet tare create --bundle a a
    exits 1 tare start a
    has 'which one' "$err" 'startContainer hook #0'
    [[ ! -e a/rootfs/ran ]] || fail 'the process ran'
    quiet tare delete --force a
}

# Nothing of it is the container's.
test_the_output_of_hooks_in_the_container() {
    local said='["sh", "-c", "echo to-out; echo to-err >&2"]'
    bundle a "hook(\"createContainer\"; \"/bin/sh\"; $said) | hook(\"startContainer\"; \"/bin/sh\"; $said) | sh(\"echo ran\")"
    quiet tare run --bundle a a
    is 'its stdout' "$out" ran
    is 'its stderr' "$err" ''
    bundle b 'hook("startContainer"; "/bin/sh"; ["sh", "-c", "echo to-out; sleep 100 & echo to-err >&2; exit 3"])'
    quiet tare create --bundle b b
    exits 1 timeout 20 "$TARE" --root "$STATE" start b
    has 'of start' "$err" 'exit status 3, stdout: to-out, stderr: to-err'
    quiet tare delete --force b
    bundle c 'hook("createContainer"; "/bin/sh"; ["sh", "-c", "echo to-out; sleep 100 & echo to-err >&2; exit 3"])'
    exits 1 timeout 20 "$TARE" --root "$STATE" run --bundle c c
    has 'of run' "$err" 'exit status 3, stdout: to-out, stderr: to-err'
}

test_a_failing_poststart_hook_kills() {
    bundle a 'hook("poststart"; "/bin/false"; ["false"]) | args(["/bin/sleep", "100"])'
    quiet tare create --bundle a a
    local pid
    pid=$(pid_of a)
    exits 1 tare start a
    has 'which one' "$err" 'error running poststart hook #0:'
    within 5 is_gone "$pid"
    quiet tare delete --force a
}

test_a_failing_poststart_hook_kills_what_shares_our_pids() {
    bundle a 'no_ns("pid") | .root.readonly = false | sh("sleep 100 & echo $! > /other; exec sleep 100") |
        hook("poststart"; "/bin/sh"; ["sh", "-c", "until test -s rootfs/other; do sleep 0.1; done; exit 1"])'
    quiet tare create --bundle a a
    exits 1 tare start a
    has 'which one' "$err" 'error running poststart hook #0:'
    within 5 is_gone "$(<a/rootfs/other)"
    quiet tare delete a
}

# The lock is given up before these hooks: what they made with the same name is not the container that is then ended.
test_a_poststart_hook_that_makes_another() {
    bundle b 'args(["/bin/sleep", "100"])'
    bundle a --arg t "$T" --arg tare "$TARE --root $STATE" 'args(["/bin/sleep", "100"]) | hook("poststart"; "/bin/sh"; ["sh", "-c",
        "\($tare) delete --force a && \($tare) run -d --bundle \($t)/b a </dev/null >/dev/null 2>&1; exit 3"])'
    local detach
    for detach in -d ''; do
        exits 1 tare run $detach --bundle a a
        has 'the cause' "$err" 'error running poststart hook #0: exit status 3'
        is 'the other one' "$(state_of a)" running
        is 'which it is' "$(tare state a | jq -r .bundle)" "$T/b"
        quiet tare delete --force a
    done
    change a '.hooks.poststart[0].args[2] = "exit 3"'
    exits 1 tare run -d --bundle a a
    exits 1 tare state a
}

test_a_failing_poststop_hook_only_warns() {
    noting_hook second
    bundle a --arg t "$T" 'hook("poststop"; "/bin/false"; ["false"]) | hook("poststop"; $t + "/second.sh"; ["second"])'
    quiet tare create --bundle a a
    quiet tare delete a
    has 'the warning' "$err" 'poststop hook #0'
    has 'the second one ran' "$(<log)" second
}

# runtime.md, "Lifecycle": they must be called.
test_hooks_of_a_bundle_that_is_gone() {
    noting_hook poststart
    noting_hook poststop
    bundle a --arg t "$T" 'reduce ("poststart", "poststop") as $k (.; hook($k; "\($t)/\($k).sh"; [$k])) | args(["/bin/sleep", "100"])'
    quiet tare create --bundle a a
    mv a gone
    quiet tare start a
    quiet tare delete --force a
    is warnings "$err" ''
    is 'who ran, and where' "$(cut -d' ' -f1-3 log)" $'poststart / running\npoststop / stopped'
}

test_a_missing_hook() {
    bundle a 'hook("createRuntime"; "/no/such/hook"; ["x"])'
    refused 'no such file or directory' tare create --bundle a a
    has 'which one' "$err" 'createRuntime hook #0'
    has 'the path' "$err" /no/such/hook
    bundle b 'hook("createRuntime"; "relative"; ["x"])'
    exits 1 tare create --bundle b b
    has 'the field' "$err" 'config.json#/hooks/createRuntime/0/path'
}

test_timeout_kills_the_whole_group() {
    bundle a '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "sleep 77 & sleep 77"], timeout: 1}]'
    local start=$SECONDS
    exits 1 tare create --bundle a a
    (( SECONDS - start < 8 )) || fail "it took $((SECONDS - start)) s"
    has 'the reason' "$err" 'timeout'
    # The leak check sees the children if they live on.
}

test_a_hook_that_floods_and_never_reads() {
    bundle a 'hook("createRuntime"; "/bin/sh"; ["sh", "-c", "exec <&-; head -c 30000000 /dev/zero; exit 0"]) |
        .annotations = (reduce range(3000) as $i ({}; . + {("k\($i)"): "some value that makes the state larger than a pipe"}))'
    quiet timeout 20 "$TARE" --root "$STATE" run --bundle a a
    bundle b 'hook("createRuntime"; "/bin/sh"; ["sh", "-c", "head -c 30000000 /dev/zero | tr \"\\\\0\" x >&2; exit 1"])'
    exits 1 timeout 20 "$TARE" --root "$STATE" run --bundle b b
    (( ${#err} < 100000 )) || fail "the error has ${#err} characters"
}

test_a_hook_sees_the_namespaces_of_its_kind() {
    bundle a --arg t "$T" 'hook("createRuntime"; "/bin/sh"; ["sh", "-c", "readlink /proc/self/ns/mnt > \($t)/runtime"]) |
        hook("createContainer"; "/bin/sh"; ["sh", "-c", "readlink /proc/self/ns/mnt > \($t)/container; pwd >> \($t)/container"]) |
        sh("readlink /proc/self/ns/mnt")'
    quiet tare run --bundle a a
    is "the runtime's" "$(<runtime)" "$(readlink /proc/self/ns/mnt)"
    is "the container's" "$(head -1 container)" "$out"
    is 'its directory' "$(tail -1 container)" "$T/a/rootfs"
}

test_a_create_hook_may_move_an_interface_in() { # alone
    needs_program ip
    ip link add "tare$$" type veth peer name "tarf$$" 2>/dev/null || skip 'the kernel has no veth'
    bundle a --arg name "tarf$$" '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c",
        "pid=$(sed \"s/.*\\\"pid\\\": *\\([0-9]*\\).*/\\1/\"); exec ip link set \($name) netns $pid"], env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]}] | sh("ls /sys/class/net")'
    quiet tare run --bundle a a
    has interfaces "$out" "tarf$$"
    ip link del "tare$$" 2>/dev/null || true
}

# It runs in the container's cgroup, before init has to ask us whether it may go on.
test_a_container_hook_is_under_the_device_rules() {
    needs_program strace # makes the loading slow, so that init would be quicker
    mknod "$T/kmsg" c 1 11 && : 2>/dev/null >>"$T/kmsg" || skip 'no device can be made here'
    bundle a --arg t "$T" '.linux.resources.devices = [{allow: false, access: "rwm"}] |
        hook("createContainer"; "/bin/sh"; ["sh", "-c", "(: >>\($t)/kmsg) 2>\($t)/said; echo $? >\($t)/status"]) | args(["true"])'
    quiet strace -qq -o /dev/null -e trace=bpf -e inject=bpf:delay_enter=200000 "$TARE" --root "$STATE" run --bundle a a
    [[ $(<status) != 0 ]] || fail 'it could open the device'
    has why "$(<said)" 'not permitted'
}
