requirement MUST config-linux.md#masked-paths "a masked file cannot be read"
test_masked_file() {
    config '.linux.maskedPaths = ["/etc/passwd"]'
    inside wc -c /etc/passwd
    prints "0 /etc/passwd"
}

requirement MUST config-linux.md#masked-paths "a masked directory is empty"
test_masked_directory() {
    config '.linux.maskedPaths = ["/etc"]'
    inside_sh 'ls /etc | wc -l'
    prints 0
}

requirement MUST config-linux.md#masked-paths "a masked directory cannot be written"
test_masked_directory_write() {
    config '.linux.maskedPaths = ["/etc"]'
    inside_sh 'touch /etc/new 2> /dev/null || echo refused'
    prints refused
}

requirement MUST config-linux.md#masked-paths "a masked path of /proc cannot be read"
test_masked_proc() {
    config '.linux.maskedPaths = ["/proc/version", "/proc/fs"]'
    inside_sh 'wc -c < /proc/version; ls /proc/fs | wc -l'
    prints $'0\n0'
}

requirement PRACTICE config-linux.md#masked-paths "a masked path that does not exist is no error"
test_masked_missing() {
    config '.linux.maskedPaths = ["/proc/no-such-file"]'
    inside echo hello
    prints hello
}

requirement MUST config-linux.md#masked-paths "a masked path in a mount"
test_masked_in_mount() {
    mkdir "$WORK/source"
    echo secret > "$WORK/source/file"
    with_bind "$WORK/source" /mnt
    config '.linux.maskedPaths = ["/mnt/file"]'
    inside cat /mnt/file
    prints ""
}

requirement MUST config-linux.md#masked-paths "a masked path that is not absolute is refused"
test_masked_relative() {
    config '.linux.maskedPaths = ["etc/passwd"]'
    refused
}

requirement MUST config-linux.md#masked-paths "masking does not change the bundle"
test_masked_bundle() {
    config '.linux.maskedPaths = ["/etc/passwd", "/opt"]'
    run
    [ -s "$ROOTFS/etc/passwd" ] || fail "the file of the bundle is empty"
}

requirement MUST config-linux.md#readonly-paths "a read-only directory cannot be written"
test_readonly_directory() {
    config '.linux.readonlyPaths = ["/etc"]'
    inside_sh 'touch /etc/new 2> /dev/null || echo refused; cat /etc/group | head -n 1'
    prints $'refused\nroot:x:0:'
}

requirement MUST config-linux.md#readonly-paths "a read-only file cannot be written"
test_readonly_file() {
    config '.linux.readonlyPaths = ["/etc/passwd"]'
    inside_sh 'echo x 2> /dev/null >> /etc/passwd || echo refused'
    prints refused
}

requirement MUST config-linux.md#readonly-paths "/proc/sys can be read-only"
test_readonly_proc() {
    config '.linux.readonlyPaths = ["/proc/sys"]'
    inside awk '$5 == "/proc/sys" { print $6 }' /proc/self/mountinfo
    prints_like '^ro'
}

requirement MUST config-linux.md#readonly-paths "a read-only path keeps the flags of its mount"
test_readonly_flags() {
    with_mount /mnt tmpfs tmpfs nosuid nodev noexec
    config '.linux.readonlyPaths = ["/mnt"]'
    inside awk '$5 == "/mnt" { flags = $6 } END { print flags }' /proc/self/mountinfo
    prints_like '^ro,nosuid,nodev,noexec'
}

requirement PRACTICE config-linux.md#readonly-paths "a read-only path that does not exist is no error"
test_readonly_missing() {
    config '.linux.readonlyPaths = ["/proc/no-such-file"]'
    inside echo hello
    prints hello
}

requirement MUST config-linux.md#readonly-paths "a read-only path that is not absolute is refused"
test_readonly_relative() {
    config '.linux.readonlyPaths = ["etc"]'
    refused
}

requirement MUST config-linux.md#readonly-paths "the rest stays writable"
test_readonly_rest() {
    config '.linux.readonlyPaths = ["/etc"]'
    inside_sh 'touch /opt/new && echo written'
    prints written
}
