requirement MUST runtime.md#delete "delete without an id is an error"
test_no_id() {
    fails delete
}

requirement MUST runtime.md#delete "delete of a container that does not exist is an error"
test_unknown() {
    fails delete "$ID"
}

requirement MUST runtime.md#delete "delete of a running container is an error"
test_running() {
    process sleep 100
    create
    start
    fails delete "$ID"
}

requirement MUST runtime.md#delete "delete of a running container has no effect on it"
test_running_no_effect() {
    waiting
    local pid
    pid=$(state .pid)
    fails delete "$ID"
    status_is running
    same pid "$(state .pid)" "$pid"
}

requirement MUST runtime.md#delete "delete of a stopped container succeeds, and it does not exist any more"
test_stopped() {
    create
    start
    until_status stopped
    delete
    gone
}

requirement MUST runtime.md#delete "a second delete is an error"
test_twice() {
    create
    start
    until_status stopped
    delete
    fails delete "$ID"
}

requirement MUST runtime.md#delete "delete removes the cgroup that create made"
test_cgroup() {
    needs_cgroups
    create
    [ -n "$(cgroups_of "$ID")" ] || skip "this runtime named no cgroup after the container"
    start
    until_status stopped
    delete
    same cgroups "$(cgroups_of "$ID")" ""
}

requirement MUST runtime.md#delete "delete leaves no mounts behind, also without a mount namespace's help"
test_mounts() {
    with_mount /mnt tmpfs tmpfs
    create
    start
    until_status stopped
    delete
    same mounts "$(mounts_below "$BUNDLE")" ""
}

requirement MUST runtime.md#delete "what was not created by create is not deleted: bundle and root file system"
test_bundle_stays() {
    inside_sh 'echo data > /tmp/kept'
    same data "$(< "$ROOTFS/tmp/kept")" data
    [ -s "$BUNDLE/config.json" ] || fail "config.json is gone"
}

requirement MUST runtime.md#delete "what was not created by create is not deleted: a bind mount's source"
test_source_stays() {
    mkdir "$WORK/source"
    echo data > "$WORK/source/file"
    with_bind "$WORK/source" /mnt
    run
    same data "$(< "$WORK/source/file")" data
}

requirement MUST runtime.md#delete "what was not created by create is not deleted: a joined namespace"
test_namespace_stays() {
    holder --net
    with_namespace network "/proc/$HOLDER/ns/net"
    run
    [ -e "/proc/$HOLDER/ns/net" ] || fail "the namespace is gone"
}

requirement MAY runtime.md#delete "the id of a deleted container may be used again"
test_reuse() {
    create
    start
    until_status stopped
    delete
    process echo second
    create
    start
    until_status stopped
    prints second
}

requirement MUST runtime.md#delete "processes that the container left are gone with it"
test_children() {
    process_sh 'sleep 1000 & exit 0'
    create
    start
    until_status stopped
    delete
}
