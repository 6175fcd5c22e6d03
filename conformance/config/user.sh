requirement MUST config.md#posix-platform-user "uid is the user of the process"
test_uid() {
    config '.process.user = { uid: 1000, gid: 5 }'
    inside id -u
    prints 1000
}

requirement MUST config.md#posix-platform-user "gid is the group of the process"
test_gid() {
    config '.process.user = { uid: 5, gid: 1000 }'
    inside id -g
    prints 1000
}

requirement MUST config.md#posix-platform-user "ids need no entry in /etc/passwd or /etc/group"
test_unknown_ids() {
    rm "$ROOTFS/etc/passwd" "$ROOTFS/etc/group"
    config '.process.user = { uid: 4711, gid: 4712 }'
    inside_sh 'echo $(id -u):$(id -g)'
    prints 4711:4712
}

requirement MUST config.md#posix-platform-user "real, effective, saved and file system ids are all the same"
test_all_ids() {
    config '.process.user = { uid: 1000, gid: 1001 }'
    inside grep -E '^[UG]id' /proc/self/status
    prints $'Uid:\t1000\t1000\t1000\t1000\nGid:\t1001\t1001\t1001\t1001'
}

requirement MUST config.md#posix-platform-user "additionalGids are added to the process"
test_additional_gids() {
    config '.process.user.additionalGids = [10, 20, 30]'
    inside sed -n 's/^Groups:\t//p' /proc/self/status
    same groups "$(xargs -n1 < "$WORK/out" | sort -n | grep -v '^0$' | paste -sd,)" 10,20,30
}

requirement MUST config.md#posix-platform-user "without additionalGids the process has none of the runtime's groups"
test_no_additional_gids() {
    process sed -n 's/^Groups:\t//p' /proc/self/status
    AROUND=(setpriv --groups 4,5,6)
    run
    unlike groups "$(< "$WORK/out")" '[456]'
}

requirement MUST config.md#posix-platform-user "umask is set"
test_umask() {
    config '.process.user.umask = 63'
    inside_sh umask
    prints 0077
}

requirement MUST config.md#posix-platform-user "a umask of 0 is set like any other"
test_umask_zero() {
    config '.process.user.umask = 0'
    inside_sh umask
    prints 0000
}

requirement SHOULD config.md#posix-platform-user "the caller's umask stays when none is given"
test_umask_unset() {
    umask 027
    inside_sh umask
    umask 022
    prints 0027
}

requirement MUST config.md#posix-platform-user "the largest ids work"
test_large_ids() {
    config '.process.user = { uid: 4294967294, gid: 4294967294 }'
    inside_sh 'echo $(id -u):$(id -g)'
    prints 4294967294:4294967294
}

# The schema asks for neither, the text for both ids.
requirement PRACTICE config.md#posix-platform-user "without a user, or with half of one, the rest is root's"
test_user_unset() {
    config 'del(.process.user)'
    inside_sh 'echo $(id -u):$(id -g)'
    prints 0:0
    config '.process.user = { gid: 7 }'
    inside_sh 'echo $(id -u):$(id -g)'
    prints 0:7
}

for value in -1 4294967295 4294967296 '"root"' 1.5; do
    requirement MUST config.md#valid-values "a uid of $value is refused" refused_uid "$value"
done
refused_uid() {
    config ".process.user.uid = $1"
    never_runs
}

requirement PRACTICE config.md#posix-platform-user "a device that is a standard stream keeps its owner"
test_stream_that_is_a_device() {
    mkdir -p "$WORK/own"
    INPUT=$WORK/own/node # not the machine's /dev/null, which a runtime may spoil
    mknod -m 666 "$INPUT" c 1 3
    config '.process.user = { uid: 1000, gid: 1000 }'
    inside true
    same owner "$(stat -c %u:%g "$INPUT")" 0:0
}
