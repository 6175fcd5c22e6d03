# linux.intelRdt: config-linux.md, "IntelRdt", on a file system that behaves as the kernel's does (tools/resctrl).

with_resctrl() {
    needs_filesystem fuse
    [[ -c /dev/fuse ]] || skip 'no /dev/fuse here'
    mkdir "$T/rdt"
    "$TOOLS/resctrl" "$T/rdt" &
    trap 'umount "$T/rdt"; wait' EXIT
    within 5 test -e "$T/rdt/info"
    TARE_OPTIONS="$TARE_OPTIONS --resctrl $T/rdt"
}

# rdt NAME INTEL_RDT: creates the container of that name.
rdt() {
    bundle "$1" ".linux.intelRdt = $2 | args([\"/bin/sleep\", \"100\"])"
    quiet tare create --bundle "$1" "$1"
}
rdt_refused() {
    bundle "$1" ".linux.intelRdt = $2"
    refused "$3" tare create --bundle "$1" "$1"
}
schemata() { sed 's/^ *//' "$T/rdt/$1/schemata"; }
gone() { [[ ! -e $1 ]] || fail "$1 is still there"; }

test_a_class_of_its_own() {
    with_resctrl
    rdt a '{l3CacheSchema: "L3:0=f;1=3", memBwSchema: "MB:0=20;1=70"}'
    is tasks "$(<rdt/a/tasks)" "$(pid_of a)"
    is schemata "$(schemata a)" $'L3:0=f;1=3\nMB:0=20;1=70'
    quiet tare start a
    quiet tare delete -f a
    gone rdt/a
}

test_schemata_come_last() {
    with_resctrl
    rdt a '{l3CacheSchema: "L3:0=f;1=3", schemata: ["L3:0=1", "MB:1=50"]}'
    is schemata "$(schemata a)" $'L3:0=1;1=3\nMB:0=100;1=50'
    quiet tare delete -f a
}

test_a_memory_line_in_the_cache_schema_gives_way() {
    with_resctrl
    rdt a '{l3CacheSchema: "MB:0=90\nL3:0=f", memBwSchema: "MB:0=20"}'
    is schemata "$(schemata a)" $'L3:0=f;1=7ff\nMB:0=20;1=100'
    quiet tare delete -f a
}

test_a_named_class_is_shared_and_stays() {
    with_resctrl
    rdt a '{closID: "gold", schemata: ["L3:0=f"]}'
    rdt b '{closID: "gold", l3CacheSchema: "L3:0=00F"}'
    is tasks "$(<rdt/gold/tasks)" "$(pid_of a)"$'\n'"$(pid_of b)"
    rdt_refused c '{closID: "gold", schemata: ["L3:0=f", "MB:0=10"]}' \
        "config.json#/linux/intelRdt: the class of service '$T/rdt/gold' is there, and 'MB:0=10' is not in its schemata: 'L3:0=f;1=7ff, MB:0=100;1=100'"
    quiet tare delete -f a
    quiet tare delete -f b
    is schemata "$(schemata gold)" $'L3:0=f;1=7ff\nMB:0=100;1=100'
}

test_a_class_without_schemata_must_be_there() {
    with_resctrl
    rdt_refused a '{closID: "silver"}' \
        "config.json#/linux/intelRdt: there is no class of service '$T/rdt/silver', and no schemata to make it with"
    gone rdt/silver
    mkdir rdt/silver
    rdt a '{closID: "silver"}'
    is tasks "$(<rdt/silver/tasks)" "$(pid_of a)"
    quiet tare delete -f a
    is schemata "$(schemata silver)" $'L3:0=7ff;1=7ff\nMB:0=100;1=100'
}

test_the_default_class() {
    with_resctrl
    rdt a '{closID: "/", enableMonitoring: true}'
    is tasks "$(<rdt/tasks)" "$(pid_of a)"
    is 'tasks monitored' "$(<rdt/mon_groups/a/tasks)" "$(pid_of a)"
    rdt_refused b '{closID: "/", schemata: ["L3:0=1"]}' "'L3:0=1' is not in its schemata"
    quiet tare delete -f a
    gone rdt/mon_groups/a
    is schemata "$(schemata .)" $'L3:0=7ff;1=7ff\nMB:0=100;1=100'
}

test_monitoring() {
    with_resctrl
    rdt a '{enableMonitoring: true}'
    rdt b '{closID: "gold", schemata: ["L3:0=f"], enableMonitoring: true}'
    is 'tasks of a' "$(<rdt/a/mon_groups/a/tasks)" "$(pid_of a)"
    is 'tasks of b' "$(<rdt/gold/mon_groups/b/tasks)" "$(pid_of b)"
    rdt_refused c '{closID: "gold", enableMonitoring: true, schemata: ["L3:0=1"]}' 'not in its schemata'
    mkdir rdt/gold/mon_groups/c
    rdt_refused c '{closID: "gold", enableMonitoring: true}' "'$T/rdt/gold/mon_groups/c' is there already"
    [[ -e rdt/gold/mon_groups/c/tasks ]] || fail "somebody else's group was removed"
    quiet tare delete -f a
    quiet tare delete -f b
    gone rdt/a
    gone rdt/gold/mon_groups/b
}

test_update_changes_the_schemata() {
    with_resctrl
    rdt a '{l3CacheSchema: "L3:0=f", memBwSchema: "MB:0=50"}'
    quiet tare update --l3-cache-schema 'L3:0=3' --mem-bw-schema 'MB:0=20' a
    has schemata "$(schemata a)" 'L3:0=3'
    has schemata "$(schemata a)" 'MB:0=20'
    is 'what is kept' "$(jq -c .linux.intelRdt "$STATE/a/config.json")" '{"l3CacheSchema":"L3:0=3","memBwSchema":"MB:0=20"}'
    quiet tare update --mem-bw-schema 'MB:0=30' a
    has schemata "$(schemata a)" 'L3:0=3'
    has schemata "$(schemata a)" 'MB:0=30'
    refused "--l3-cache-schema: write 'L3:0=1\x0aMB:0=0\x0a' to '$T/rdt/a/schemata': invalid argument" \
        tare update --l3-cache-schema 'L3:0=1' --mem-bw-schema 'MB:0=0' a
    has 'the old one is back' "$(schemata a)" 'L3:0=3'
    # What fails afterwards brings the old ones back, too.
    echo '{"unified": {"no.such": "1"}}' >none.json
    refused 'no.such' tare update --l3-cache-schema 'L3:0=7' --resources none.json a
    has 'the old one is back' "$(schemata a)" 'L3:0=3'
    quiet tare delete -f a
}

test_update_needs_a_class() {
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare create --bundle a a
    refused '--mem-bw-schema: container a has no class of service: its config has no linux.intelRdt' tare update --mem-bw-schema 'MB:0=20' a
    quiet tare delete -f a
}

test_events_tell_of_it() {
    with_resctrl
    rdt a '{l3CacheSchema: "L3:0=f", enableMonitoring: true}'
    quiet tare start a
    quiet tare events --stats a
    has 'the line of the class' "$(jq -r '.data.intel_rdt.l3_cache_schema' <<<"$out")" 'L3:0=f'
    is 'the lists' "$(jq -r '.data.intel_rdt | [.mbm_stats, .cmt_stats | type] | join(" ")' <<<"$out")" 'array array'
    quiet tare delete -f a
}

test_the_kernels_words_are_in_the_error() {
    with_resctrl
    rdt_refused a '{schemata: ["L2:0=1"]}' \
        "config.json#/linux/intelRdt: write 'L2:0=1\x0a' to '$T/rdt/a/schemata': invalid argument (Unknown or unsupported resource name 'L2')"
    gone rdt/a
    rdt_refused b '{closID: "gold", schemata: ["L3:0=1", "MB:0=0"]}' "invalid argument (Mask or bandwidth out of range: 0)"
    gone rdt/gold
    mkdir rdt/x rdt/y rdt/z
    rdt_refused c '{}' "'$T/rdt/c': no space left on device (Out of CLOSIDs)"
    rmdir rdt/z
    mkdir rdt/d
    rdt_refused d '{}' "config.json#/linux/intelRdt: '$T/rdt/d' is there already"
    [[ -e rdt/d/tasks ]] || fail "somebody else's class was removed"
}

test_nothing_is_touched_without_intel_rdt() {
    with_resctrl
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare create --bundle a a
    is tasks "$(<rdt/tasks)" ''
    quiet tare delete -f a
}

test_a_failed_create_takes_the_class_away() {
    with_resctrl
    bundle a '.linux.intelRdt = {enableMonitoring: true} | args(["/no/such/program"])'
    refused 'no such file or directory' tare create --bundle a a
    gone rdt/a
}

test_a_killed_creator_leaves_it_to_delete() {
    with_resctrl
    bundle a '.linux.intelRdt = {enableMonitoring: true} | hook("prestart"; "/bin/sh"; ["sh", "-c", "kill -9 $PPID"])'
    ! tare create --bundle a a 2>err || fail 'it was to be killed'
    [[ -e rdt/a/mon_groups/a/tasks ]] || fail 'there is nothing to clean up'
    quiet tare delete -f a
    gone rdt/a
}

test_without_resctrl_it_is_refused() {
    ! grep -q ' - resctrl ' /proc/self/mountinfo || skip 'this machine has resctrl'
    bundle a '.linux.intelRdt = {}'
    refused 'config.json#/linux/intelRdt: no resctrl file system is mounted here' tare create --bundle a a
}

test_only_resctrl_is_taken_for_it() {
    ! grep -q ' - resctrl ' /proc/self/mountinfo || skip 'this machine has resctrl'
    mkdir 'a - resctrl '
    mount -t tmpfs resctrl 'a - resctrl '
    bundle a '.linux.intelRdt = {}'
    local status=0
    refused 'no resctrl file system is mounted here' tare create --bundle a a || status=$?
    umount 'a - resctrl '
    return "$status"
}
