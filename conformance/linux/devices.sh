device() { config ".linux.devices = [{ $1 }]"; }

requirement MUST config-linux.md#devices "a character device"
test_character() {
    device 'type: "c", path: "/dev/conf", major: 1, minor: 5, fileMode: 438, uid: 0, gid: 0'
    inside_sh 'stat -c "%F %t:%T" /dev/conf; head -c 3 /dev/conf | wc -c'
    prints $'character special file 1:5\n3'
}

requirement MUST config-linux.md#devices "type u is a character device too"
test_unbuffered() {
    device 'type: "u", path: "/dev/conf", major: 1, minor: 5'
    inside stat -c "%F %t:%T" /dev/conf
    prints "character special file 1:5"
}

requirement MUST config-linux.md#devices "a block device"
test_block() {
    device 'type: "b", path: "/dev/conf", major: 7, minor: 250, fileMode: 384'
    inside stat -c "%F %t:%T" /dev/conf
    prints "block special file 7:fa"
}

requirement MUST config-linux.md#devices "a FIFO needs neither major nor minor"
test_fifo() {
    device 'type: "p", path: "/dev/conf", fileMode: 384'
    inside stat -c %F /dev/conf
    prints fifo
}

requirement MUST config-linux.md#devices "fileMode is the mode, whatever the umask"
test_mode() {
    umask 077
    device 'type: "c", path: "/dev/conf", major: 1, minor: 3, fileMode: 418'
    inside stat -c %a /dev/conf
    prints 642
}

requirement MUST config-linux.md#devices "uid and gid own the device"
test_owner() {
    device 'type: "c", path: "/dev/conf", major: 1, minor: 3, uid: 1000, gid: 5'
    inside stat -c %u:%g /dev/conf
    prints 1000:5
}

requirement MUST config-linux.md#devices "the path may be anywhere in the container"
test_anywhere() {
    device 'type: "c", path: "/opt/some/where/conf", major: 1, minor: 3'
    inside stat -c "%F %t:%T" /opt/some/where/conf
    prints "character special file 1:3"
}

requirement MUST config-linux.md#devices "a file that is there and does not match, is an error"
test_mismatch() {
    echo data > "$ROOTFS/opt/conf"
    device 'type: "c", path: "/opt/conf", major: 1, minor: 3'
    refused
}

requirement MUST config-linux.md#devices "a device that is there and matches, is fine"
test_match() {
    mknod "$ROOTFS/opt/conf" c 1 3
    device 'type: "c", path: "/opt/conf", major: 1, minor: 3'
    inside stat -c "%F %t:%T" /opt/conf
    prints "character special file 1:3"
}

requirement MUST config-linux.md#devices "another device that is there, is an error"
test_other_device() {
    mknod "$ROOTFS/opt/conf" c 1 5
    device 'type: "c", path: "/opt/conf", major: 1, minor: 3'
    refused
}

requirement MUST config-linux.md#devices "path is required"
test_no_path() {
    device 'type: "c", major: 1, minor: 3'
    refused
}

requirement MUST config-linux.md#devices "major and minor are required"
test_no_numbers() {
    device 'type: "c", path: "/dev/conf"'
    refused
}

declare -gA NUMBERS=([null]=1:3 [zero]=1:5 [full]=1:7 [random]=1:8 [urandom]=1:9 [tty]=5:0)
for name in null zero full random urandom tty; do
    requirement MUST config-linux.md#default-devices "/dev/$name is supplied" default_device "$name"
    requirement MUST config-linux.md#default-devices "/dev/$name is supplied in a /dev that the bundle brings" \
        default_device_without_tmpfs "$name"
done
default_device() {
    inside stat -c "%F %t:%T" "/dev/$1"
    prints "character special file ${NUMBERS[$1]}"
}
default_device_without_tmpfs() {
    config '.mounts |= map(select(.destination | startswith("/dev") | not))'
    default_device "$1"
}

requirement MUST config-linux.md#default-devices "/dev/null takes everything and gives nothing"
test_null() {
    inside_sh 'echo x > /dev/null && wc -c < /dev/null'
    prints 0
}

requirement MUST config-linux.md#default-devices "/dev/full is full"
test_full() {
    inside_sh 'echo x 2> /dev/null > /dev/full || echo full'
    prints full
}

requirement MUST config-linux.md#default-devices "everybody may use them"
test_modes() {
    inside stat -c %a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty
    same modes "$(sort -u "$WORK/out")" 666
}

requirement MUST config-linux.md#default-devices "a user may use them"
test_by_user() {
    config '.process.user = { uid: 1000, gid: 1000 }'
    inside_sh 'echo x > /dev/null && head -c 1 /dev/urandom | wc -c'
    prints 1
}

requirement MUST config-linux.md#default-devices "/dev/ptmx is the container's /dev/pts/ptmx"
test_ptmx() {
    inside_sh '[ "$(stat -Lc %d:%i /dev/ptmx)" = "$(stat -c %d:%i /dev/pts/ptmx)" ] && echo same'
    prints same
}

requirement MUST config-linux.md#default-devices "/dev/console is not set up without terminal"
test_no_console() {
    inside_sh '[ -e /dev/console ] || echo none'
    prints none
}

declare -gA LINKS=([fd]=/proc/self/fd [stdin]=/proc/self/fd/0 [stdout]=/proc/self/fd/1 [stderr]=/proc/self/fd/2)
for name in fd stdin stdout stderr; do
    requirement MUST runtime-linux.md#dev-symbolic-links "/dev/$name is a symlink to ${LINKS[$name]}" dev_link "$name"
done
dev_link() {
    inside readlink "/dev/$1"
    prints "${LINKS[$1]}"
}

requirement MUST runtime-linux.md#file-descriptors "only stdin, stdout and stderr are open"
test_descriptors() {
    exec 7< /etc/passwd 9> "$WORK/nine"
    inside probe fds
    exec 7<&- 9>&-
    prints "0 1 2"
}

requirement MUST runtime-linux.md#file-descriptors "only stdin, stdout and stderr are open also after create and start"
test_descriptors_of_start() {
    process probe fds
    create
    exec 7< /etc/passwd
    start
    exec 7<&-
    until_status stopped
    prints "0 1 2"
}

for path in /proc:proc /sys:sysfs /dev/pts:devpts /dev/shm:tmpfs; do
    requirement SHOULD config-linux.md#default-filesystems "${path%:*} can be made available as ${path#*:}" \
        default_filesystem "${path%:*}" "${path#*:}"
done
default_filesystem() {
    inside cat /proc/self/mountinfo
    same type "$(awk -v at="$1" '$5 == at { print $(NF - 2) }' "$WORK/out")" "$2"
}
