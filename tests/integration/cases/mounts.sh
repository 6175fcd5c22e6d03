# mounts, root, masked and read-only paths: config.md "Mounts", config-linux.md, mount_setattr(2).

# Options of the mount at $1 in the container's own table, from its output.
options_of() { awk -v at="$1" '$5 == at { line = $6 " " $NF; last = line } END { print last }' <<<"$out"; }

test_the_root_is_all_there_is() {
    in_container 'sh("cat /proc/self/mountinfo; ls /")'
    has 'the listing' "$out" home
    local line
    while read -r line; do
        has_not 'a mount of the host' "$line" "$T/state"
    done <<<"$out"
    is 'how many mounts are at the root' "$(awk '$5 == "/"' <<<"$out" | wc -l)" 1
}

test_read_only_root() {
    bundle a '.root.readonly = true | sh("touch /x")'
    exits 1 tare run --bundle a a
    has 'the error' "$err" 'Read-only file system'
}

test_flags() {
    mkdir src
    in_container --arg src "$T/src" '
      bind($src; "/a"; "ro,nosuid,nodev,noexec") | bind($src; "/b"; "noatime,nodiratime") |
      bind($src; "/c"; "rw,nosymfollow") | mount("/d"; "tmpfs"; "tmpfs"; "size=1m,mode=711,nr_inodes=20,strictatime") |
      sh("cat /proc/self/mountinfo; stat -c %a /d")'
    has a "$(options_of /a)" ro,nosuid,nodev,noexec
    has b "$(options_of /b)" noatime
    has b "$(options_of /b)" nodiratime
    has c "$(options_of /c)" nosymfollow
    has d "$(options_of /d)" size=1024k
    has mode "$out" $'\n711'
}

test_a_read_only_bind_refuses_writes() {
    mkdir src
    in_container --arg src "$T/src" 'bind($src; "/a"; "ro") | bind($src; "/b"; "rw") | sh("touch /a/x || echo refused; touch /b/y && echo made")'
    is output "$out" $'refused\nmade'
    [[ -e src/y && ! -e src/x ]] || fail 'the wrong file was made'
}

test_recursive_attributes() {
    mkdir -p src/below other
    mount -t tmpfs below src/below
    in_container --arg src "$T/src" 'bind($src; "/plain"; "ro") | bind($src; "/deep"; "rro,rnosuid,rnodev") | sh("cat /proc/self/mountinfo; touch /plain/below/x && echo made; touch /deep/below/y || echo refused")'
    has 'ro is not recursive' "$out" made
    has 'rro is' "$out" refused
    has 'flags below' "$(options_of /deep/below)" ro,nosuid,nodev
    umount src/below
}

test_propagation_of_a_mount() {
    mkdir src
    in_container --arg src "$T/src" 'bind($src; "/shared"; "shared") | bind($src; "/slave"; "slave") | bind($src; "/private"; "private") | bind($src; "/unbindable"; "unbindable") | sh("cat /proc/self/mountinfo")'
    matches shared "$(grep ' /shared ' <<<"$out")" 'shared:[0-9]+ '
    matches slave "$(grep ' /slave ' <<<"$out")" 'master:[0-9]+ '
    has_not private "$(grep ' /private ' <<<"$out")" ':[0-9]+ -'
    has unbindable "$(grep ' /unbindable ' <<<"$out")" unbindable
}

# From Linux 6.8 on the list is by age; before, by place.
test_what_is_shared_is_listed_in_its_order() {
    mkdir -p src/below own
    mount -t tmpfs tmpfs own && mount --make-shared own && mkdir own/below && mount -t tmpfs below own/below
    in_container --arg src "$T/src" --arg own "$T/own" 'bind($src; "/a"; "ro") | bind($own; "/b"; "rshared") | bind($src; "/c"; "ro") | .root.readonly = true
      | .linux.maskedPaths = ["/proc/uptime"] | sh("cat /proc/self/mountinfo /proc/uptime; touch /x; touch /b/kept")'
    is order "$(awk '$5 ~ "^/[abc]" { print $5 }' <<<"$out" | xargs)" '/a /b /b/below /c'
    is 'a peer' "$(awk '$5 == "/b" { print $7 }' <<<"$out")" "$(awk -v at="$T/own" '$5 == at { print $7 }' /proc/self/mountinfo)"
    has 'what covers is there' "$out" ' /null /proc/uptime '
    has 'a read-only root' "$(<"$T/.err")" 'Read-only file system'
    [[ -e own/kept ]] || fail 'it is another mount'
    bundle b --arg own "$T/own" 'bind($own; "/b"; "rshared") | .process.terminal = true | sh("readlink /proc/self/fd/0; tty")'
    quiet script -qec "'$TARE' --root '$STATE' run --bundle b b" /dev/null
    has 'its terminal is found by its name' "$(tr -d '\r' <<<"$out" | xargs)" '/dev/pts/0 /dev/pts/0'
    umount own/below own
}

test_root_propagation() {
    local kind
    for kind in private slave unbindable; do
        in_container ".linux.rootfsPropagation = \"$kind\" | sh(\"cat /proc/self/mountinfo\")"
        case $kind in
        private) has_not "$kind" "$(awk '$5 == "/"' <<<"$out")" 'master:' ;;
        slave) matches "$kind" "$(awk '$5 == "/"' <<<"$out")" 'master:[0-9]+ ' ;;
        unbindable) has "$kind" "$(awk '$5 == "/"' <<<"$out")" unbindable ;;
        esac
    done
    in_container '.linux.rootfsPropagation = "shared" | sh("cat /proc/self/mountinfo")'
    matches shared "$(awk '$5 == "/"' <<<"$out")" 'shared:[0-9]+ '
    bundle b '.linux.rootfsPropagation = "sideways"'
    exits 1 tare run --bundle b b
    has 'the field' "$err" 'config.json#/linux/rootfsPropagation'
}

test_a_mount_inside_stays_inside() {
    in_container 'all_caps(["CAP_SYS_ADMIN"]) | sh("mkdir /m && mount -t tmpfs inner /m && grep -c inner /proc/self/mountinfo")'
    is 'seen inside' "$out" 1
    has_not 'the host' "$(</proc/self/mountinfo)" inner
}

test_tmpcopyup() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs
    mkdir -p a/rootfs/data/sub && echo text >a/rootfs/data/sub/file && chmod 700 a/rootfs/data && chown 7:8 a/rootfs/data/sub/file
    ln -s sub/file a/rootfs/data/link
    in_container 'mount("/data"; "tmpfs"; "tmpfs"; "tmpcopyup") | sh("cat /data/link; stat -c %u:%g /data/sub/file; stat -c %a /data; echo new > /data/new; stat -f -c %T /data")'
    is output "$out" $'text\n7:8\n700\ntmpfs'
    [[ ! -e a/rootfs/data/new ]] || fail 'it was written to the root below'
}

test_mount_points_are_made() {
    mkdir src && echo text >src/file
    in_container --arg src "$T/src" 'bind($src; "/new/deep/dir"; "ro") | bind($src + "/file"; "/new/deep/file"; "ro") | sh("cat /new/deep/file /new/deep/dir/file")'
    is output "$out" $'text\ntext'
}

test_relative_sources_are_below_the_bundle() {
    mkdir -p a/src && echo text >a/src/file
    in_container 'bind("src"; "/s"; "ro") | sh("cat /s/file")'
    is output "$out" text
}

test_relative_and_symlinked_root() {
    mkdir -p a elsewhere
    cp -a "$TOOLS/rootfs" elsewhere/rootfs
    bundle a '.root.path = "link" | sh("touch /made")'
    ln -s ../elsewhere/rootfs a/link
    quiet tare run --bundle a a
    [[ -e elsewhere/rootfs/made ]] || fail 'the link was not followed'
}

test_idmapped_bind() {
    # Also a file system that cannot be idmapped has to be told apart, but the temporary folder can.
    mkdir src && touch src/mine && chown 1000:1000 src/mine
    bundle a --arg src "$T/src" '.mounts += [{destination: "/m", type: "bind", source: $src, options: ["rbind", "idmap"],
      uidMappings: [map(1000; 5000; 1)], gidMappings: [map(1000; 5000; 1)]}] | sh("stat -c %u:%g /m/mine")'
    local status=0
    tare run --bundle a a >out.txt 2>err.txt || status=$?
    if [[ $status != 0 && $(<err.txt) == *'invalid argument'* && $PLACE != native ]]; then
        skip "$(stat -f -c %T .) cannot be idmapped by this kernel"
    fi
    is "status ($(<err.txt))" "$status" 0
    is 'who owns it inside' "$(<out.txt)" 5000:5000
}

test_the_idmap_option_with_ranges() {
    mkdir src && touch src/mine && chown 1000:1001 src/mine
    bundle a --arg src "$T/src" 'userns([map(0; 100000; 65536)]) |
      bind($src; "/absolute"; "idmap=uids=1000-100007-1;gids=1001-100008-1") |
      bind($src; "/relative"; "idmap=uids=@0-0-1#@1000-9-1;gids=@1001-10-1") | sh("stat -c %u:%g /absolute/mine /relative/mine")'
    chown 100000:100000 a a/rootfs
    local status=0
    tare run --bundle a a >out.txt 2>err.txt || status=$?
    if [[ $status != 0 && $(<err.txt) == *'invalid argument'* && $PLACE != native ]]; then
        skip "$(stat -f -c %T .) cannot be idmapped by this kernel"
    fi
    is "status ($(<err.txt))" "$status" 0
    is 'who owns it inside' "$(<out.txt)" $'7:8\n9:10'
}

# crun's copy-symlink, src-nofollow and dest-nofollow. Without a user namespace init opens the source, else `tare`.
mounts_of_and_over_symlinks() {
    mkdir -p src && echo content >src/file && ln -s file src/link
    bundle a --arg src "$T/src" "$1"' | ($src + "/link") as $link | ($src + "/file") as $file |
      bind($link; "/made/copy"; "copy-symlink,ro") | bind($file; "/made/plain"; "copy-symlink") |
      bind($link; "/itself"; "src-nofollow") | bind($link; "/followed"; "rw") |
      bind($file; "/over"; "dest-nofollow") | bind($file; "/new"; "dest-nofollow") | bind($link; "/both"; "src-nofollow,dest-nofollow") |
      sh("readlink /made/copy; cat /made/plain; readlink /itself; cat /followed /over /new; readlink /both; ls /elsewhere 2> /dev/null || echo untouched")'
    ln -s /elsewhere a/rootfs/over && ln -s /elsewhere a/rootfs/both
    chown -R "$2:$2" a
    quiet tare run --bundle a a
    is output "$out" $'file\ncontent\nfile\ncontent\ncontent\ncontent\nfile\nuntouched'
    quiet tare run --bundle a a # the symlink is there already
    ln -sfn other a/rootfs/made/copy
    refused 'config.json#/mounts/7: bind the tree' tare run --bundle a a
    has 'the reason' "$err" "on '/made/copy': something else than that symbolic link is there already"
}
test_mounts_of_and_over_symlinks() { mounts_of_and_over_symlinks . 0; }
test_mounts_of_and_over_symlinks_in_a_user_namespace() {
    mounts_of_and_over_symlinks 'userns([map(0; 100000; 65536)])' 100000
}

test_masked_paths() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs
    mkdir a/rootfs/secret && echo text >a/rootfs/secret/file && echo text >a/rootfs/hidden
    in_container '.linux.maskedPaths += ["/secret", "/hidden", "/not/there", "/hidden"] | sh("ls /secret | wc -l; cat /hidden | wc -c; touch /secret/x || echo refused; cat /proc/kcore | wc -c")'
    is output "$out" $'0\n0\nrefused\n0'
}

# As "mask=/var/run/x" of an engine, where an image has /var/run -> /run.
test_covered_paths_behind_symlinks() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && mkdir a/rootfs/{secret,fixed}
    echo text >a/rootfs/secret/file && ln -s /secret a/rootfs/all && ln -s ../secret a/rootfs/fixed/in && ln -s fixed a/rootfs/late
    in_container '.linux.maskedPaths += ["/fixed/in/file"] | .linux.readonlyPaths += ["/late"] | sh("cat /secret/file | wc -c; touch /fixed/x || echo refused")'
    is output "$out" $'0\nrefused'
    in_container '.linux.maskedPaths += ["/all"] | sh("ls /secret | wc -l")'
    is output "$out" 0
}

test_a_working_directory_that_a_read_only_root_lacks() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs
    in_container '.root.readonly = true | .process.cwd = "/srv/app/here" | sh("pwd; touch x || echo refused")'
    is output "$out" $'/srv/app/here\nrefused'
}

# Devices of a privileged container, as engines list them.
test_the_ptmx_of_the_host_is_listed() {
    local config
    for config in 'del(.linux.resources)' 'userns([map(0; 100000; 65536)])'; do
        in_container "$config | .linux.devices = [{path: \"/dev/ptmx\", type: \"c\", major: 5, minor: 2}] | sh(\"readlink /dev/ptmx; exec 7<>/dev/ptmx && echo opened\")"
        is output "$out" $'pts/ptmx\nopened'
    done
}

test_read_only_paths() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && mkdir a/rootfs/fixed
    in_container '.linux.readonlyPaths += ["/fixed", "/not/there"] | sh("touch /fixed/x || echo refused; echo 1 > /proc/sys/kernel/domainname || echo refused; cat /proc/self/mountinfo")'
    is 'how many refusals' "$(grep -c '^refused' <<<"$out")" 2
    has 'the flags of proc' "$(options_of /proc/sys)" ro
}

test_relative_masks_are_refused() {
    bundle a '.linux.maskedPaths = ["proc/kcore"]'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/linux/maskedPaths/0'
}

test_masks_need_a_mount_namespace() {
    bundle a 'no_ns("mount")'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/linux/maskedPaths'
}

test_default_devices_and_links() {
    in_container 'sh("for d in null zero full random urandom tty; do stat -c \"%n %F %t:%T %a\" /dev/$d; done; for l in fd stdin stdout stderr ptmx; do readlink /dev/$l; done; readlink /dev/core")'
    is output "$out" "$(printf '/dev/%s character special file %s 666\n' null 1:3 zero 1:5 full 1:7 random 1:8 urandom 1:9 tty 5:0
        printf '%s\n' /proc/self/fd /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 pts/ptmx /proc/kcore)"
}

test_configured_devices() {
    in_container '.linux.devices = [{path: "/dev/own/fuse", type: "c", major: 10, minor: 229, fileMode: 420, uid: 3, gid: 4},
      {path: "/dev/pipe", type: "p", fileMode: 384}] | sh("stat -c \"%F %t:%T %a %u:%g\" /dev/own/fuse /dev/pipe")'
    is output "$out" $'character special file a:e5 644 3:4\nfifo 0:0 600 0:0'
    in_container '{path: "/dev/twice", type: "c", major: 1, minor: 3} as $d | .linux.devices = [$d, $d] | sh("stat -c %t:%T /dev/twice")'
    is 'given twice' "$out" 1:3
}

# Its options are of all mounts of cgroup2, the host's too.
test_cgroup_mount_without_a_namespace_leaves_the_hosts_options() {
    local before after
    before=$(awk '$(NF - 2) == "cgroup2" { print $NF; exit }' /proc/self/mountinfo)
    in_container 'no_ns("cgroup") | sh("ls -d /sys/fs/cgroup/cgroup.procs; grep -c cgroup2 /proc/mounts; touch /sys/fs/cgroup/x || echo refused")'
    is output "$out" $'/sys/fs/cgroup/cgroup.procs\n1\nrefused'
    after=$(awk '$(NF - 2) == "cgroup2" { print $NF; exit }' /proc/self/mountinfo)
    is "the host's options" "$after" "$before"
    exits 0 tare plan a
    has 'what it does' "$out" "bind '$V2' on '/sys/fs/cgroup'"
}

test_a_procfs_from_elsewhere_is_bound() {
    mkdir elsewhere && mount -t proc proc elsewhere
    bundle a --arg from "$T/elsewhere" '.mounts[0] = {destination: "/proc", type: "bind", source: $from, options: ["rbind", "ro"]}
      | .linux.maskedPaths = [] | .linux.readonlyPaths = [] | no_ns("pid") | sh("cat /proc/self/comm; grep -c \" /proc \" /proc/self/mountinfo")'
    quiet tare run --bundle a a
    umount elsewhere
    is output "$out" $'cat\n1'
}

test_cgroup_mount_where_the_host_has_none() {
    bundle a 'no_ns("cgroup") | sh("ls -d /sys/fs/cgroup/cgroup.procs")'
    exits 0 unshare --mount bash -c "umount -l -R /sys/fs/cgroup && exec '$TARE' --root '$STATE' --cgroup-manager=disabled run --bundle a a"
    is output "$out" /sys/fs/cgroup/cgroup.procs
}

test_cgroup_mount_shows_the_container_only() {
    in_container 'sh("cat /proc/self/cgroup | grep ^0::; ls /sys/fs/cgroup/cgroup.procs; cat /sys/fs/cgroup/cgroup.procs; touch /sys/fs/cgroup/x || echo refused")'
    has 'the path' "$out" '0::/'
    has_not 'the name on the host' "$out" '0::/a'
    has processes "$out" $'\n1'
    has 'read-only' "$out" refused
}

test_unknown_and_wrong_options() {
    bundle a 'mount("/x"; "tmpfs"; "tmpfs"; "size=plenty")'
    exits 1 tare run --bundle a a
    has 'the field' "$err" "config.json#/mounts/7"
    bundle b 'mount("/x"; "nosuchfs"; "none"; "ro")'
    exits 1 tare run --bundle b b
    has 'the field' "$err" "config.json#/mounts/7"
    has 'the type' "$err" nosuchfs
    bundle c 'mount("/"; "tmpfs"; "tmpfs"; "ro")'
    exits 1 tare run --bundle c c
    has 'the field' "$err" "config.json#/mounts/7"
    bundle d 'bind("/no/such"; "/x"; "ro")'
    refused 'no such file or directory' tare run --bundle d d
    has 'the field' "$err" "config.json#/mounts/7"
    has 'the source' "$err" /no/such
}

test_a_thousand_mounts() { # timeout=120
    mkdir src
    bundle a --arg src "$T/src" '.mounts += [range(1000) | {destination: "/m/\(.)", type: "bind", source: $src, options: ["bind", "ro"]}] | sh("grep -c \" /m/\" /proc/self/mountinfo")'
    quiet tare run --bundle a a
    is 'how many' "$out" 1000
}

test_no_pivot() {
    in_container 'sh("ls /; cat /proc/1/comm")'
    quiet tare run --no-pivot --bundle a a
    has 'the root' "$out" home
    has_not 'the host' "$out" boot
}

test_without_a_mount_namespace() {
    bundle a 'no_ns("mount") | no_ns("pid") | .mounts = [] | del(.linux.maskedPaths, .linux.readonlyPaths) | sh("ls /")'
    quiet tare run --bundle a a
    has 'the root' "$out" home
}

test_sysfs_in_a_user_namespace_without_a_network_namespace() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:100000 a/rootfs
    in_container 'userns([map(0; 100000; 65536)]) | no_ns("network") | sh("ls /sys/kernel && touch /sys/x || echo refused")'
    has 'read-only' "$out" refused
}

# The official validation program linux_uid_mappings looks for it.
test_sysfs_in_a_user_namespace_has_the_configured_source() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:100000 a/rootfs
    in_container 'userns([map(0; 100000; 65536)]) | (.mounts[] | select(.type == "sysfs") | .source) = "mine" |
        sh("grep \" /sys \" /proc/self/mountinfo")'
    has 'the source' "$out" ' - sysfs mine '
}

# As crun does; the official validation program `mounts` asks for it.
test_parameters_of_a_tmpfs_are_passed_over_for_a_bind() {
    mkdir src && echo x >src/file
    in_container --arg src "$T/src" 'bind($src; "/a"; "ro,mode=755,size=1k") | sh("cat /a/file; touch /a/y || echo refused")'
    is inside "$out" $'x\nrefused'
    has 'the warning' "$err" 'config.json#/mounts/7/options: mode=755, size=1k: is for a new tmpfs; a bind mount is as its source'
    bundle a --arg src "$T/src" 'bind($src; "/a"; "noexce")'
    refused "'noexce': a bind mount takes no options of a file system" tare run --bundle a a
}

# fsconfig(2) does not know it, so this one mount is mount(2)'s.
test_iversion_reaches_the_kernel() {
    needs_program strace
    needs_filesystem overlay
    mkdir one two
    bundle a --arg here "$T" 'mount("/data"; "overlay"; "overlay"; "lowerdir=\($here)/one:\($here)/two,iversion") | sh("grep \" /data \" /proc/self/mountinfo")'
    mkdir -m 700 "$STATE"
    strace -f -qq -o trace.txt -e trace=mount "$TARE" --root "$STATE" run --bundle a a >out.txt 2>err.txt || fail "$(<err.txt)"
    has 'mounted' "$(<out.txt)" ' - overlay overlay '
    has 'a flag of mount(2)' "$(grep '"overlay"' trace.txt)" MS_I_VERSION
    is warnings "$(<err.txt)" ''
}

# mounted TYPE: an empty file system of that type on $T/fs, until the case ends.
mounted() {
    needs_filesystem "$1"
    mkdir -p "$T/fs"
    if [[ $1 == tmpfs ]]; then
        mount -t tmpfs none "$T/fs"
    elif [[ $1 == overlay ]]; then
        mkdir lower upper work
        mount -t overlay overlay -o "lowerdir=$T/lower,upperdir=$T/upper,workdir=$T/work" "$T/fs" || skip 'no overlay on this folder'
    else
        needs_program "mkfs.$1"
        truncate -s 64M "$1.img"
        "mkfs.$1" -q "$1.img"
        mount -o loop "$1.img" "$T/fs" || skip 'no loop device here'
    fi
    trap 'umount "$T/fs"' EXIT
}

# idmapped_on TYPE: what is 1000:2000 outside is 5:6 inside, also what is made there.
idmapped_on() {
    mounted "$1"
    echo text >"$T/fs/file"
    chown 1000:2000 "$T/fs" "$T/fs/file"
    bundle a --arg src "$T/fs" '.mounts += [{destination: "/m", type: "bind", source: $src, options: ["rbind", "idmap"],
        uidMappings: [map(1000; 5; 1)], gidMappings: [map(2000; 6; 1)]}] | .process.user = {uid: 5, gid: 6}
        | sh("stat -c %u:%g /m/file; touch /m/mine && stat -c %u:%g /m/mine")'
    local status=0
    tare run --bundle a a >out.txt 2>err.txt || status=$?
    if [[ $PLACE != native && $(<err.txt) == *'takes no id mappings'* ]]; then skip "$1 cannot be idmapped by this kernel"; fi
    is "status ($(<err.txt))" "$status" 0
    is 'inside' "$(<out.txt)" $'5:6\n5:6'
    is 'outside' "$(stat -c %u:%g "$T/fs/mine")" 1000:2000
    bundle b --arg src "$T/fs" 'userns([map(0; 100000; 65536)]) | .mounts += [{destination: "/m", type: "bind", source: $src, options: ["rbind", "idmap"],
        uidMappings: [map(1000; 100005; 1)], gidMappings: [map(2000; 100006; 1)]}] | sh("stat -c %u:%g /m/file")'
    chown -R 100000:100000 b/rootfs
    quiet tare run --bundle b b
    is 'in a user namespace' "$out" 5:6
}

test_idmapped_tmpfs() { idmapped_on tmpfs; }
test_idmapped_ext4() { idmapped_on ext4; }

test_a_file_system_without_id_mappings_is_told() {
    mounted overlay
    bundle a --arg src "$T/fs" '.mounts += [{destination: "/m", type: "bind", source: $src, options: ["rbind", "idmap"],
        uidMappings: [map(0; 1000; 1)], gidMappings: [map(0; 1000; 1)]}]'
    refused 'invalid argument (its file system takes no id mappings in this kernel)' tare run --bundle a a
    has 'the field' "$err" 'config.json#/mounts/'
    change a 'userns([map(0; 100000; 65536)])'
    refused 'invalid argument (its file system takes no id mappings in this kernel)' tare run --bundle a a
}
