# The leak check itself: each kind of leftover must be found.

# leaves COMMAND: runs a case that does just that; sets $out to what was said about it.
leaves() {
    mkdir -p inner
    printf 'test_leak() {\n%s\n}\n' "$1" >leak.sh
    exits 78 env LEAK_TRIES=1 bash "$HERE/case.sh" "$T/leak.sh" test_leak "$T/inner"
    has 'what it says' "$out" 'left behind (>) or changed:'
}

test_mounts_are_found() {
    leaves 'mkdir m; mount -t tmpfs leaked m'
    has 'the mount' "$out" "tmpfs leaked"
    umount inner/m
}

test_cgroups_are_found() {
    leaves 'mkdir "$V2/leaked"'
    has 'the cgroup' "$out" 'cgroup /leaked'
    rmdir "$V2/leaked"
}

test_processes_are_found() {
    leaves 'setsid sleep 77 & disown; sleep 0.2'
    matches 'the process' "$out" 'process [0-9]+ sleep 77'
    kill "$(sed -n 's/.*process \([0-9]*\) sleep.*/\1/p' <<<"$out")"
}

test_processes_in_another_cgroup_are_found() {
    leaves 'mkdir "$V2/leaked"; sleep 77 & echo $! > "$V2/leaked/cgroup.procs"; disown; sleep 0.2'
    matches 'the process' "$out" 'process [0-9]+ sleep 77'
    echo 1 >"$V2/leaked/cgroup.kill"
    sleep 0.1
    rmdir "$V2/leaked"
}

test_state_is_found() {
    leaves 'mkdir -p "$STATE/a" "$STATE/@cache"; touch "$STATE/a/record.json"'
    has 'the file' "$out" 'state a/record.json'
    has_not 'caches may stay' "$out" @cache
}

test_interfaces_are_found() { # alone
    ip link add "tare$$" type dummy 2>/dev/null || ip link add "tare$$" type bridge 2>/dev/null || skip 'no kind of interface can be made'
    ip link del "tare$$"
    leaves "ip link add tare$$ type dummy 2>/dev/null || ip link add tare$$ type bridge"
    has 'the interface' "$out" "interface tare$$"
    ip link del "tare$$"
}

test_changed_descriptors_are_found() {
    # O_NONBLOCK belongs to the open file, which the case's shell shares with what it starts.
    leaves "python3 -c 'import os; os.set_blocking(0, False)'"
    has 'the flags' "$out" 'descriptor 0 flags'
    python3 -c 'import os; os.set_blocking(0, True)'
}

test_a_clean_case_passes() {
    mkdir inner
    printf 'test_clean() { true; }\n' >clean.sh
    quiet bash "$HERE/case.sh" "$T/clean.sh" test_clean "$T/inner"
}

test_a_failing_command_fails_the_case() {
    mkdir inner
    printf 'test_bad() { false; true; }\n' >bad.sh
    exits 1 bash "$HERE/case.sh" "$T/bad.sh" test_bad "$T/inner"
    has 'where' "$out" 'failed at bad.sh:1: false'
}
