# Each option of the table, by what the container's mount table says. `silent` and the like have no such trace:
# they must be known, that is, neither refused nor passed on to the filesystem.

flags_at() { awk -v at="$1" '$5 == at { print "," $6 "," $NF "," }' "$WORK/out"; }
check_flags() {
    case $2 in
    shows) like "options of $1" "$(flags_at "$1")" ",$3," ;;
    hides) unlike "options of $1" "$(flags_at "$1")" ",$3," ;;
    esac
}

# on_tmpfs OPTION,... shows|hides FLAG
on_tmpfs() {
    with_mount /mnt tmpfs tmpfs ${1//,/ }
    inside cat /proc/self/mountinfo
    [ -n "$(flags_at /mnt)" ] || fail "not mounted"
    [ $# = 1 ] || check_flags /mnt "$2" "$3"
}

# on_bind OPTION,... shows|hides FLAG [SOURCE-OPTIONS]: flags of a bind mount, of a source that has others
on_bind() {
    mkdir -p "$WORK/own/source"
    mount -t tmpfs ${4+-o "$4"} source "$WORK/own/source"
    with_bind "$WORK/own/source" /mnt ${1//,/ }
    inside cat /proc/self/mountinfo
    check_flags /mnt "$2" "$3"
}

# A tree on the host, with a mount below its top: $TREE.
with_tree() {
    TREE=$WORK/own/tree
    mkdir -p "$TREE"
    mount -t tmpfs tree "$TREE"
    mkdir "$TREE/sub"
    mount -t tmpfs sub "$TREE/sub"
}

# on_tree OPTION,... shows|hides FLAG [SOURCE-FLAGS]: an option that reaches the mounts below
on_tree() {
    with_tree
    [ -z "${4:-}" ] || mount -o "remount,bind,$4" "$TREE/sub"
    [ -z "${4:-}" ] || mount -o "remount,bind,$4" "$TREE"
    with_mount /mnt none "$TREE" rbind ${1//,/ }
    inside cat /proc/self/mountinfo
    [ -n "$(flags_at /mnt/sub)" ] || fail "the mount below is missing"
    check_flags /mnt "$2" "$3"
    check_flags /mnt/sub "$2" "$3"
}

option() { requirement "$1" config.md#linux-mount-options "$2" "${@:3}"; }

option MUST "async: opposite of sync" on_tmpfs sync,async hides sync
option MUST "atime: opposite of noatime" on_tmpfs noatime,atime hides noatime
option MUST "defaults: read-write, suid, dev, exec" on_tmpfs defaults hides "(ro|nosuid|nodev|noexec|sync)"
option MUST "dev: opposite of nodev" on_tmpfs nodev,dev hides nodev
option MUST "diratime: opposite of nodiratime" on_tmpfs nodiratime,diratime hides nodiratime
option MUST "dirsync" on_tmpfs dirsync shows dirsync
option MUST "exec: opposite of noexec" on_tmpfs noexec,exec hides noexec
option MUST "iversion is known" on_tmpfs iversion
option MUST "lazytime" on_tmpfs lazytime shows lazytime
option MUST "loud is known" on_tmpfs loud
option MAY "mand is known" on_tmpfs mand
option MUST "noatime" on_tmpfs noatime shows noatime
option MUST "nodev" on_tmpfs nodev shows nodev
option MUST "nodiratime" on_tmpfs nodiratime shows nodiratime
option MUST "noexec" on_tmpfs noexec shows noexec
option MUST "noiversion is known" on_tmpfs noiversion
option MUST "nolazytime: opposite of lazytime" on_tmpfs lazytime,nolazytime hides lazytime
option MAY "nomand is known" on_tmpfs nomand
option MUST "norelatime is known" on_tmpfs norelatime
option MUST "nostrictatime: opposite of strictatime" on_tmpfs strictatime,nostrictatime shows relatime
option MUST "nosuid" on_tmpfs nosuid shows nosuid
option SHOULD "nosymfollow" on_tmpfs nosymfollow shows nosymfollow
option MUST "relatime" on_tmpfs relatime shows relatime
option MUST "ro" on_tmpfs ro shows ro
option MUST "rw: opposite of ro" on_tmpfs ro,rw hides ro
option MUST "silent is known" on_tmpfs silent
option MUST "strictatime" on_tmpfs strictatime hides "(relatime|noatime)"
option MUST "suid: opposite of nosuid" on_tmpfs nosuid,suid hides nosuid
option SHOULD "symfollow: opposite of nosymfollow" on_tmpfs nosymfollow,symfollow hides nosymfollow
option MUST "sync" on_tmpfs sync shows sync
option MUST "several options at once" on_tmpfs ro,nosuid,nodev,noexec,noatime shows ro,nosuid,nodev,noexec,noatime

option MUST "ro, on a bind mount" on_bind ro shows ro
option MUST "nosuid, on a bind mount" on_bind nosuid shows nosuid
option MUST "nodev, on a bind mount" on_bind nodev shows nodev
option MUST "noexec, on a bind mount" on_bind noexec shows noexec
option MUST "noatime, on a bind mount" on_bind noatime shows noatime
option MUST "nodiratime, on a bind mount" on_bind nodiratime shows nodiratime
option SHOULD "nosymfollow, on a bind mount" on_bind nosymfollow shows nosymfollow
option PRACTICE "a bind mount without flags keeps the source's: nosuid" on_bind "" shows nosuid nosuid
option PRACTICE "a bind mount with other flags keeps the source's: noexec" on_bind nosuid shows noexec noexec
option MUST "exec, on a bind mount of a noexec source" on_bind exec hides noexec noexec
option MUST "suid, on a bind mount of a nosuid source" on_bind suid hides nosuid nosuid
option MUST "dev, on a bind mount of a nodev source" on_bind dev hides nodev nodev
option MUST "rw, on a bind mount of a writable source" on_bind rw shows rw

option SHOULD "rro" on_tree rro shows ro
option SHOULD "rnosuid" on_tree rnosuid shows nosuid
option SHOULD "rnodev" on_tree rnodev shows nodev
option SHOULD "rnoexec" on_tree rnoexec shows noexec
option SHOULD "rnoatime" on_tree rnoatime shows noatime
option SHOULD "rnodiratime" on_tree rnodiratime shows nodiratime
option SHOULD "rnosymfollow" on_tree rnosymfollow shows nosymfollow
option SHOULD "rrelatime" on_tree rrelatime shows relatime noatime
option SHOULD "rstrictatime" on_tree rstrictatime hides "(relatime|noatime)" noatime
option SHOULD "rrw" on_tree rrw hides ro ro
option SHOULD "rsuid" on_tree rsuid hides nosuid nosuid
option SHOULD "rdev" on_tree rdev hides nodev nodev
option SHOULD "rexec" on_tree rexec hides noexec noexec
option SHOULD "ratime" on_tree ratime hides noatime noatime
option SHOULD "rdiratime" on_tree rdiratime hides nodiratime nodiratime
option SHOULD "rsymfollow" on_tree rsymfollow hides nosymfollow nosymfollow
option SHOULD "rnorelatime is known" on_tree rnorelatime hides nothing
option SHOULD "rnostrictatime is known" on_tree rnostrictatime hides nothing

# propagation OPTION FIELD-REGEX REGEX-OF-SUBMOUNT: the source is shared on the host
propagation() {
    with_tree
    mount --make-rshared "$TREE"
    with_mount /mnt none "$TREE" rbind "$1"
    inside cat /proc/self/mountinfo
    like "propagation of /mnt" "$(awk '$5 == "/mnt" { print $7 "," $8 }' "$WORK/out")" "$2"
    [ $# = 2 ] || like "propagation of /mnt/sub" "$(awk '$5 == "/mnt/sub" { print $7 "," $8 }' "$WORK/out")" "$3"
}
option MUST "private" propagation private '^-'
option MUST "shared" propagation shared '^shared:'
option MUST "slave" propagation slave '^master:'
option MUST "unbindable" propagation unbindable '^unbindable'
option MUST "rprivate" propagation rprivate '^-' '^-'
option MUST "rshared" propagation rshared '^shared:' '^shared:'
option MUST "rslave" propagation rslave '^master:' '^master:'
option MUST "runbindable" propagation runbindable '^unbindable' '^unbindable'
