# Configurations that other tools wrote run unchanged.

# place CONFIG: makes $T/a with this configuration, whose sources below @BUNDLES@ get made.
place() {
    mkdir -p a
    cp -a "$TOOLS/rootfs" a/rootfs
    sed "s#@BUNDLES@#$T#g" "$1" >a/config.json
    for name in resolv.conf hostname hosts; do
        echo "127.0.0.1 localhost" >"$name"
        : >"a/rootfs/etc/$name"
    done
}

# Docker's configurations have their cgroup below one that belongs to the engine.
engine_cgroup_goes() { rmdir "$V2/docker" 2>/dev/null || true; }

data_bundle() {
    local file="$HERE/../data/bundles/$1"
    [[ -e $file ]] || fail "no $file"
    place "$file"
}

test_spec_of_runc() {
    needs_program runc
    mkdir spec && (cd spec && runc spec)
    place spec/config.json
    change a '.process.terminal = false | sh("cat /proc/1/comm; hostname")'
    quiet tare run --bundle a a
    is output "$out" $'sh\nrunc'
}

test_spec_of_runc_rootless() {
    needs_program runc
    mkdir spec && (cd spec && runc spec --rootless)
    place spec/config.json
    change a '.process.terminal = false | sh("id -u; cat /proc/self/uid_map")'
    quiet tare run --bundle a a
    matches output "$out" $'^0\n +0 +0 +1$'
}

test_spec_of_crun() {
    needs_program crun
    mkdir spec && (cd spec && crun spec)
    place spec/config.json
    change a '.process.terminal = false | args(["/bin/echo", "crun"])'
    quiet tare run --bundle a a
    is output "$out" crun
}

test_our_own_spec() {
    cp -a "$TOOLS/rootfs" rootfs
    quiet tare spec
    change . '.process.terminal = false | args(["/bin/echo", "ours"])'
    quiet tare run a
    is output "$out" ours
    exits 1 tare spec
    has 'it is not overwritten' "$err" config.json
}

test_our_own_rootless_spec() {
    cp -a "$TOOLS/rootfs" rootfs
    quiet tare spec --rootless
    change . '.process.terminal = false | args(["/bin/id", "-u"])'
    quiet tare run a
    is output "$out" 0
}

test_docker_default() {
    data_bundle docker-default.json
    change a 'sh("cat /etc/hosts; hostname; grep Cap /proc/self/status; grep Seccomp: /proc/self/status; cat /proc/kcore | wc -c; echo x > /proc/sys/kernel/hostname || echo refused")'
    quiet tare run --bundle a a
    has 'the bind mount' "$out" '127.0.0.1 localhost'
    has 'the host name' "$out" 3f1c2d4e5a6b
    has capabilities "$out" $'CapEff:\t00000000a80425fb'
    has seccomp "$out" $'Seccomp:\t2'
    has 'the mask' "$out" $'\n0\n'
    has 'the read-only path' "$out" refused
    engine_cgroup_goes
}

test_docker_default_life() {
    data_bundle docker-default.json
    change a 'args(["/bin/sleep", "100"])'
    quiet tare create --bundle a a
    quiet tare start a
    is status "$(state_of a)" running
    quiet tare kill a KILL
    within 5 has_status a stopped
    quiet tare delete a
    engine_cgroup_goes
}

test_docker_in_a_user_namespace() {
    data_bundle userns.json
    chown -R 100000:100000 a/rootfs
    change a 'sh("id -u; cat /proc/self/uid_map; touch /made")'
    quiet tare run --bundle a a
    matches output "$out" $'^0\n +0 +100000 +65536$'
    is 'the owner of a file' "$(stat -c %u a/rootfs/made)" 100000
    engine_cgroup_goes
}

test_minimal() {
    data_bundle minimal.json
    quiet tare run --bundle a a
}
