# A tree of the host's with a mount in it: $TREE and $TREE/sub.
with_tree() {
    TREE=$WORK/own/tree
    mkdir -p "$TREE"
    mount -t tmpfs ${1+-o "$1"} tree "$TREE"
    mkdir "$TREE/sub"
    mount -t tmpfs ${1+-o "$1"} sub "$TREE/sub"
    echo top > "$TREE/file"
    echo below > "$TREE/sub/file"
}

requirement MUST config.md#mounts "a mount is made at its destination"
test_destination() {
    with_mount /mnt tmpfs tmpfs
    inside awk '$5 == "/mnt" { print $(NF - 2) }' /proc/self/mountinfo
    prints tmpfs
}

requirement MUST config.md#mounts "entries are mounted in the listed order: nested"
test_order_nested() {
    with_mount /mnt tmpfs outer
    with_mount /mnt/inner tmpfs inner
    inside awk '$5 ~ "^/mnt" { print $5, $(NF - 1) }' /proc/self/mountinfo
    prints $'/mnt outer\n/mnt/inner inner'
}

requirement MUST config.md#mounts "entries are mounted in the listed order: a later one covers an earlier one"
test_order_covered() {
    with_mount /mnt/inner tmpfs inner
    with_mount /mnt tmpfs outer
    inside_sh 'df /mnt | tail -n 1 | cut -d" " -f1; ls /mnt'
    prints outer
}

requirement MUST config.md#mounts "entries are mounted in the listed order: the same destination twice"
test_order_same() {
    with_mount /mnt tmpfs one
    with_mount /mnt tmpfs two
    inside_sh 'touch /mnt/file; awk "\$5 == \"/mnt\" { last = \$(NF - 1) } END { print last }" /proc/self/mountinfo'
    prints two
}

requirement MUST config.md#mounts "a relative destination is relative to /"
test_relative_destination() {
    with_mount mnt tmpfs tmpfs
    config '.process.cwd = "/tmp"'
    inside awk '$5 == "/mnt" { print $(NF - 2) }' /proc/self/mountinfo
    prints tmpfs
}

requirement MUST config.md#mounts "destination is required"
test_no_destination() {
    config '.mounts += [{ type: "tmpfs", source: "tmpfs" }]'
    refused
}

requirement MUST config.md#mounts "a filesystem that the kernel does not have, is an error"
test_unknown_type() {
    with_mount /mnt nonsense none
    refused
}

requirement MUST config.md#mounts "bind makes a directory of the host available"
test_bind() {
    mkdir "$WORK/source"
    echo hello > "$WORK/source/file"
    with_bind "$WORK/source" /mnt
    inside cat /mnt/file
    prints hello
}

requirement MUST config.md#mounts "bind makes a file of the host available"
test_bind_file() {
    echo hello > "$WORK/source"
    with_bind "$WORK/source" /etc/motd
    inside cat /etc/motd
    prints hello
}

requirement MUST config.md#mounts "what the container writes to a bind mount, the host sees"
test_bind_write() {
    mkdir "$WORK/source"
    with_bind "$WORK/source" /mnt
    inside_sh 'echo hello > /mnt/file'
    same file "$(< "$WORK/source/file")" hello
}

requirement MUST config.md#mounts "a relative source of a bind mount is relative to the bundle"
test_bind_relative() {
    mkdir "$BUNDLE/data"
    echo hello > "$BUNDLE/data/file"
    with_bind data /mnt
    inside cat /mnt/file
    prints hello
}

requirement MUST config.md#mounts "a mount is a bind mount if it has bind, whatever its type"
test_bind_any_type() {
    mkdir "$WORK/source"
    echo hello > "$WORK/source/file"
    with_mount /mnt tmpfs "$WORK/source" bind
    inside cat /mnt/file
    prints hello
}

requirement MUST config.md#mounts "a mount is a bind mount if it has rbind, without any type"
test_bind_no_type() {
    mkdir "$WORK/source"
    echo hello > "$WORK/source/file"
    with_mount /mnt none "$WORK/source" rbind
    config 'del(.mounts[-1].type)'
    inside cat /mnt/file
    prints hello
}

requirement MUST config.md#mounts "a source that does not exist is an error"
test_bind_missing() {
    with_bind "$WORK/nothing" /mnt
    refused
}

requirement MUST config.md#linux-mount-options "bind does not bring the mounts below"
test_bind_not_recursive() {
    with_tree
    with_bind "$TREE" /mnt
    inside_sh 'cat /mnt/file /mnt/sub/file 2> /dev/null; true'
    prints top
}

requirement MUST config.md#linux-mount-options "rbind brings the mounts below"
test_rbind() {
    with_tree
    with_mount /mnt none "$TREE" rbind
    inside cat /mnt/file /mnt/sub/file
    prints $'top\nbelow'
}

requirement SHOULD config.md#linux-mount-options "unknown options are data for the filesystem"
test_data() {
    with_mount /mnt tmpfs tmpfs size=64k nr_inodes=10
    inside awk '$5 == "/mnt" { print $NF }' /proc/self/mountinfo
    prints_like 'size=64k,nr_inodes=10'
}

requirement SHOULD config.md#linux-mount-options "unknown options that the filesystem does not know either, are an error"
test_data_unknown() {
    with_mount /mnt tmpfs tmpfs nonsense=1
    refused
}

requirement MUST config.md#mounts "options may be absent"
test_no_options() {
    with_mount /mnt tmpfs tmpfs
    config 'del(.mounts[-1].options)'
    inside_sh 'touch /mnt/file && ls /mnt'
    prints file
}

requirement MUST config.md#mounts "mounts may be absent"
test_no_mounts() {
    config 'del(.mounts)'
    inside echo hello
    prints hello
}

requirement MUST config.md#linux-mount-options "ro on a bind mount refuses writes"
test_bind_ro() {
    mkdir "$WORK/source"
    with_bind "$WORK/source" /mnt ro
    inside_sh 'touch /mnt/file 2> /dev/null || echo refused'
    prints refused
}

requirement MUST config.md#linux-mount-options "ro on a bind mount leaves the source as it is"
test_bind_ro_source() {
    mkdir "$WORK/source"
    with_bind "$WORK/source" /mnt ro
    run
    touch "$WORK/source/file" || fail "the source cannot be written any more"
}

requirement MUST config.md#linux-mount-options "ro on an rbind mount concerns only the top"
test_rbind_ro() {
    with_tree
    with_mount /mnt none "$TREE" rbind ro
    inside_sh 'touch /mnt/new 2> /dev/null || echo refused; touch /mnt/sub/new && echo written'
    prints $'refused\nwritten'
}

requirement MUST config.md#linux-mount-options "remount changes a mount that is there"
test_remount() {
    with_mount /mnt tmpfs tmpfs
    with_mount /mnt tmpfs tmpfs remount ro
    inside_sh 'grep -c " /mnt " /proc/self/mountinfo; touch /mnt/file 2> /dev/null || echo refused'
    prints $'1\nrefused'
}

requirement MAY config.md#linux-mount-options "tmpcopyup copies what is below"
test_tmpcopyup() {
    with_mount /etc tmpfs tmpfs tmpcopyup
    inside_sh 'grep -c root /etc/passwd; touch /etc/new'
    prints 1
    [ ! -e "$ROOTFS/etc/new" ] || fail "the root file system was written"
}

requirement MUST config.md#linux-mount-options "a slave mount receives what the host mounts later"
test_slave_receives() {
    with_tree
    mount --make-shared "$TREE"
    mkdir "$TREE/later"
    with_mount /mnt none "$TREE" rbind rslave
    process cat /mnt/later/file
    create
    mount -t tmpfs later "$TREE/later"
    echo late > "$TREE/later/file"
    start
    until_status stopped
    prints late
}

requirement MUST config.md#linux-mount-options "a private mount receives nothing"
test_private_receives_nothing() {
    with_tree
    mount --make-shared "$TREE"
    mkdir "$TREE/later"
    with_mount /mnt none "$TREE" rbind rprivate
    process ls /mnt/later
    create
    mount -t tmpfs later "$TREE/later"
    echo late > "$TREE/later/file"
    start
    until_status stopped
    prints ""
}

requirement MUST config.md#linux-mount-options "a shared mount passes on what the container mounts"
test_shared_passes_on() {
    with_tree
    mount --make-shared "$TREE"
    mkdir "$TREE/later"
    with_mount /mnt none "$TREE" rbind rshared
    config '.linux.rootfsPropagation = "shared" | .process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
    process_sh 'mount -t tmpfs later /mnt/later && touch /mnt/later/file && sleep 100'
    create
    start
    until_true test -e "$TREE/later/file"
}

requirement MUST runtime.md#errors "whatever is mounted in a container, the host's mount table stays as it was"
test_host_table() {
    local before
    before=$(< /proc/self/mountinfo)
    with_mount /mnt tmpfs tmpfs
    process sleep 100
    create
    start
    same "mount table" "$(diff <(echo "$before") /proc/self/mountinfo | grep -c "$WORK" || true)" 0
}
