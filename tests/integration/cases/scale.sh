# Many at once, many after each other.

# each COUNT COMMAND...: for c1, c2 ..., a hundred at a time.
each() {
    local i count=$1
    shift
    for ((i = 1; i <= count; i++)); do
        tare "$@" "c$i" >"out.$i" 2>&1 || touch "failed.$i" &
        (( i % 100 )) || wait
    done
    wait
    is 'failures' "$(find . -maxdepth 1 -name 'failed.*' | wc -l) $(find . -maxdepth 1 -name 'out.*' -size +0 -exec cat {} + | head -3)" '0 '
}

at_once() {
    bundle a 'args(["/bin/sleep", "10000"])'
    each "$1" run -d --bundle a
    is 'how many run' "$(tare list --format json | jq '[.[] | select(.status == "running")] | length')" "$1"
    each "$1" delete --force
    is 'how many are left' "$(tare list -q | wc -l)" 0
}

test_a_hundred_at_once() { # alone timeout=180
    at_once 100
}

# What only the whole machine counts, where others live too: "DESCRIPTORS SLAB", the second in KiB of what
# cannot be reclaimed. Mounts, cgroups, processes and the state directory are compared exactly around
# every case.
machine() { echo "$(awk '{ print $1 }' /proc/sys/fs/file-nr) $(awk '/^SUnreclaim/ { print $2 }' /proc/meminfo)"; }

# machine_is_back BEFORE: waits for what the kernel frees late.
machine_is_back() {
    local files slab now_files now_slab dying
    read -r files slab <<<"$1"
    (within 30 no_cgroup_is_dying) || true
    read -r now_files now_slab <<<"$(machine)"
    dying=$(awk '/^nr_dying_descendants/ { print $2 }' "$V2/cgroup.stat")
    echo "descriptors $files, then $now_files; slab $slab KiB, then $now_slab; dying cgroups $dying"
    (( now_files < files + 2000 )) || fail 'descriptors are left'
    (( now_slab < slab + 64 * 1024 )) || fail 'memory of the kernel is left'
    (( dying < 100 )) || fail 'cgroups are left that do not die'
}
no_cgroup_is_dying() { grep -q '^nr_dying_descendants 0$' "$V2/cgroup.stat"; }

test_a_thousand_at_once() { # alone soak timeout=1800
    local before
    before=$(machine)
    at_once "${SOAK_AT_ONCE:-1000}"
    machine_is_back "$before"
}

lives() {
    local i
    for ((i = 0; i < $1; i++)); do
        tare create --bundle a a || fail "create $i"
        tare start a || fail "start $i"
        tare delete --force a || fail "delete $i"
    done
}

test_a_hundred_lives() { # alone timeout=180
    bundle a
    lives 100
}

test_ten_thousand_lives() { # alone soak timeout=3600
    local before
    bundle a
    before=$(machine)
    lives "${SOAK_COUNT:-10000}"
    machine_is_back "$before"
}

test_a_thousand_runs_in_a_user_namespace() { # alone soak timeout=900
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:100000 a/rootfs
    bundle a 'userns([map(0; 100000; 65536)])'
    local i
    for ((i = 0; i < 1000; i++)); do tare run --bundle a a || fail "run $i"; done
}

test_ten_thousand_mounts() { # alone soak timeout=900
    mkdir src
    bundle a --arg src "$T/src" '.mounts += [range(10000) | {destination: "/m/\(.)", type: "bind", source: $src, options: ["bind", "ro"]}] | sh("grep -c \" /m/\" /proc/self/mountinfo")'
    quiet tare run --bundle a a
    is 'how many' "$out" 10000
}

test_five_thousand_mounts_of_the_host() { # alone soak timeout=900
    mkdir m
    mount -t tmpfs m m
    mkdir m/x
    local i
    for ((i = 0; i < 5000; i++)); do mkdir "m/$i" && mount --bind m/x "m/$i"; done
    bundle a 'sh("wc -l < /proc/self/mountinfo")'
    quiet timeout 20 "$TARE" --root "$STATE" run --bundle a a
    (( out < 100 )) || fail "$out mounts in the container"
    umount -l m
}

test_memory_of_the_waiting_init() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare create --bundle a a
    local resident
    resident=$(awk '/^VmRSS/ { print $2 }' "/proc/$(pid_of a)/status")
    (( resident <= 200 )) || fail "init takes $resident KB"
    quiet tare delete a
}

execs() {
    bundle a 'args(["/bin/sleep", "10000"])'
    quiet tare run -d --bundle a a
    local i
    for ((i = 0; i < $1; i++)); do tare exec a true || fail "exec $i"; done
    is 'descriptors of its init' "$(echo /proc/$(pid_of a)/fd/* | sed 's|/proc/[0-9]*/fd/||g')" '0 1 2'
    is 'processes left' "$(wc -l <"$V2/a/cgroup.procs")" 1
    quiet tare delete --force a
}

test_a_hundred_execs() { # timeout=120
    execs 100
}

test_ten_thousand_execs() { # alone soak timeout=3600
    local before
    before=$(machine)
    execs "${SOAK_COUNT:-10000}"
    machine_is_back "$before"
}
