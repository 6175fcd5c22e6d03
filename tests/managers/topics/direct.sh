# The runtime called by hand, in a system whose cgroups belong to systemd.

setup() { make_image; }

# bundle CGROUPS_PATH [FILTER]: prints `in it`; FILTER changes more.
bundle() {
    rm -rf "$W/bundle"
    mkdir "$W/bundle"
    cd "$W/bundle" || exit
    "$RUNTIME" spec
    jq --arg path "$1" --arg root "$W/root" '.process.terminal = false | .root.path = $root
        | .linux.cgroupsPath = $path | .process.args = ["/bin/sh", "-c", "echo in it"]
        | .linux.namespaces |= (map(select(.type != "cgroup")) + [{type: "cgroup"}]) | '"${2:-.}" config.json >new &&
        mv new config.json
}

# Memory 64 MB, 50 processes, half a processor; prints what it finds inside.
limited='.process.args[2] = "cd /sys/fs/cgroup; cat memory.max pids.max cpu.max | tr \"\\n\" \" \""
    | .linux.resources += {memory: {limit: 67108864}, pids: {limit: 50}, cpu: {quota: 50000, period: 100000}}'

cleanup() { for id in one two; do "$RUNTIME" delete --force $id; done; }

check_run() {
    bundle /direct
    shows 'in it' "$RUNTIME" run one
}

check_run_with_limits() { # needs limits
    bundle /direct "$limited"
    shows '67108864 50 50000 100000' "$RUNTIME" run one
}

check_run_by_systemd() {
    bundle system.slice:direct:two
    shows 'in it' "$RUNTIME" --systemd-cgroup run two
    systemctl --quiet is-active direct-two.scope && fail 'the scope is left behind'
    true
}

check_run_with_limits_by_systemd() { # needs limits
    bundle system.slice:direct:two "$limited"
    shows '67108864 50 50000 100000' "$RUNTIME" --systemd-cgroup run two
}
