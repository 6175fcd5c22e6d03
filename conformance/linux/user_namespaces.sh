requirement MUST config-linux.md#user-namespace-mappings "uidMappings are the map of the new user namespace"
test_uid_map() {
    with_user_namespace
    inside cat /proc/self/uid_map
    same map "$(xargs < "$WORK/out")" "0 100000 65536"
}

requirement MUST config-linux.md#user-namespace-mappings "gidMappings are the map of the new user namespace"
test_gid_map() {
    with_user_namespace
    config '.linux.gidMappings = [{ containerID: 0, hostID: 100000, size: 1000 }]'
    inside cat /proc/self/gid_map
    same map "$(xargs < "$WORK/out")" "0 100000 1000"
}

requirement MUST config-linux.md#user-namespace-mappings "several mappings"
test_several() {
    with_user_namespace
    config '.linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 10 }, { containerID: 10, hostID: 200000, size: 90 },
                                  { containerID: 1000, hostID: 300000, size: 1 }]'
    inside cat /proc/self/uid_map
    same map "$(xargs < "$WORK/out")" "0 100000 10 10 200000 90 1000 300000 1"
}

requirement MUST config-linux.md#user-namespace-mappings "on the host the process has the mapped ids"
test_host_ids() {
    with_user_namespace
    config '.process.user = { uid: 7, gid: 8 }'
    process sleep 100
    create
    start
    until_true grep -q '^sleep' "/proc/$(state .pid)/cmdline"
    same uid "$(stat -c %u:%g "/proc/$(state .pid)")" 100007:100008
}

requirement MUST config.md#posix-platform-user "ids are those of the container's namespace"
test_inside_ids() {
    with_user_namespace
    config '.process.user = { uid: 7, gid: 8, additionalGids: [9] }'
    inside_sh 'echo $(id -u):$(id -g):$(id -G)'
    prints_like '^7:8:(8 9|9)'
}

requirement SHOULD config-linux.md#user-namespace-mappings "the ownership of the root file system is not changed"
test_ownership() {
    with_user_namespace
    chown 100000:100000 "$ROOTFS/etc/passwd"
    chown 0:0 "$ROOTFS/etc/group"
    inside_sh 'stat -c %u:%g /etc/passwd /etc/group'
    prints $'0:0\n65534:65534'
    same owner "$(stat -c %u:%g "$ROOTFS/etc/group")" 0:0
}

requirement MUST config-linux.md#user-namespace-mappings "root of the container may act on its own files, not on the host's"
test_power() {
    with_user_namespace
    chown 0:0 "$ROOTFS/etc/group"
    chmod 644 "$ROOTFS/etc/group"
    inside_sh 'echo x > /etc/passwd && echo own; echo x 2> /dev/null >> /etc/group || echo refused'
    prints $'own\nrefused'
}

requirement MUST config-linux.md#user-namespace-mappings "a user that is not mapped is refused"
test_unmapped_user() {
    with_user_namespace
    config '.process.user.uid = 70000'
    never_runs
}

requirement MUST config-linux.md#user-namespace-mappings "mappings that overlap are refused"
test_overlap() {
    with_user_namespace
    config '.linux.uidMappings += [{ containerID: 10, hostID: 300000, size: 10 }]'
    refused
}

requirement PRACTICE config-linux.md#user-namespace-mappings "mappings without a user namespace are refused"
test_no_namespace() {
    config '.linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 10 }]
          | .linux.gidMappings = [{ containerID: 0, hostID: 100000, size: 10 }]'
    refused
}

requirement PRACTICE config-linux.md#user-namespace-mappings "a new user namespace without mappings is refused"
test_no_mappings() {
    with_namespace user
    refused
}

requirement MUST config-linux.md#namespaces "the other namespaces belong to the new user namespace"
test_owner() {
    with_user_namespace
    config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"]) | .hostname = "before"'
    inside_sh 'hostname changed && hostname'
    prints changed
}

requirement MUST config-linux.md#default-devices "in a user namespace the default devices are there too"
test_devices() {
    with_user_namespace
    inside_sh 'echo x > /dev/null && head -c 2 /dev/zero | wc -c && [ -c /dev/urandom ] && [ -c /dev/tty ] && echo all'
    prints $'2\nall'
}

requirement MUST config.md#mounts "in a user namespace proc, sysfs, devpts and mqueue can be mounted"
test_mounts() {
    with_user_namespace
    with_mount /dev/mqueue mqueue mqueue nosuid noexec nodev
    inside awk '{ print $(NF - 2) }' /proc/self/mountinfo
    like mounts "$(sort -u "$WORK/out" | xargs)" 'devpts.*mqueue.*proc.*sysfs'
}
