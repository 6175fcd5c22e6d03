# A runtime may offer the document; this group is about one that does.
document() {
    attempt features
    [ $code = 0 ] || skip "this runtime has no features document"
    jq -e . "$WORK/out" > /dev/null || fail "that is not JSON"
}
says_of() { jq -r "$1" "$WORK/out"; }

requirement MUST features.md#features-document "the document is one JSON object"
test_object() {
    document
    same type "$(says_of type)" object
}

requirement MUST features.md#specification-version "ociVersionMin and ociVersionMax are there"
test_versions() {
    document
    like ociVersionMin "$(says_of .ociVersionMin)" '^[0-9]+\.[0-9]+\.[0-9]+'
    like ociVersionMax "$(says_of .ociVersionMax)" '^[0-9]+\.[0-9]+\.[0-9]+'
}

requirement MUST features.md#specification-version "ociVersionMin is accepted in a configuration"
test_min() { accepts ociVersionMin; }

requirement MUST features.md#specification-version "ociVersionMax is accepted in a configuration"
test_max() { accepts ociVersionMax; }
accepts() {
    document
    config '.ociVersion = $words[0]' "$(says_of ".$1")"
    inside echo hello
    prints hello
}

requirement MUST features.md#specification-version "ociVersionMax is not less than ociVersionMin"
test_order() {
    document
    same last "$(says_of '.ociVersionMin, .ociVersionMax' | sed 's/-/~/' | sort -V | tail -n 1)" "$(says_of .ociVersionMax | sed 's/-/~/')"
}

requirement MUST features.md#specification-version "there are only properties that the specification defines"
test_properties() {
    document
    same unknown "$(says_of 'keys - ["ociVersionMin", "ociVersionMax", "hooks", "mountOptions", "linux", "annotations",
        "potentiallyUnsafeConfigAnnotations"] | join(",")')" ""
}

requirement MUST features-linux.md "linux has only properties that the specification defines"
test_linux_properties() {
    document
    same unknown "$(says_of '.linux | keys - ["namespaces", "capabilities", "cgroup", "seccomp", "apparmor", "selinux",
        "intelRdt", "memoryPolicy", "mountExtensions", "netDevices"] | join(",")')" ""
}

requirement MUST features.md#hooks "the hooks named are hooks"
test_hooks() {
    document
    same unknown "$(says_of '(.hooks // []) - ["prestart", "createRuntime", "createContainer", "startContainer",
        "poststart", "poststop"] | join(",")')" ""
}

requirement MUST features.md#mount-options "each mount option named is accepted"
test_mount_options() {
    document
    local option
    mkdir "$WORK/source"
    for option in $(says_of '.mountOptions // [] | join(" ")'); do
        case $option in
        bind | rbind | remount | idmap | ridmap) continue ;; # they need more than themselves
        copy-symlink | *-nofollow) continue ;;               # of bind mounts
        esac
        config '.mounts += [{ destination: ("/mnt/" + $words[0]), type: "tmpfs", source: "tmpfs", options: [$words[0]] }]' "$option"
    done
    inside echo hello
    prints hello
}

requirement SHOULD features.md#mount-options "options of filesystems are not named"
test_no_data_options() {
    document
    same named "$(says_of '[.mountOptions // [] | .[] | select(test("^(size|mode|uid|gid|nr_inodes|ptmxmode|newinstance)"))] | join(",")')" ""
}

requirement MUST features-linux.md#namespaces "each namespace named is recognised"
test_namespaces() {
    document
    local type
    for type in $(says_of '.linux.namespaces // [] | join(" ")'); do
        case $type in
        user | time) continue ;;
        esac
        without_namespace "$type"
        config '.linux.namespaces += [{ type: $words[0] }]' "$type"
    done
    inside echo hello
    prints hello
}

requirement MUST features-linux.md#capabilities "each capability named is recognised"
test_capabilities() {
    document
    jq '.linux.capabilities // []' "$WORK/out" > "$WORK/capabilities"
    config ".process.capabilities = { bounding: $(jq -c . "$WORK/capabilities") }"
    attempt run --bundle "$BUNDLE" "$ID"
    unlike message "$err" '(unknown|invalid) capabilit'
}

requirement MUST features-linux.md#seccomp "each seccomp action named is recognised"
test_seccomp_actions() {
    document
    local action
    for action in $(says_of '.linux.seccomp.actions // [] | join(" ")'); do
        [ "$action" != SCMP_ACT_NOTIFY ] || continue
        config '.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: ["getpriority"], action: $words[0] }] }' "$action"
        [ "$action" != SCMP_ACT_ALLOW ] || config '.linux.seccomp.defaultAction = "SCMP_ACT_LOG"'
        inside echo hello
    done
}

requirement MUST features-linux.md#seccomp "each seccomp operator named is recognised"
test_seccomp_operators() {
    document
    config ".linux.seccomp = { defaultAction: \"SCMP_ACT_ALLOW\", syscalls: [$(says_of '.linux.seccomp.operators // []
        | map("{ \"names\": [\"getpriority\"], \"action\": \"SCMP_ACT_ERRNO\", \"args\": [{ \"index\": 1, \"value\": 99, \"op\": \"\(.)\" }] }") | join(",")')] }"
    inside echo hello
    prints hello
}

requirement MUST features-linux.md#seccomp "each seccomp architecture named is recognised"
test_seccomp_archs() {
    document
    local archs
    archs=$(says_of '.linux.seccomp.archs // [] | map(select(test("X86|X32|AARCH64$|ARM$|RISCV64|S390X|PPC64LE"))) | join(" ")')
    config '.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", architectures: $words,
                               syscalls: [{ names: ["getpriority"], action: "SCMP_ACT_ERRNO" }] }' $archs
    inside echo hello
    prints hello
}

requirement MUST features-linux.md#seccomp "each supported seccomp flag is supported"
test_seccomp_flags() {
    document
    local flag
    for flag in $(says_of '.linux.seccomp.supportedFlags // [] | join(" ")'); do
        [ "$flag" != SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV ] || continue
        config '.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", flags: [$words[0]],
                                   syscalls: [{ names: ["getpriority"], action: "SCMP_ACT_ERRNO" }] }' "$flag"
        inside echo hello
    done
}

requirement MUST features-linux.md#memorypolicy "each memory policy mode named is recognised"
test_memory_policy() {
    document
    local mode
    [ "$(says_of '.linux.memoryPolicy.modes | length')" -gt 0 ] || skip "no modes are named"
    for mode in $(says_of '.linux.memoryPolicy.modes | join(" ")'); do
        config '.linux.memoryPolicy = { mode: $words[0], nodes: "0" }' "$mode"
        [[ $mode != MPOL_DEFAULT && $mode != MPOL_LOCAL ]] || config 'del(.linux.memoryPolicy.nodes)'
        attempt run --bundle "$BUNDLE" "$ID"
        unlike "message about $mode" "$err" '(unknown|unsupported|must be one of)'
    done
}

requirement SHOULD features.md#features-document "the document does not depend on the host: twice the same"
test_same() {
    document
    cp "$WORK/out" "$WORK/first"
    attempt features
    cmp -s "$WORK/first" "$WORK/out" || fail "it differs"
}
