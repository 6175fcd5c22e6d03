requirement MUST runtime.md#create "create without an id is an error"
test_no_id() {
    fails create --bundle "$BUNDLE"
}

requirement MUST runtime.md#create "create with the path of a bundle that does not exist is an error"
test_no_bundle() {
    rm -r "$BUNDLE"
    refused
}

requirement MUST runtime.md#create "an id that is in use is refused"
test_duplicate() {
    create
    fails create --bundle "$BUNDLE" "$ID"
}

requirement MUST runtime.md#create "an id that is in use: the first container is left as it was"
test_duplicate_no_effect() {
    create
    local before
    before=$(state tojson)
    fails create --bundle "$BUNDLE" "$ID"
    same state "$(state tojson)" "$before"
    start
}

requirement MUST runtime.md#create "an id that a stopped container has, is in use"
test_duplicate_of_stopped() {
    create
    start
    until_status stopped
    fails create --bundle "$BUNDLE" "$ID"
    status_is stopped
}

requirement MUST runtime.md#create "of two creates of one id at once exactly one wins"
test_duplicate_at_once() {
    local one=0 two=0
    runtime create --bundle "$BUNDLE" "$ID" < /dev/null > "$WORK/1" 2>&1 &
    local first=$!
    runtime create --bundle "$BUNDLE" "$ID" < /dev/null > "$WORK/2" 2>&1 || two=$?
    wait $first || one=$?
    ((one == 0 && two != 0)) || ((one != 0 && two == 0)) || fail "they ended with $one and $two"
    status_is created
}

for id in "" . .. a/b ../x; do
    requirement MUST runtime.md#create "an invalid id is refused: '$id'" invalid_id "$id"
done
invalid_id() {
    fails create --bundle "$BUNDLE" "$1"
    same "state directory" "$(find "$STATE" -mindepth 1 -name '*a*' -o -name '*x*')" ""
}

for id in a A0 a.b a_b a-b a+b; do
    requirement MUST runtime.md#create "a valid id is accepted: '$id'" valid_id "$id"
done
valid_id() {
    ID=$1-$ID
    create
    same id "$(state .id)" "$ID"
    succeeds delete --force "$ID"
}

requirement MUST runtime.md#create "the program is not run by create"
test_program_not_run() {
    process_sh 'echo ran'
    create
    sleep 0.1
    prints ""
}

requirement MUST runtime.md#create "everything but the process is applied by create: mounts"
test_mounts_applied() {
    with_mount /mnt tmpfs tmpfs mode=700
    create
    grep -q ' /mnt .* - tmpfs ' "/proc/$(state .pid)/mountinfo" || fail "nothing is mounted on /mnt"
}

requirement MUST runtime.md#create "everything but the process is applied by create: hostname"
test_hostname_applied() {
    config '.hostname = "early"'
    create
    same hostname "$(nsenter --target "$(state .pid)" --uts hostname)" early
}

requirement MUST runtime.md#create "everything but the process is applied by create: the root"
test_root_applied() {
    create
    [ "$(stat -Lc %d:%i "/proc/$(state .pid)/root")" = "$(stat -c %d:%i "$ROOTFS")" ] || fail "another root"
}

requirement MUST runtime.md#lifecycle "updates of config.json after create do not affect the container: the program"
test_config_is_read_once() {
    process echo old
    create
    process echo new
    start
    until_status stopped
    prints old
}

requirement MUST runtime.md#lifecycle "updates of config.json after create do not affect the container: annotations"
test_annotations_are_read_once() {
    config '.annotations = { "com.example.a": "old" }'
    create
    config '.annotations = { "com.example.a": "new" }'
    write_config
    same annotation "$(state '.annotations["com.example.a"]')" old
}

requirement MUST runtime.md#lifecycle "start does not need config.json any more"
test_config_may_go() {
    process echo hello
    create
    rm "$BUNDLE/config.json"
    start
    until_status stopped
    prints hello
}

requirement MUST runtime.md#create "a property that cannot be applied is an error, and no container is created"
test_cannot_apply() {
    with_mount /mnt nosuchfilesystem none
    refused
}

requirement MUST runtime.md#create "a container that could not be created leaves its id free"
test_id_free_after_error() {
    with_mount /mnt nosuchfilesystem none
    refused
    config 'del(.mounts[-1])'
    create
}

requirement MUST runtime.md#errors "a failed create leaves no mounts on the host"
test_no_mounts_after_error() {
    with_mount /opt tmpfs tmpfs
    with_mount /mnt nosuchfilesystem none
    refused
    same mounts "$(mounts_below "$BUNDLE")" ""
}

requirement MUST runtime.md#errors "a failed create leaves no processes"
test_no_processes_after_error() {
    with_mount /mnt nosuchfilesystem none
    refused
    same processes "$(pgrep -f "^[^ ]*init.*$ID" || true)" ""
}

requirement MUST runtime.md#scope-of-a-container "containers of different roots do not see one another"
test_scope() {
    create
    STATE=$WORK/other
    mkdir "$STATE"
    fails state "$ID"
    STATE=$WORK/state
}

requirement MUST runtime.md#create "containers with different ids live side by side"
test_two_containers() {
    process sleep 100
    create
    succeeds create --bundle "$BUNDLE" "$ID-b"
    start
    same status "$(runtime state "$ID-b" | jq -r .status)" created
    status_is running
    succeeds delete --force "$ID-b"
    status_is running
}
