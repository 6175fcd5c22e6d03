# linux.namespaces, uidMappings, gidMappings, timeOffsets: config-linux.md.

test_each_namespace_is_new() {
    in_container 'sh("for n in pid net ipc uts mnt cgroup; do readlink /proc/self/ns/$n; done")'
    local name line
    while read -r line; do
        [[ $line != "$(readlink "/proc/self/ns/${line%%:*}")" ]] || fail "$line is the caller's"
    done <<<"$out"
    is 'how many' "$(wc -l <<<"$out")" 6
}

test_what_is_not_asked_for_stays_shared() {
    in_container 'no_ns("network") | no_ns("ipc") | .mounts |= map(select(.type != "mqueue")) | sh("readlink /proc/self/ns/net; readlink /proc/self/ns/ipc")'
    is shared "$out" "$(readlink /proc/self/ns/net)"$'\n'"$(readlink /proc/self/ns/ipc)"
}

test_hostname_and_domainname() {
    in_container '.hostname = "one" | .domainname = "example.org" | sh("hostname; cat /proc/sys/kernel/domainname")'
    is names "$out" $'one\nexample.org'
    bundle b '.hostname = "one" | no_ns("uts")'
    exits 1 tare run --bundle b b
    has 'the field' "$err" 'config.json#/hostname'
}

test_loopback_is_up() {
    in_container 'sh("ip addr show lo")'
    has flags "$out" 'LOOPBACK,UP'
    has address "$out" 127.0.0.1
}

test_pid_one_and_a_proc_of_its_own() {
    in_container 'sh("echo $$; ls -d /proc/[0-9]*")'
    is 'itself and nobody else' "$out" $'1\n/proc/1'
}

test_joining_by_path() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    local pid
    pid=$(pid_of a)
    bundle b --argjson pid "$pid" 'def at(n): "/proc/\($pid)/ns/" + n;
        .linux.namespaces = [{type: "mount"}, {type: "cgroup"}, {type: "pid", path: at("pid")},
          {type: "network", path: at("net")}, {type: "ipc", path: at("ipc")}, {type: "uts", path: at("uts")}]
        | del(.hostname)
        | sh("for n in pid net ipc uts; do readlink /proc/self/ns/$n; done; hostname; echo $$")'
    quiet tare run --bundle b b
    local name
    for name in pid net ipc uts; do
        has "$name" "$out" "$(readlink "/proc/$pid/ns/$name")"
    done
    has 'its name' "$out" tare
    [[ ${out##*$'\n'} != 1 ]] || fail 'a joined pid namespace has its init already'
    quiet tare delete -f a
}

test_a_path_of_the_wrong_type_is_refused() {
    bundle a 'no_ns("network") | ns("network"; "/proc/self/ns/uts")'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/linux/namespaces/5'
    bundle b 'no_ns("network") | ns("network"; "/etc/passwd")'
    exits 1 tare run --bundle b b
    has 'the field' "$err" 'config.json#/linux/namespaces/5'
    bundle c 'no_ns("network") | ns("network"; "/no/such")'
    refused 'no such file or directory' tare run --bundle c c
}

test_the_same_namespace_twice_is_refused() {
    bundle a 'ns("uts"; null)'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/linux/namespaces/6'
}

test_time_namespace() {
    needs_namespace time
    in_container 'ns("time"; null) | .linux.timeOffsets = {monotonic: {secs: 100000}, boottime: {secs: 200000, nanosecs: 5}} | args(["/bin/probe", "clocks"])'
    local up
    read -r up _ </proc/uptime
    local monotonic boottime
    { read -r monotonic; read -r boottime; } <<<"$out"
    (( monotonic >= 100000 && monotonic < 100000 + ${up%.*} + 60 )) || fail "monotonic $monotonic"
    (( boottime >= 200000 && boottime < 200000 + ${up%.*} + 60 )) || fail "boottime $boottime"
}

test_time_namespace_in_a_user_namespace() {
    needs_namespace time
    needs_linux 6 3
    in_container 'ns("time"; null) | userns([map(0; 100000; 65536)]) | .linux.timeOffsets = {boottime: {secs: 300000}} | args(["/bin/probe", "clocks"])'
    (( ${out##*$'\n'} >= 300000 )) || fail "boottime ${out##*$'\n'}"
}

test_time_offsets_without_the_namespace_are_refused() {
    bundle a '.linux.timeOffsets = {boottime: {secs: 1}}'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/linux/timeOffsets'
}

# ------------------------------------------------------------------ user namespaces

test_user_namespace_with_several_ranges() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:200000 a/rootfs
    in_container 'ns("user"; null)
      | .linux.uidMappings = [map(0; 100000; 10), map(10; 300000; 5), map(1000; 400000; 1)]
      | .linux.gidMappings = [map(0; 200000; 1), map(1; 500000; 100)]
      | .process.user = {uid: 1000, gid: 5, additionalGids: [7, 9]}
      | sh("id -u; id -g; id -G; cat /proc/self/uid_map; cat /proc/self/gid_map; touch /tmp/x")'
    matches 'who it is' "$out" $'^1000\n5\n5 7 9\n'
    matches 'uids' "$out" '0 +100000 +10[[:space:]]+10 +300000 +5[[:space:]]+1000 +400000 +1'
    matches 'gids' "$out" '0 +200000 +1[[:space:]]+1 +500000 +100'
    is 'who owns the file' "$(stat -c %u:%g a/rootfs/tmp/x)" 400000:500004
}

test_user_namespace_has_all_the_rest() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:100000 a/rootfs
    in_container 'userns([map(0; 100000; 65536)]) | sh("echo x > /dev/null && head -c 3 /dev/zero | wc -c; ls -l /dev/tty; hostname; ls /sys/class/net; touch /dev/shm/x; ls -ld /proc/1/root")'
    has zero "$out" 3
    has network "$out" lo
}

test_joining_a_user_namespace() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:100000 a/rootfs
    bundle a 'userns([map(0; 100000; 65536)]) | args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    local pid
    pid=$(pid_of a)
    cp -a a b && rm b/config.json
    bundle b --argjson pid "$pid" 'no_ns("network") | ns("network"; "/proc/\($pid)/ns/net") | ns("user"; "/proc/\($pid)/ns/user") | sh("readlink /proc/self/ns/user; cat /proc/self/uid_map; id -u; echo $$")'
    quiet tare run --bundle b b
    has 'the namespace' "$out" "$(readlink "/proc/$pid/ns/user")"
    matches 'the rest' "$out" $'0 +100000 +65536\n0\n1$'
    quiet tare create --bundle b b
    is 'its pid is ours to see' "$(readlink "/proc/$(pid_of b)/ns/user")" "$(readlink "/proc/$pid/ns/user")"
    quiet tare delete -f b
    quiet tare delete -f a
}

test_mappings_and_the_namespace_belong_together() {
    bundle a '.linux.uidMappings = [map(0; 100000; 65536)]'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/linux/uidMappings'
    bundle b 'ns("user"; null)'
    exits 1 tare run --bundle b b
    has 'the field' "$err" 'config.json#/linux'
}

test_an_unmapped_user_is_refused() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:100000 a/rootfs
    bundle a 'userns([map(0; 100000; 10)]) | .process.user = {uid: 1000, gid: 0}'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/process/user'
}

# user_bundle NAME [JQ_OPTION...] FILTER: in a user namespace that owns the root.
user_bundle() {
    local name=$1
    shift
    mkdir -p "$name" && cp -a "$TOOLS/rootfs" "$name/rootfs" && chown -R 100000:100000 "$name/rootfs"
    bundle "$name" "${@:1:$#-1}" "userns([map(0; 100000; 65536)]) | ${*: -1}"
}

test_many_binds_in_a_user_namespace() {
    mkdir src && echo here >src/file && chmod 700 .
    user_bundle a --arg src "$T/src" '.mounts += [range(300) | {destination: "/m/\(.)", type: "bind", source: $src,
      options: ["rbind", "ro"]}] | sh("cat /m/0/file /m/299/file; ls /proc/self/fd | wc -l")'
    quiet tare run --bundle a a
    is 'what is there' "$out" $'here\nhere\n4'
    bundle b --arg src "$T/src" '.mounts += [range(100) | {destination: "/m/\(.)", type: "bind", source: $src,
      options: ["rbind", "rshared"]}] | sh("cat /m/0/file /m/99/file")'
    quiet tare run --bundle b b
    is 'shared ones' "$out" $'here\nhere'
}

test_more_binds_than_descriptors_are_refused() {
    mkdir src
    user_bundle a --arg src "$T/src" '.mounts += [range(100) | {destination: "/m/\(.)", type: "bind", source: $src,
      options: ["rbind"]}]'
    (ulimit -n 64 && exits 1 tare run --bundle a a && echo "$err" >refusal)
    matches 'the field and the limit' "$(<refusal)" \
        'config.json#/mounts/[0-9]+: .*too many open files; each source .* the 64 that RLIMIT_NOFILE'
}

# Whoever sets such a container up must be somebody there all the same.
test_user_namespace_without_root() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:200000 a/rootfs
    local without='ns("user"; null) | .linux.uidMappings = [map(1000; 100000; 1)] | .linux.gidMappings = [map(1000; 200000; 1)]
      | .process.user = {uid: 1000, gid: 1000}'
    bundle a "$without | mount(\"/new/tmp\"; \"tmpfs\"; \"tmpfs\"; \"size=1m\")
      | sh(\"id -u; id -g; grep -E 'Cap(Prm|Eff|Amb)' /proc/self/status; touch /dev/shm/x /made && stat -c %u:%g /made /new\")"
    quiet tare run --bundle a a
    is 'who it is and what it may' "$out" \
        $'1000\n1000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapAmb:\t0000000000000000\n1000:1000\n1000:1000'
    is 'who owns the files' "$(stat -c %u:%g a/rootfs/made a/rootfs/new)" $'100000:200000\n100000:200000'
    bundle a "$without | args([\"/bin/sleep\", \"100\"])"
    quiet tare run -d --bundle a a
    quiet tare exec a sh -c 'id -u; id -g'
    is 'a further process' "$out" $'1000\n1000'
    "$TOOLS/pty" 20 80 "$TARE" --root "$STATE" exec -t a sh -c "id -u; tty" </dev/null >out.txt
    out=$(<out.txt)
    has 'with a terminal' "$out" /dev/pts/0
    quiet tare delete -f a
}

test_a_device_of_another_name_in_a_user_namespace() {
    needs_capability 27 CAP_MKNOD
    user_bundle a '.linux.devices = [{path: "/dev/other", type: "c", major: 1, minor: 5, fileMode: 416, gid: 8},
        {path: "/dev/null", type: "c", major: 1, minor: 3}, {path: "/srv/foo", type: "c", major: 1, minor: 7}]
      | sh("stat -c \"%F %t:%T %a %u:%g\" /dev/other /srv/foo; head -c 3 /dev/other | wc -c; echo x >/dev/null")'
    quiet tare run --bundle a a
    has 'nodes and what they give' "$out" \
        $'character special file 1:5 640 0:8\ncharacter special file 1:7 666 0:0\n3'
}
