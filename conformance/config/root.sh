requirement MUST config.md#root "root is required"
test_required() {
    config 'del(.root)'
    refused
}

requirement MUST config.md#root "root.path is required"
test_path_required() {
    config 'del(.root.path)'
    refused
}

requirement MUST config.md#root "root.path may be relative to the bundle"
test_relative() {
    inside_sh 'echo data > /tmp/file'
    same file "$(< "$ROOTFS/tmp/file")" data
}

requirement MUST config.md#root "a relative root.path does not depend on the caller's directory"
test_relative_to_bundle() {
    cd /
    inside echo hello
    prints hello
}

requirement MUST config.md#root "root.path may be absolute"
test_absolute() {
    config '.root.path = $words[0]' "$ROOTFS"
    inside echo hello
    prints hello
}

requirement MUST config.md#root "a directory must exist at root.path"
test_missing() {
    config '.root.path = "nothing"'
    refused
}

requirement MUST config.md#root "root.path must be a directory, not a file"
test_file() {
    : > "$BUNDLE/file"
    config '.root.path = "file"'
    refused
}

requirement MUST config.md#root "the root is writable by default"
test_writable() {
    inside_sh 'echo x > /file && cat /file'
    prints x
}

requirement MUST config.md#root "the root is writable when readonly is false"
test_not_readonly() {
    config '.root.readonly = false'
    inside_sh 'echo x > /file && cat /file'
    prints x
}

requirement MUST config.md#root "the root is read-only when readonly is true"
test_readonly() {
    config '.root.readonly = true'
    inside_sh 'touch /file 2> /dev/null || echo refused'
    prints refused
}

requirement MUST config.md#root "a read-only root leaves the mounts below it writable"
test_readonly_mounts() {
    config '.root.readonly = true'
    with_mount /mnt tmpfs tmpfs
    inside_sh 'touch /mnt/file && ls /mnt'
    prints file
}

requirement MUST config.md#root "a read-only root is read-only only inside the container"
test_readonly_inside() {
    config '.root.readonly = true'
    process sleep 100
    create
    touch "$ROOTFS/file" || fail "the host cannot write any more"
}

requirement MUST config.md#root "the process sees nothing above its root"
test_confined() {
    inside_sh 'cd /; cd ../../..; ls -d bin; ls -i -d / .. | cut -d/ -f1 | tr -s " " | sort -u | wc -l'
    prints_like '^bin'
}

requirement MUST config.md#root "the old root is not to be seen in the mount table"
test_old_root() {
    inside cat /proc/self/mountinfo
    same "mounts of /" "$(awk '$5 == "/"' "$WORK/out" | wc -l)" 1
    unlike mountinfo "$(< "$WORK/out")" "$ALL"
}
