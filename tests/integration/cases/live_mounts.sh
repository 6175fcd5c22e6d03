# `tare mounts add` and `remove`: mounts of a container that runs. crun(1), "mounts add".

# A container that waits, with a writable root.
waiting() {
    bundle a 'args(["/bin/sleep", "1000"]) | .root.readonly = false | '"${1:-.}"
    quiet tare run -d --bundle a a
}
inside() { quiet tare exec a /bin/sh -c "$1"; }
table() { quiet tare exec a /bin/cat /proc/self/mountinfo; }
count_of_mounts() {
    table
    wc -l <<<"$out"
}

# one DESTINATION TYPE SOURCE OPTIONS: a file of one mount.
one() {
    jq -n --arg to "$1" --arg type "$2" --arg from "$3" --arg options "${4:-}" \
        '{mounts: [{destination: $to, type: $type, source: $from, options: ($options | split(","))}]}' >one.json
}

test_a_bind_and_a_tmpfs_come_and_go() {
    mkdir src && echo hello >src/file
    waiting
    local before
    before=$(count_of_mounts)
    jq -n --arg src "$T/src" '[{destination: "/a/b", type: "bind", source: $src, options: ["rbind", "ro", "nosuid"]},
        {destination: "/t", type: "tmpfs", source: "tmpfs", options: ["size=64k", "mode=711"]}]' >two.json
    quiet tare mounts add a two.json
    inside 'cat /a/b/file; touch /a/b/x 2>/dev/null || echo read-only; stat -c %a /t; touch /t/x && echo made'
    is inside "$out" $'hello\nread-only\n711\nmade'
    table
    has 'the bind' "$out" ' /a/b ro,nosuid'
    has_not 'the host' "$(</proc/self/mountinfo)" "$T/a/rootfs"
    quiet tare mounts remove a two.json
    inside 'ls /a/b /t'
    is 'nothing is left in them' "$out" $'/a/b:\n\n/t:'
    is 'how many mounts' "$(count_of_mounts)" "$before"
    quiet tare delete -f a
}

test_from_standard_input_and_relative_to_the_bundle() {
    waiting
    echo text >a/file
    tare mounts add a - <<<'{"mounts": [{"destination": "/file", "type": "bind", "source": "file"}]}' || fail 'not added'
    inside 'cat /file'
    is inside "$out" text
    quiet tare delete -f a
}

test_a_created_container_gets_them_too() {
    bundle a 'sh("cat /home/file") | .root.readonly = true'
    mkdir src && echo hello >src/file
    quiet tare create --bundle a a >/dev/null
    one /m bind "$T/src" bind
    refused "/mounts/0: bind '$T/src' on '/m': open or make the mount point: read-only file system" tare mounts add a one.json
    one /home bind "$T/src" bind
    quiet tare mounts add a one.json
    quiet tare delete -f a
}

test_all_or_none() {
    mkdir src && echo x >src/file
    waiting
    local before
    before=$(count_of_mounts)
    jq -n --arg src "$T/src" '{mounts: [
        {destination: "/one", type: "bind", source: $src, options: ["bind"]},
        {destination: "/two", type: "bind", source: ($src + "/file"), options: ["bind"]},
        {destination: "/three", type: "tmpfs", source: "tmpfs"},
        {destination: "/four", type: "tmpfs", source: "tmpfs", options: ["no-such-option=1"]}]}' >four.json
    refused "four.json#/mounts/3/options: mount tmpfs on '/four': an option of the file system" tare mounts add a four.json
    is 'how many mounts' "$(count_of_mounts)" "$before"
    jq '.mounts |= .[:3] + [{destination: "/five", type: "bind", source: "/no/such"}]' four.json >five.json
    refused "five.json#/mounts/3: " tare mounts add a five.json
    is 'how many mounts' "$(count_of_mounts)" "$before"
    jq '.mounts |= .[:2] + [{destination: "/not-mounted"}]' four.json >six.json
    jq '.mounts |= .[:2]' four.json >two.json
    quiet tare mounts add a two.json
    inside 'mkdir /not-mounted'
    refused "six.json#/mounts/2/destination: find the mount on '/not-mounted': nothing is mounted there" tare mounts remove a six.json
    is 'how many mounts' "$(count_of_mounts)" $((before + 2))
    quiet tare mounts remove a two.json
    is 'how many mounts' "$(count_of_mounts)" "$before"
    quiet tare delete -f a
}

test_user_namespaces() {
    mkdir -m 755 src && echo x >src/file
    waiting 'userns([map(0; 100000; 65536)])'
    local before
    before=$(count_of_mounts)
    jq -n --arg src "$T/src" '[{destination: "/home", type: "bind", source: $src, options: ["rbind", "ro"]},
        {destination: "/tmp", type: "tmpfs", source: "tmpfs"}]' >two.json
    quiet tare mounts add a two.json
    inside 'cat /home/file; touch /tmp/x && stat -c %u /tmp/x'
    is inside "$out" $'x\n0'
    quiet tare mounts remove a two.json
    is 'how many mounts' "$(count_of_mounts)" "$before"
    quiet tare delete -f a
}

test_id_mapped() {
    mkdir fs && mount -t tmpfs fs fs && echo x >fs/file && chown 1000:2000 fs/file
    waiting
    jq -n --arg src "$T/fs" '[{destination: "/m", type: "bind", source: $src, options: ["bind", "idmap"],
        uidMappings: [{containerID: 1000, hostID: 5, size: 1}], gidMappings: [{containerID: 2000, hostID: 6, size: 1}]}]' >one.json
    if ! tare mounts add a one.json 2>err.txt; then
        umount fs
        tare delete -f a
        [[ $PLACE != native && $(<err.txt) == *'takes no id mappings'* ]] || fail "$(<err.txt)"
        skip 'tmpfs cannot be idmapped by this kernel'
    fi
    inside 'stat -c %u:%g /m/file'
    is owner "$out" 5:6
    quiet tare delete -f a
    umount fs
}

test_a_new_proc_shows_the_containers_processes() {
    waiting
    one /p proc proc
    quiet tare mounts add a one.json
    inside 'cat /p/1/comm'
    is 'its init' "$out" sleep
    quiet tare delete -f a
}

test_what_is_refused() {
    waiting
    one / tmpfs tmpfs
    refused "one.json#/mounts/0/destination: must be below '/'" tare mounts add a one.json
    refused "one.json#/mounts/0/destination: must be below '/'" tare mounts remove a one.json
    one /proc/kcore bind /dev/zero bind
    refused "one.json#/mounts/0/destination: '/proc/kcore' is inside /proc" tare mounts add a one.json
    refused "one.json#/mounts/0/destination: '/proc/kcore' is covered because of config.json#/linux/maskedPaths" tare mounts remove a one.json
    one /home none '' remount,ro
    refused 'one.json#/mounts/0/options: would change a mount that is there, not add one' tare mounts add a one.json
    refused 'must be add or remove, not "change"' tare mounts change a one.json
    refused "mounts add: open 'no-such.json': no such file" tare mounts add a no-such.json
    echo '{"mounts": []}' >none.json
    refused 'none.json#/mounts: is empty' tare mounts add a none.json
    echo '{"mount": []}' >none.json
    refused "'mounts' is missing" tare mounts add a none.json
    refused 'container does not exist: b' tare mounts add b one.json
    quiet tare delete -f a
}

test_not_to_a_paused_or_a_stopped_container() {
    waiting
    one /t tmpfs tmpfs
    quiet tare pause a
    refused 'cannot change the mounts of a container that is paused: a; resume it first' tare mounts add a one.json
    quiet tare resume a
    quiet tare kill a KILL
    within 5 has_status a stopped
    refused 'cannot change the mounts of a container that is stopped: a' tare mounts remove a one.json
    quiet tare delete a
}

# The container turns its directories into links that lead to the host, could they lead anywhere.
test_a_link_for_a_destination_leads_nowhere() {
    mkdir src out && echo x >src/file
    waiting
    inside "ln -s $T/out /direct; ln -s ../../../../../../../..$T /up; mkdir -p $T/out"
    one /direct/x bind "$T/src" bind
    quiet tare mounts add a one.json
    one /up/out/y tmpfs tmpfs
    quiet tare mounts add a one.json
    is 'the host' "$(ls out)" ''
    [[ -d a/rootfs$T/out/x && -d a/rootfs$T/out/y ]] || fail 'not in the root either'
    refused "one.json#/mounts/0/destination: find the mount on '/up/out/y': a symbolic link is on the way" tare mounts remove a one.json
    one "$T/out/y" tmpfs tmpfs
    quiet tare mounts remove a one.json
    quiet tare delete -f a
}

test_a_link_to_proc_covers_nothing_there() {
    waiting
    inside 'ln -s /proc /link'
    one /link/version bind /dev/zero bind
    refused 'inside /proc only' tare mounts add a one.json
    refused 'a symbolic link is on the way' tare mounts remove a one.json
    quiet tare delete -f a
}

# Whoever calls "/proc" what leads elsewhere must not decide what is taken away.
test_a_false_proc_is_not_trusted() {
    waiting 'caps(["CAP_SYS_ADMIN"])'
    one /t tmpfs tmpfs
    quiet tare mounts add a one.json
    inside 'mount -t tmpfs fake /proc && mkdir -p /proc/self/fd && for i in 1 2 3 4 5 6 7 8 9 10 11 12; do ln -s / /proc/self/fd/$i; done'
    quiet tare mounts remove a one.json
    inside 'ls /t; umount /proc; grep " /t " /proc/self/mountinfo || echo gone'
    is inside "$out" gone
    quiet tare delete -f a
}

# Not even for a moment: it is no process of the container's.
test_nobody_inside_sees_who_mounts() { # timeout=120
    cat >spy <<'EOF'
#!/bin/sh
while :; do
    for p in /proc/[0-9]*; do
        name=
        read -r name <$p/cmdline
        case $name in *tare-init*) echo >>/tmp/met ;; esac
    done
done 2>/dev/null
EOF
    bundle a 'args(["/bin/spy"]) | .root.readonly = false'
    cp spy a/rootfs/bin/spy && chmod +x a/rootfs/bin/spy
    quiet tare run -d --bundle a a
    local i
    for ((i = 0; i < 1000; i++)); do # who executes something is met soon
        [[ ! -s a/rootfs/tmp/met ]] || break
        quiet tare exec a true
    done
    [[ -s a/rootfs/tmp/met ]] || skip 'not even an exec was met'
    sleep 0.1
    rm a/rootfs/tmp/met
    one /t tmpfs tmpfs
    for ((i = 0; i < 30; i++)); do
        quiet tare mounts add a one.json
        quiet tare mounts remove a one.json
    done
    [[ ! -e a/rootfs/tmp/met ]] || fail 'it was seen'
    quiet tare delete --force a
}
