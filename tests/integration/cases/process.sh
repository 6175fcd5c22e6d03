# process.*: identity, capabilities, limits, scheduling: config.md "Process".

field() { awk -v name="$1:" '$1 == name { print $2 }' <<<"$out"; }

test_identity() {
    in_container '.process.user = {uid: 1000, gid: 1001, additionalGids: [5, 20], umask: 63} | sh("id -u; id -g; id -G; umask")'
    is identity "$out" $'1000\n1001\n1001 5 20\n0077'
}

test_groups_of_the_caller_are_dropped() {
    bundle a 'sh("id -G")'
    quiet setpriv --groups=4,24,27 "$TARE" --root "$STATE" run --bundle a a
    is groups "$out" 0
}

test_cwd() {
    in_container '.process.cwd = "/home/alice" | sh("pwd; probe cwd")'
    is cwd "$out" $'/home/alice\n/home/alice'
    in_container '.process.cwd = "/made/for/this" | sh("pwd")'
    is cwd "$out" /made/for/this
    bundle b '.process.cwd = "/etc/passwd"'
    exits 1 tare run --bundle b b
    has 'the field' "$err" 'config.json#/process/cwd'
}

test_environment() {
    in_container '.process.env = ["PATH=/bin", "A=1", "B=two words", "A=3", "EMPTY="] | sh("env")'
    local got
    got=$(sed 's/^/ /' <<<"$out")
    has 'the last one wins' "$got" ' A=3'
    has_not 'the first' "$got" ' A=1'
    has words "$got" ' B=two words'
    has 'the empty one' "$got" ' EMPTY='
    has 'a home' "$got" ' HOME=/root'
}

test_home_comes_from_the_password_file() {
    in_container '.process.env = ["PATH=/bin"] | .process.user = {uid: 1000, gid: 1000} | sh("echo $HOME")'
    is home "$out" /home/alice
    in_container '.process.env = ["PATH=/bin", "HOME="] | .process.user = {uid: 4242, gid: 0} | sh("echo $HOME")'
    is 'of an unknown user' "$out" /
}

test_the_executable_is_found_in_the_path_of_the_config() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && mkdir -p a/rootfs/opt/x && cp a/rootfs/bin/busybox a/rootfs/opt/x/echo
    touch a/rootfs/bin/notthis && mkdir a/rootfs/opt/notthis
    in_container '.process.env = ["PATH=/opt:/opt/x"] | args(["echo", "found"])'
    is output "$out" found
    bundle b 'args(["nosuch"])'
    refused 'executable file not found in $PATH' tare create --bundle b b
    has 'the name' "$err" nosuch
    bundle c 'args(["/no/such"])'
    refused 'no such file or directory' tare create --bundle c c
    bundle d 'args(["/etc/passwd"])'
    refused 'permission denied' tare create --bundle d d
    bundle e 'args(["/tmp"])'
    exits 1 tare create --bundle e e
    is 'the states left' "$(tare list -q)" ''
}

test_an_interpreter_that_is_missing() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && printf '#!/no/such\n' >a/rootfs/run.sh && chmod +x a/rootfs/run.sh
    bundle a 'args(["/run.sh"])'
    exits 1 tare run --bundle a a
    has 'the error' "$err" 'exec /run.sh: no such file or directory (it was found before: is its interpreter there'
    is 'lines of it' "$(wc -l <"$T/.err")" 1
}

test_capabilities() {
    in_container '.process.capabilities = {bounding: ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID"], permitted: ["CAP_CHOWN", "CAP_KILL"],
        effective: ["CAP_KILL"], inheritable: [], ambient: []} | .process.user = {uid: 1000, gid: 1000} | sh("cat /proc/self/status")'
    # An exec as another user keeps nothing but ambient ones.
    is bounding "$(field CapBnd)" 00000000000000a1
    is permitted "$(field CapPrm)" 0000000000000000
    is inheritable "$(field CapInh)" 0000000000000000
    in_container '.process.user = {uid: 1000, gid: 1000} | all_caps(["CAP_NET_RAW", "CAP_KILL"]) | sh("cat /proc/self/status")'
    local name
    for name in CapBnd CapPrm CapInh CapEff CapAmb; do is "$name" "$(field $name)" 0000000000002020; done
    in_container 'del(.process.capabilities) | sh("cat /proc/self/status")'
    is 'none at all' "$(field CapEff) $(field CapBnd)" '0000000000000000 0000000000000000'
}

test_an_unknown_capability_is_only_a_warning() {
    bundle a 'caps(["CAP_KILL", "CAP_NO_SUCH"]) | sh("cat /proc/self/status")'
    quiet tare run --bundle a a
    is effective "$(field CapEff)" 0000000000000020
    has 'the warning' "$err" CAP_NO_SUCH
}

test_no_new_privileges() {
    in_container '.process.noNewPrivileges = true | args(["/bin/probe", "state"])'
    has yes "$out" 'no_new_privs 1'
    in_container '.process.noNewPrivileges = false | args(["/bin/probe", "state"])'
    has no "$out" 'no_new_privs 0'
}

test_rlimits() {
    in_container '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}, {type: "RLIMIT_CORE", soft: 0, hard: 0},
      {type: "RLIMIT_CPU", soft: 1000, hard: 2000}] | sh("ulimit -Sn; ulimit -Hn; ulimit -c; cat /proc/self/limits")'
    is files "$(head -3 <<<"$out")" $'100\n200\n0'
    matches cpu "$out" 'Max cpu time +1000 +2000'
    bundle b '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 1, hard: 1}, {type: "RLIMIT_NOFILE", soft: 1, hard: 1}]'
    exits 1 tare run --bundle b b
    has 'twice' "$err" 'config.json#/process/rlimits/1'
    bundle c '.process.rlimits = [{type: "RLIMIT_SOUP", soft: 1, hard: 1}]'
    exits 1 tare run --bundle c c
    has unknown "$err" 'config.json#/process/rlimits/0'
}

test_a_limit_that_cannot_be_raised() {
    # Above fs.nr_open no capability helps.
    bundle a '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 90, hard: 2000000000}]'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/process/rlimits/0'
    has 'the reason' "$err" 'operation not permitted'
}

test_oom_score() {
    in_container '.process.oomScoreAdj = 500 | sh("cat /proc/self/oom_score_adj")'
    is 'the score' "$out" 500
    bundle b 'del(.process.oomScoreAdj) | sh("cat /proc/self/oom_score_adj")'
    (echo 300 >/proc/self/oom_score_adj; exec "$TARE" --root "$STATE" run --bundle b b) >out.txt
    is 'left alone' "$(<out.txt)" 300
}

test_personality_and_scheduling() {
    in_container '.linux.personality = {domain: "LINUX32"} | sh("cat /proc/self/personality")'
    is personality "$out" 00000008
    in_container '.process.scheduler = {policy: "SCHED_BATCH", nice: 7} | args(["/bin/probe", "scheduling"])'
    has scheduling "$out" 'policy 3 nice 7'
    in_container '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 6} | args(["/bin/probe", "ioprio"])'
    is 'i/o' "$out" 'class 2 level 6'
}

# scheduled SCHEDULER: $out is what the container's process has.
scheduled() { in_container ".process.scheduler = $1 | args([\"/bin/probe\", \"scheduling\"])"; }

test_real_time_scheduling() {
    chrt -f 1 true 2>/dev/null || skip 'no real-time scheduling here'
    scheduled '{policy: "SCHED_FIFO", priority: 5, flags: ["SCHED_FLAG_RESET_ON_FORK"]}'
    has fifo "$out" 'policy 1 nice 0 priority 5 flags 1'
    scheduled '{policy: "SCHED_RR", priority: 99}'
    has 'round robin' "$out" 'policy 2 nice 0 priority 99 flags 0'
    bundle a '.process.scheduler = {policy: "SCHED_FIFO", priority: 5} | .linux.resources = {cpu: {realtimeRuntime: 1000}}'
    quiet tare run --bundle a a
    has 'a warning' "$err" 'config.json#/linux/resources/cpu/realtimeRuntime: has no meaning on cgroup v2'
}

test_deadline_scheduling() {
    chrt -d --sched-runtime 1000000 --sched-deadline 10000000 --sched-period 10000000 0 true 2>/dev/null || skip 'no deadline scheduling here'
    scheduled '{policy: "SCHED_DEADLINE", runtime: 2000000, deadline: 10000000, period: 20000000, flags: ["SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN"]}'
    has deadline "$out" 'policy 6 nice 0 priority 0 flags 6 times 2000000 10000000 20000000'
    bundle a '.process.scheduler = {policy: "SCHED_DEADLINE"}'
    refused 'config.json#/process/scheduler: with SCHED_DEADLINE must be 0 < runtime' tare run --bundle a a
}

# runc's value for a clamp is 0: the least that the frequency may be raised to.
test_a_scheduler_flag_for_utilization() {
    local status=0
    bundle a '.process.scheduler = {policy: "SCHED_OTHER", flags: ["SCHED_FLAG_UTIL_CLAMP_MIN"]} | args(["/bin/probe", "scheduling"])'
    tare run --bundle a a >out.txt 2>err.txt || status=$?
    if [[ $(<err.txt) == *'operation not supported'* ]]; then skip 'the kernel has no CONFIG_UCLAMP_TASK'; fi
    is "status ($(<err.txt))" "$status" 0
    has clamp "$(<out.txt)" 'clamps 0 '
}

test_memory_policy() {
    [[ $(probe_mempolicy) != 'Function not implemented' ]] || skip 'the kernel has no NUMA policies'
    in_container '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0"} | args(["/bin/probe", "mempolicy"])'
    is policy "$out" 'mode 2 nodes 1'
    in_container '.linux.memoryPolicy = {mode: "MPOL_INTERLEAVE", nodes: "0", flags: ["MPOL_F_STATIC_NODES"]} | args(["/bin/probe", "mempolicy"])'
    is 'with a flag' "$out" 'mode 32771 nodes 1'
    in_container '.linux.memoryPolicy = {mode: "MPOL_LOCAL"} | args(["/bin/probe", "mempolicy"])'
    has 'without nodes' "$out" 'mode 4'
    bundle b '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "63"}'
    refused 'config.json#/linux/memoryPolicy: set the memory policy MPOL_BIND: invalid argument' tare run --bundle b b
    bundle c '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0-"}'
    refused "config.json#/linux/memoryPolicy/nodes: must be a list such as '0-3,7', not '0-'" tare run --bundle c c
}
probe_mempolicy() { "$TOOLS/probe" mempolicy; }

test_keyring() {
    [[ $("$TOOLS/probe" keyring) != 'Function not implemented' ]] || skip 'the kernel has no keyrings'
    in_container 'args(["/bin/probe", "keyring"])'
    has 'a session of its own' "$out" '_ses.a'
    has 'whose user may search it, to join it by name' "$out" ';3f1b0000;_ses.a'
    local ours
    ours=$("$TOOLS/probe" keyring)
    quiet tare run --no-new-keyring --bundle a a
    is "the caller's" "$out" "$ours"
}

test_a_session_of_its_own() {
    in_container 'sh("cut -d\" \" -f1,5,6 /proc/self/stat; cut -d\" \" -f6 /proc/1/stat")'
    is session "${out##*$'\n'}" 1
}

test_sysctl() {
    in_container '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.msgmax": "9000", "net/ipv4/conf/lo/rp_filter": "1"}
      | sh("cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax /proc/sys/net/ipv4/conf/lo/rp_filter")'
    is values "$out" $'1\n9000\n1'
    bundle b '.linux.sysctl = {"vm.swappiness": "10"}'
    exits 1 tare run --bundle b b
    has 'the field' "$err" 'config.json#/linux/sysctl/vm.swappiness'
    bundle c 'no_ns("network") | .linux.sysctl = {"net.ipv4.ip_forward": "1"}'
    exits 1 tare run --bundle c c
    has 'the field' "$err" 'config.json#/linux/sysctl/net.ipv4.ip_forward'
}

# The path of a namespace may be that of the one that we are in.
test_sysctls_of_our_own_namespaces_are_refused() {
    local type parameter before
    for type in network:net:net.ipv4.ip_default_ttl ipc:ipc:kernel.msgmax ipc:ipc:fs.mqueue.msg_max uts:uts:kernel.domainname; do
        parameter=${type##*:}
        before=$(<"/proc/sys/${parameter//.//}")
        bundle a --arg type "${type%%:*}" --arg name "$parameter" --arg path "/proc/$$/ns/$(cut -d: -f2 <<<"$type")" \
            'no_ns($type) | ns($type; $path) | del(.hostname) | .mounts |= map(select(.type != "mqueue")) | .linux.sysctl[$name] = "77"'
        exits 1 tare run --bundle a a
        has 'the parameter' "$err" "would be changed by config.json#/linux/sysctl/$parameter"
        is "$parameter" "$(<"/proc/sys/${parameter//.//}")" "$before"
    done
    bundle a --arg path "/proc/$$/ns/net" 'no_ns("network") | ns("network"; $path)'
    quiet tare run --bundle a a
}

test_a_sysctl_of_a_joined_namespace() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    bundle b --arg path "/proc/$(pid_of a)/ns/net" 'no_ns("network") | ns("network"; $path)
      | .linux.sysctl = {"net.ipv4.ip_default_ttl": "77"} | sh("cat /proc/sys/net/ipv4/ip_default_ttl")'
    quiet tare run --bundle b b
    is value "$out" 77
    quiet tare delete -f a
}

test_sysctls_of_a_user_namespace() {
    in_container 'userns([map(0; 100000; 65536)]) | .linux.sysctl = {"user.max_user_namespaces": "7"} | sh("cat /proc/sys/user/max_user_namespaces")'
    is value "$out" 7
    bundle b '.linux.sysctl = {"user.max_user_namespaces": "7"}'
    refused 'config.json#/linux/sysctl/user.max_user_namespaces: needs a user namespace' tare run --bundle b b
}

test_a_user_that_is_not_given_is_root() {
    in_container 'del(.process.user) | sh("id -u; id -g")'
    is 'no user' "$out" $'0\n0'
    in_container '.process.user = {gid: 5} | sh("id -u; id -g")'
    is 'no uid' "$out" $'0\n5'
}

test_labels_that_the_host_cannot_apply_are_refused() {
    [[ ! -d /sys/kernel/security/apparmor ]] || skip 'this kernel has AppArmor'
    bundle a '.process.apparmorProfile = "tare-test"'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/process/apparmorProfile'
}

test_selinux_labels_that_the_host_cannot_apply_are_refused() {
    [[ ! -d /sys/fs/selinux/class ]] || skip 'this kernel has SELinux'
    bundle a '.process.selinuxLabel = "system_u:system_r:container_t:s0"'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/process/selinuxLabel'
}

test_affinity_of_the_caller_is_not_inherited() {
    (( $(nproc) > 1 )) || skip 'there is one processor'
    bundle a 'sh("nproc")'
    quiet taskset -c 0 "$TARE" --root "$STATE" run --bundle a a
    is processors "$out" "$(nproc)"
}

# with_groups COMMAND...: run by somebody who has the groups 7 and 9.
with_groups() { setpriv --groups 7,9 "$@"; }

# crun's annotation, which `podman run --group-add keep-groups` sets.
test_the_callers_groups_are_kept() {
    needs_program setpriv
    local keep='.annotations["run.oci.keep_original_groups"] ='
    bundle a "$keep \"1\" | .process.user.additionalGids = [5] | sh(\"id -G\")"
    quiet with_groups "$TARE" --root "$STATE" run --bundle a a
    is 'of run' "$out" '0 7 9'
    bundle a "$keep \"0\" | sh(\"id -G\")"
    quiet with_groups "$TARE" --root "$STATE" run --bundle a a
    is 'without' "$out" 0
    bundle a "$keep \"1\" | args([\"/bin/sleep\", \"100\"])"
    quiet with_groups "$TARE" --root "$STATE" run -d --bundle a a
    quiet with_groups "$TARE" --root "$STATE" exec a id -G
    is 'of exec' "$out" '0 7 9'
    quiet with_groups "$TARE" --root "$STATE" exec a id -G
    is 'of the next one' "$out" '0 7 9'
    quiet tare delete -f a
}
