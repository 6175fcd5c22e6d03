# tare inside a tare container: with all capabilities, and in a user namespace.

# outer NAME FILTER: a bundle that has the runtime and, at /inner, a bundle for it.
outer() {
    bundle inner "${INNER:-sh(\"echo inner; hostname\")}"
    mkdir -p "$1" && cp -a "$TOOLS/rootfs" "$1/rootfs"
    cp -a inner "$1/rootfs/inner"
    cp "$TARE" "$1/rootfs/bin/tare"
    bundle "$1" "$2"
}

ALL='["CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FOWNER","CAP_FSETID","CAP_KILL","CAP_MKNOD","CAP_NET_ADMIN","CAP_NET_BIND_SERVICE","CAP_SETGID","CAP_SETPCAP","CAP_SETUID","CAP_SYS_ADMIN","CAP_SYS_CHROOT","CAP_SYS_PTRACE","CAP_AUDIT_WRITE"]'

test_privileged() {
    outer a "caps($ALL) | .process.noNewPrivileges = false | del(.linux.maskedPaths, .linux.readonlyPaths) |
      .mounts |= map(if .type == \"cgroup\" then .options -= [\"ro\"] else . end) |
      sh(\"tare run --bundle /inner i; echo status \$?; tare list -q\")"
    quiet tare run --bundle a a
    is output "$out" $'inner\ntare\nstatus 0'
}

test_privileged_without_a_cgroup_to_write() {
    outer a "caps($ALL) | .process.noNewPrivileges = false | del(.linux.maskedPaths, .linux.readonlyPaths) |
      sh(\"tare --cgroup-manager=disabled run --bundle /inner i; echo status \$?\")"
    quiet tare run --bundle a a
    is output "$out" $'inner\ntare\nstatus 0'
}

test_in_a_user_namespace() {
    mkdir -p a
    outer a "userns([map(0; 100000; 65536)]) | caps($ALL) | .process.noNewPrivileges = false | del(.linux.maskedPaths, .linux.readonlyPaths) |
      sh(\"tare --cgroup-manager=disabled run --bundle /inner i; echo status \$?\")"
    chown -R 100000:100000 a/rootfs
    quiet tare run --bundle a a
    is output "$out" $'inner\ntare\nstatus 0'
}

test_a_user_namespace_in_a_user_namespace() {
    INNER='userns([map(0; 1000; 1000)]) | sh("cat /proc/self/uid_map")' \
        outer a "userns([map(0; 100000; 65536)]) | caps($ALL) | .process.noNewPrivileges = false | del(.linux.maskedPaths, .linux.readonlyPaths) |
      sh(\"chown -R 1000:1000 /inner/rootfs; tare --cgroup-manager=disabled run --bundle /inner i; echo status \$?\")"
    chown -R 100000:100000 a/rootfs
    quiet tare run --bundle a a
    matches output "$out" $'^ +0 +1000 +1000\nstatus 0$'
}

test_a_whole_life() {
    INNER='args(["/bin/sleep", "100"])' outer a "caps($ALL) | .process.noNewPrivileges = false | del(.linux.maskedPaths, .linux.readonlyPaths) |
      sh(\"cd /inner; tare --cgroup-manager=disabled create i && tare start i && tare state i && tare kill i KILL && sleep 0.3; tare delete i; echo status \$?\")"
    quiet tare run --bundle a a
    has state "$out" '"running"'
    has status "$out" 'status 0'
}
