# Many at once, many after each other.

test_a_hundred_at_once() { # alone timeout=180
    bundle a 'args(["/bin/sleep", "1000"])'
    local i
    for i in {1..100}; do tare run -d --bundle a "c$i" >"out.$i" 2>&1 || touch "failed.$i" & done
    wait
    is 'failures' "$(find . -maxdepth 1 -name 'failed.*' | wc -l) $(cat out.* | head -3)" '0 '
    is 'how many run' "$(tare list --format json | jq '[.[] | select(.status == "running")] | length')" 100
    for i in {1..100}; do tare delete --force "c$i" >"out.$i" 2>&1 || touch "failed.$i" & done
    wait
    is 'failures' "$(find . -maxdepth 1 -name 'failed.*' | wc -l)" 0
    is 'how many are left' "$(tare list -q | wc -l)" 0
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

test_a_thousand_lives() { # alone soak timeout=900
    bundle a
    lives 1000
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
    is 'processes left' "$(wc -l <"$V2/a/cgroup.procs")" 1
    quiet tare delete --force a
}

test_a_hundred_execs() { # timeout=120
    execs 100
}

test_ten_thousand_execs() { # alone soak timeout=1800
    execs 10000
}
