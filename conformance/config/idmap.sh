# An id-mapped bind mount of a directory whose file belongs to 100005 on the host. The rest of the root is on a
# file system that need not support it.
idmapped() {
    mkdir -p "$WORK/own/source"
    mount -t tmpfs source "$WORK/own/source"
    mkdir "$WORK/own/source/sub"
    mount -t tmpfs sub "$WORK/own/source/sub"
    touch "$WORK/own/source/file" "$WORK/own/source/sub/file"
    chown 5:6 "$WORK/own/source/file" "$WORK/own/source/sub/file"
    with_mount /mnt none "$WORK/own/source" "$@"
    process stat -c %u:%g /mnt/file
}
with_mappings() {
    config '.mounts[-1].uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }]
          | .mounts[-1].gidMappings = [{ containerID: 0, hostID: 200000, size: 65536 }]'
}

requirement SHOULD config.md#posix-platform-mounts "idmap with mappings of its own"
test_idmap() {
    idmapped bind idmap
    with_mappings
    run
    prints 100005:200006
}

requirement SHOULD config.md#posix-platform-mounts "mappings without the option idmap are applied too"
test_without_option() {
    idmapped bind
    with_mappings
    run
    prints 100005:200006
}

requirement SHOULD config.md#linux-mount-options "idmap leaves the mounts below alone"
test_idmap_not_recursive() {
    idmapped rbind idmap
    with_mappings
    inside stat -c %u:%g /mnt/file /mnt/sub/file
    prints $'100005:200006\n5:6'
}

requirement SHOULD config.md#linux-mount-options "ridmap reaches the mounts below"
test_ridmap() {
    idmapped rbind ridmap
    with_mappings
    inside stat -c %u:%g /mnt/file /mnt/sub/file
    prints $'100005:200006\n100005:200006'
}

requirement MUST config.md#linux-mount-options "idmap without mappings and without a user namespace is an error"
test_no_mappings() {
    idmapped bind idmap
    refused
}

requirement MAY config.md#linux-mount-options "idmap without mappings takes those of the user namespace"
test_of_user_namespace() {
    with_user_namespace
    idmapped bind idmap
    run
    prints 5:6
}

requirement MUST config.md#posix-platform-mounts "uidMappings without gidMappings are refused"
test_only_uids() {
    idmapped bind idmap
    with_mappings
    config 'del(.mounts[-1].gidMappings)'
    refused
}

requirement MUST config.md#posix-platform-mounts "in a user namespace the mount's own mappings count"
test_own_in_user_namespace() {
    with_user_namespace
    idmapped bind idmap
    config '.mounts[-1].uidMappings = [{ containerID: 0, hostID: 100000, size: 100 }]
          | .mounts[-1].gidMappings = [{ containerID: 0, hostID: 100000, size: 100 }]'
    run
    prints 5:6
}
