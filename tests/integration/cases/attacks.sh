# What has gone wrong in runtimes: the root file system and all that runs in it are hostile.

own_root() { mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs; }

# CVE-2021-30465 and its kin: where a mount goes is decided inside the root.
test_symlinked_mount_targets_stay_inside() {
    own_root
    mkdir host src && echo text >src/file
    ln -s "$T/host" a/rootfs/absolute
    ln -s ../../../../../../../../../.."$T/host" a/rootfs/relative
    ln -s "$T/host/new" a/rootfs/dangling
    in_container --arg src "$T/src" 'bind($src; "/absolute"; "rw") | bind($src; "/relative/deep"; "rw") | bind($src; "/dangling"; "rw") |
      mount("/absolute/tmp"; "tmpfs"; "tmpfs"; "size=1m") | sh("true")'
    is 'what was made on the host' "$(find host -mindepth 1)" ''
    has_not 'the mounts of the host' "$(</proc/self/mountinfo)" "$T/host"
}

test_symlinks_to_the_host_show_nothing() {
    own_root
    echo secret >host-secret
    ln -s "$T/host-secret" a/rootfs/etc/link
    bundle a 'sh("cat /etc/link")'
    exits 1 tare run --bundle a a
    has_not output "$out" secret
}

# CVE-2019-19921 and its kin.
test_proc_and_sys_must_be_real_directories() {
    local name
    for name in proc sys; do
        rm -rf a
        own_root
        rmdir "a/rootfs/$name" && mkdir a/rootfs/fake && ln -s fake "a/rootfs/$name"
        bundle a
        exits 1 tare run --bundle a a
        has 'the field' "$err" 'config.json#/mounts/'
        has 'the reason' "$err" 'must be mounted on ordinary directory'
    done
}

test_proc_may_not_be_something_else() {
    bundle a '.mounts[0] = {destination: "/proc", type: "tmpfs", source: "tmpfs"}'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/mounts/0'
    mkdir fake && mkdir -p fake/sys
    bundle b --arg fake "$T/fake" '.mounts[0] = {destination: "/proc", type: "bind", source: $fake, options: ["rbind"]}'
    exits 1 tare run --bundle b b
    has 'the field' "$err" 'config.json#/mounts/0'
    has 'the reason' "$err" "only a procfs may be mounted on '/proc'"
    bundle b '.mounts[0] = {destination: "/proc", type: "bind", source: "/proc/sys", options: ["rbind"]}'
    refused "only a procfs may be mounted on '/proc'" tare run --bundle b b
    bundle b --arg fake "$T/fake" '.mounts[0] = {destination: "/x/../proc", type: "bind", source: $fake, options: ["rbind"]}'
    refused 'config.json#/mounts/0/destination: only type proc' tare run --bundle b b
    bundle c --arg fake "$T/fake" 'bind($fake; "/proc/sys"; "ro")'
    exits 1 tare run --bundle c c
    has 'the field' "$err" 'config.json#/mounts/7'
    touch cpuinfo && bundle d --arg file "$T/cpuinfo" 'bind($file; "/proc/cpuinfo"; "ro") | sh("wc -c < /proc/cpuinfo")'
    quiet tare run --bundle d d
    is 'what may be covered' "$out" 0
}

# CVE-2025-31133: the thing that masks is the host's own.
test_a_false_dev_null_in_the_image() {
    own_root
    mkdir -p a/rootfs/dev && echo secret >a/rootfs/dev/null && ln -sf /proc/sysrq-trigger a/rootfs/dev/zero
    in_container '.mounts |= map(select(.destination != "/dev" and (.destination | startswith("/dev/") | not))) | .linux.maskedPaths += ["/etc/passwd"] | sh("cat /etc/passwd | wc -c; stat -c %t:%T /dev/null")'
    is 'the mask and the device' "$out" $'0\n1:3'
}

# What the container has of the host's /dev/null, as a mask or as a device, is not its own to change. The host's is one
# of this case's.
test_the_hosts_null_device_keeps_its_mode_and_owner() {
    local config
    mknod -m 666 null c 1 3
    for config in 'del(.linux.devices)' '.mounts |= map(select(.destination != "/dev"))' 'userns([map(0; 0; 65536)])'; do
        bundle a "caps([\"CAP_FOWNER\", \"CAP_CHOWN\"]) | $config | sh(\"stat -c %t:%T /proc/keys; echo x >/proc/keys; for file in /proc/keys /proc/timer_list; do (chmod 600 \$file || chown 5:5 \$file) 2>/dev/null && echo done; done; (chmod 600 /dev/null; chown 5:5 /dev/null) 2>/dev/null; true\")"
        exits 0 unshare --mount bash -c "mount --bind null /dev/null && exec '$TARE' --root '$STATE' run --bundle a a"
        is "the mask, and nothing that was changed: $config" "$out" 1:3
        is "the host's" "$(stat -c '%a %u:%g' null)" '666 0:0'
    done
}

# A bind of /dev is the host's own.
test_devices_are_not_made_in_a_bound_dev() {
    mkdir dev && mknod -m 600 dev/there c 1 5
    bundle a --arg dev "$T/dev" '.mounts |= map(select(.destination | startswith("/dev") | not)) | bind($dev; "/dev"; "rbind")
      | .linux.devices = [{path: "/dev/there", type: "c", major: 1, minor: 5}, {path: "/dev/new", type: "c", major: 1, minor: 7}] | sh("true")'
    exits 0 tare run --bundle a a
    has 'the warning' "$err" "config.json#/linux/devices: /dev/there and 1 more: not made, because /dev is '$T/dev' itself"
    is 'what is on the host' "$(cd dev && stat -c '%n %a' *)" 'there 600'
}

# A copied symlink, like every mount, stays inside the root, whatever the image has on the way.
test_a_copied_symlink_stays_inside() {
    ln -s nowhere link && own_root
    mkdir outside && ln -s ../../outside a/rootfs/way
    bundle a --arg link "$T/link" 'bind($link; "/way/here"; "copy-symlink") | bind($link; "/way/too"; "src-nofollow,dest-nofollow") | sh("readlink /outside/here; readlink /outside/too")'
    quiet tare run --bundle a a
    is inside "$out" $'nowhere\nnowhere'
    [[ -z $(ls outside) ]] || fail 'it was made on the host'
    local name
    for name in proc sys; do
        rm -rf "a/rootfs/$name"
        bundle a --arg link "$T/link" ".mounts |= map(select(.destination != \"/$name\")) | bind(\$link; \"/$name\"; \"copy-symlink\")"
        exits 1 tare run --bundle a a
        [[ ! -L a/rootfs/$name ]] || fail "/$name is a symlink"
    done
}

test_device_nodes_over_symlinks_in_the_image() {
    own_root
    mkdir host && ln -sf "$T/host/made" a/rootfs/dev/full && ln -s "$T/host" a/rootfs/dev/sub
    bundle a '.mounts |= map(select(.destination != "/dev" and (.destination | startswith("/dev/") | not))) | .linux.devices = [{path: "/dev/sub/x", type: "c", major: 1, minor: 3}] | sh("true")'
    tare run --bundle a a >out.txt 2>&1 || true # refused or done, but never outside
    is 'what was made on the host' "$(find host -mindepth 1)" ''
}

# CVE-2024-21626: descriptors of the host by way of the working directory.
test_cwd_through_a_descriptor() {
    local fd
    for fd in 3 4 5 6 7 8 9 10 11 12 13 20; do
        bundle a ".process.cwd = \"/proc/self/fd/$fd\" | sh(\"probe cwd; ls -d ../../../../../../../../*\")"
        # A descriptor of init's own may be a directory inside the container: that is no way out.
        if tare run --bundle a a >out.txt 2>err.txt 20</; then
            matches "descriptor $fd" "$(head -1 out.txt)" '^/'
            has "descriptor $fd" "$(<out.txt)" home
            has_not "descriptor $fd" "$(<out.txt)" usr
        else
            has "descriptor $fd" "$(<err.txt)" 'config.json#/process/cwd'
        fi
    done
}

# CVE-2019-5736: what runs inside before the process cannot be written.
test_the_runtime_cannot_be_overwritten() {
    own_root
    cp "$TARE" copy-of-tare
    TARE=$T/copy-of-tare
    local before
    before=$(sha256sum <"$TARE")
    ln -s /proc/self/exe a/rootfs/bin/evil
    bundle a 'args(["/bin/evil", "create"])'
    tare run --bundle a a >out.txt 2>&1 || true
    printf '#!/proc/self/exe\n' >a/rootfs/bin/evil2 && chmod +x a/rootfs/bin/evil2
    bundle a 'args(["/bin/evil2"])'
    tare run --bundle a a >out.txt 2>&1 || true
    # While init waits at the gate, somebody who shares its pid namespace tries to write its program.
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare create --bundle a a
    bundle b --argjson pid "$(pid_of a)" 'no_ns("pid") | ns("pid"; "/proc/\($pid)/ns/pid") | all_caps(["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE"]) | args(["/bin/probe", "overwrite", "/proc/1/exe"])'
    quiet tare run --bundle b b
    has_not 'what writing said' "$out" done
    quiet tare start a
    quiet tare delete -f a
    is 'the program' "$(sha256sum <"$TARE")" "$before"
}

test_a_password_file_that_is_a_trap() {
    own_root
    rm a/rootfs/etc/passwd && mkfifo a/rootfs/etc/passwd
    bundle a '.process.env = ["PATH=/bin"] | sh("echo $HOME")'
    quiet timeout 10 "$TARE" --root "$STATE" run --bundle a a
    matches home "$out" '^/'
    rm a/rootfs/etc/passwd && truncate -s 5G a/rootfs/etc/passwd
    quiet timeout 10 "$TARE" --root "$STATE" run --bundle a a
    echo 'root:x:0:0::/from-the-host:' >host-passwd
    rm a/rootfs/etc/passwd && ln -s "$T/host-passwd" a/rootfs/etc/passwd
    quiet timeout 10 "$TARE" --root "$STATE" run --bundle a a
    has_not home "$out" from-the-host
    rm a/rootfs/etc/passwd && mknod a/rootfs/etc/passwd c 1 5
    quiet timeout 10 "$TARE" --root "$STATE" run --bundle a a
}

# CVE-2026-30892 and its kin are exec's. Ids of processes and files of the state must not be trusted.
test_ids_that_would_climb_out() {
    bundle a
    local id
    for id in .. . ../x a/b /a '' 'a b' $'a\nb' "$(printf 'a%.0s' {1..2000})" @x 'ä'; do
        exits 1 tare create --bundle a "$id"
        is 'what was made' "$(find "$STATE" -mindepth 1 2>/dev/null || true)" ''
    done
    for id in x.y-z_+ 0 ...; do
        quiet tare run --bundle a "$id"
    done
}

test_cgroup_paths_that_would_climb_out() {
    bundle a '.linux.cgroupsPath = "../../out"'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/linux/cgroupsPath'
    bundle b '.linux.cgroupsPath = "/a/../../out"'
    exits 1 tare run --bundle b b
    bundle c '.linux.resources.unified = {"../cgroup.procs": "1"}'
    exits 1 tare run --bundle c c
    has 'the field' "$err" 'config.json#/linux/resources/unified'
}

# A loop swaps a directory for a symlink to the host while containers are made whose mounts go through it.
test_swapping_a_component_while_mounting() { # timeout=120
    own_root
    mkdir -p host/target a/rootfs/swap/target src && echo text >src/file
    ln -s "$T/host" a/rootfs/other
    bundle a --arg src "$T/src" 'bind($src; "/swap/target"; "rw") | bind($src + "/file"; "/swap/made"; "rw") | sh("true")'
    (
        set +eE # there is no exchange in mv: three renames do, with moments in which nothing is there
        while [[ ! -e stop ]]; do
            mv -T a/rootfs/swap a/rootfs/third; mv -T a/rootfs/other a/rootfs/swap; mv -T a/rootfs/third a/rootfs/other
        done 2>/dev/null
    ) & local swapper=$!
    local i done=0
    for ((i = 0; i < ${SWAPS:-60}; i++)); do
        if tare run --bundle a a >/dev/null 2>err.txt; then done=$((done + 1)); fi
        has_not 'the mounts of the host' "$(</proc/self/mountinfo)" "$T/host"
    done
    touch stop
    wait "$swapper" || true
    is 'what was made on the host' "$(find host -mindepth 1)" host/target
    echo "$done of $i containers came up"
}

test_environment_values_are_in_no_log() {
    bundle a '.process.env += ["SECRET=hunter2hunter2"] | args(["/no/such"])'
    exits 1 tare --debug --log "$T/log" --log-format json run --bundle a a
    has_not 'the log' "$(<log)" hunter2
    has_not errors "$err" hunter2
}

test_control_characters_are_escaped() {
    bundle a 'args(["/no/\u001b[31mred\nline"])'
    exits 1 tare run --bundle a a
    has_not 'the error' "$err" $'\e'
    is 'its lines' "$(wc -l <"$T/.err")" 1
}

test_terminal_input_cannot_be_pushed_to_the_caller() {
    # TIOCSTI (0x5412) into the terminal that the caller has on its descriptors: another session's.
    bundle a 'sh("setsid -c true 2>/dev/null; cut -d\" \" -f7 /proc/self/stat")'
    "$TOOLS/pty" 20 80 "$TARE" --root "$STATE" run --bundle a a </dev/null >out.txt || true
    is 'its controlling terminal' "$(tr -d '\r' <out.txt | tail -1)" 0
}

# CVE-2016-9962: who joins cannot be looked into by what is there already.
test_a_joining_process_cannot_be_seen_into() { # timeout=120
    # Only builtins look for it: a fork for each look would be slower than a whole exec.
    cat >spy <<'EOF'
#!/bin/sh
# Whatever it can learn of a process that is still tare-init.
while :; do
    for p in /proc/[0-9]*; do
        name=
        read -r name 2>/dev/null <$p/cmdline
        case $name in *tare-init*) ;; *) continue ;; esac
        for link in $p/exe $p/fd/*; do
            case $(readlink $link 2>/dev/null) in
            *memfd:*|socket:*|anon_inode:*) echo $link $(readlink $link) >>/tmp/spied ;;
            esac
        done
        echo >>/tmp/met
    done
done 2>/dev/null
EOF
    own_root
    cp spy a/rootfs/bin/spy && chmod +x a/rootfs/bin/spy
    bundle a 'args(["/bin/spy"]) | .process.noNewPrivileges = false'
    quiet tare run -d --bundle a a
    local i
    for ((i = 0; i < 2000; i++)); do
        tare exec a true 2>/dev/null || fail "exec $i"
        ((i < 100)) || [[ ! -s a/rootfs/tmp/met ]] || break
    done
    quiet tare delete --force a
    [[ -s a/rootfs/tmp/met ]] || skip 'none was met'
    is 'what it could see' "$(cat a/rootfs/tmp/spied 2>/dev/null || true)" ''
}

test_exec_with_cwd_through_a_descriptor() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    local fd
    for fd in 3 4 5 6 7 8 9 10 11 12 13 20; do
        if tare exec --cwd "/proc/self/fd/$fd" a sh -c 'probe cwd; ls -d ../../../../../../../../*' >out.txt 2>err.txt 20</; then
            matches "descriptor $fd" "$(head -1 out.txt)" '^/'
            has_not "descriptor $fd" "$(<out.txt)" usr
        else
            has "descriptor $fd" "$(<err.txt)" '--cwd'
        fi
    done
    quiet tare delete --force a
}

# CVE-2019-5736 by exec: the classical one.
test_exec_of_the_runtime_itself() {
    own_root
    cp "$TARE" copy-of-tare
    TARE=$T/copy-of-tare
    local before
    before=$(sha256sum <"$TARE")
    printf '#!/proc/self/exe\n' >a/rootfs/bin/evil && chmod +x a/rootfs/bin/evil
    bundle a 'args(["/bin/sleep", "100"]) | all_caps(["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE"])'
    quiet tare run -d --bundle a a
    timeout 10 "$TARE" --root "$STATE" exec a /bin/evil >out.txt 2>&1 || true
    timeout 10 "$TARE" --root "$STATE" exec a /proc/self/exe >out.txt 2>&1 || true
    is 'the program' "$(sha256sum <"$TARE")" "$before"
    quiet tare delete -f a
}

# CVE-2016-9962, for who has CAP_SYS_PTRACE: what he sees he may trace, and what enters the container has all privileges
# until it has given them up.
test_exec_is_seen_when_it_can_do_no_more_than_the_container() {
    local filter='{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}' new_privileges
    for new_privileges in false true; do
        bundle a "caps([\"CAP_SYS_PTRACE\"]) | .linux.seccomp = $filter | .process.noNewPrivileges = $new_privileges
          | args([\"/bin/probe\", \"watch\", \"$((2500 * ${SLOWNESS:-1}))\"])"
        tare run --bundle a a >out.txt &
        within 5 has_status a running
        local i=0 status=0
        while kill -0 $! 2>/dev/null && ((++i <= 100)); do
            tare exec a /bin/true 2>/dev/null || break
            script -qec "'$TARE' --root '$STATE' exec -t a /bin/true" /dev/null >/dev/null 2>&1 || break
        done
        wait $! || status=$?
        ((i > 1)) || fail "only $i processes were added"
        is 'it has seen some' "$status" 0
        is "what it has seen, noNewPrivileges $new_privileges" "$(<out.txt)" $'more capabilities: 0\nwithout a filter: no'
    done
}

# The same for a tracer that came by an exec, and for a container that shares its pid namespace.
test_exec_is_seen_so_by_an_added_process_too() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    bundle b --arg ns "/proc/$(pid_of a)/ns/pid" 'no_ns("pid") | ns("pid"; $ns) | args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle b b
    tare exec --cap CAP_SYS_PTRACE a /bin/probe watch $((2500 * ${SLOWNESS:-1})) >out.txt &
    within 5 test -e "$STATE/a/tracer"
    sleep 0.2
    local i=0 status=0
    while kill -0 $! 2>/dev/null && ((++i <= 100)); do
        quiet tare exec a /bin/true
        quiet tare exec b /bin/true
    done
    wait $! || status=$?
    ((i > 1)) || fail "only $i processes were added"
    is 'it has seen some' "$status" 0
    is 'what it has seen' "$(<out.txt)" $'more capabilities: 0\nwithout a filter: no'
    quiet tare delete -f b
    quiet tare delete -f a
}

# A fake /proc and /etc/passwd of the container's making.
test_exec_believes_no_file_of_the_container() {
    own_root
    bundle a 'args(["/bin/sleep", "100"]) | caps(["CAP_SYS_ADMIN"])'
    quiet tare run -d --bundle a a
    quiet tare exec a sh -c 'mount -t tmpfs tmpfs /proc && mkdir -p /proc/self/attr && touch /proc/self/oom_score_adj; rm /etc/passwd; mkfifo /etc/passwd'
    echo '{"oomScoreAdj": 77, "user": {"uid": 0, "gid": 0}, "args": ["sleep", "50"], "cwd": "/", "env": ["PATH=/bin"]}' >p.json
    quiet timeout 10 "$TARE" --root "$STATE" exec -d --pid-file pid -p p.json a
    is 'the score' "$(<"/proc/$(<pid)/oom_score_adj")" 77
    is 'the fake' "$(tare exec a cat /proc/self/oom_score_adj)" ''
    quiet tare delete -f a
}

# The names of its cgroups are a container's own where it has been given its cgroup.
test_cgroups_deeper_than_a_path_may_be() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    (cd "$V2/a" && name=$(printf 'x%.0s' {1..200}) && for _ in {1..30}; do mkdir "$name" && cd "$name"; done)
    quiet tare ps --format json a
    quiet tare delete -f a
    [[ ! -e $V2/a ]] || fail 'its cgroup is still there'
}

test_the_directory_of_the_notify_socket_is_read_only() {
    bundle a
    NOTIFY_SOCKET=$T/notify quiet tare create --no-new-keyring --bundle a a
    quiet tare exec a /bin/sh -c 'echo x >/run/notify/x || true'
    has 'the reason' "$err" 'Read-only file system'
    quiet tare delete -f a
}

test_delete_by_force_while_a_hook_keeps_start_busy() {
    bundle a 'hook("startContainer"; "/bin/sleep"; ["sleep", "30"])'
    quiet tare create --bundle a a
    exec_tare start a 2>start.txt & local start=$!
    within 5 locked "$STATE/a"
    quiet tare delete -f a
    wait "$start" && fail 'start succeeded'
    has 'the reason' "$(<start.txt)" 'died before it could execute the process'
}
locked() { ! flock --nonblock "$1" true; }
