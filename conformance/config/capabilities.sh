# CAP_CHOWN 0, CAP_KILL 5, CAP_NET_BIND_SERVICE 10
set_of() {
    inside sed -n "s/^Cap$1:\t//p" /proc/self/status
    same "$1 set" "$((16#$(< "$WORK/out")))" "$2"
}
as_user() { config '.process.user = { uid: 1000, gid: 1000 }'; }

requirement MUST config.md#linux-process "bounding is the bounding set"
test_bounding() {
    config '.process.capabilities = { bounding: ["CAP_CHOWN", "CAP_KILL"], effective: [], permitted: [] }'
    set_of Bnd 33
}

requirement MUST config.md#linux-process "permitted is the permitted set of root's program"
test_permitted() {
    config '.process.capabilities = (["CAP_CHOWN", "CAP_KILL"] | { bounding: ., permitted: ., effective: . })'
    set_of Prm 33
}

requirement MUST config.md#linux-process "effective is the effective set of root's program"
test_effective() {
    config '.process.capabilities = (["CAP_CHOWN", "CAP_KILL"] | { bounding: ., permitted: ., effective: . })'
    set_of Eff 33
}

requirement MUST config.md#linux-process "inheritable is the inheritable set"
test_inheritable() {
    config '.process.capabilities = (["CAP_KILL"] | { bounding: ., permitted: ., effective: ., inheritable: . })'
    set_of Inh 32
}

requirement MUST config.md#linux-process "the inheritable set is empty when it is not given"
test_no_inheritable() {
    set_of Inh 0
}

requirement MUST config.md#linux-process "ambient is the ambient set, also of a user's program"
test_ambient() {
    as_user
    config '.process.capabilities = (["CAP_KILL", "CAP_NET_BIND_SERVICE"] | { bounding: ., permitted: ., effective: ., inheritable: ., ambient: ["CAP_KILL"] })'
    set_of Amb 32
}

requirement MUST config.md#linux-process "ambient capabilities are effective in a user's program"
test_ambient_effective() {
    as_user
    config '.process.capabilities = (["CAP_KILL"] | { bounding: ., permitted: ., effective: ., inheritable: ., ambient: . })'
    set_of Eff 32
}

requirement MUST config.md#linux-process "without ambient a user's program has no capabilities"
test_user_without_ambient() {
    as_user
    config '.process.capabilities = (["CAP_KILL"] | { bounding: ., permitted: ., effective: . })'
    set_of Eff 0
}

requirement MUST config.md#linux-process "a user keeps the bounding set"
test_user_bounding() {
    as_user
    set_of Bnd $((1 | 2 | 8 | 32 | 64 | 128 | (1 << 27) | (1 << 18)))
}

requirement MUST config.md#linux-process "empty sets leave the process without any capability"
test_none() {
    config '.process.capabilities = { bounding: [], permitted: [], effective: [], inheritable: [], ambient: [] }'
    set_of Bnd 0
    set_of Eff 0
}

requirement MUST config.md#linux-process "a capability that is not given is really not there"
test_denied() {
    config '.process.capabilities = (["CAP_KILL"] | { bounding: ., permitted: ., effective: . })'
    inside_sh 'chown 1:1 /tmp 2> /dev/null || echo refused'
    prints refused
}

requirement MUST config.md#linux-process "a capability that is given is really there"
test_allowed() {
    config '.process.capabilities = (["CAP_CHOWN"] | { bounding: ., permitted: ., effective: . })'
    inside_sh 'chown 1:1 /tmp && echo done'
    prints done
}

requirement SHOULD config.md#linux-process "an unknown capability does not fail the container"
test_unknown() {
    config '.process.capabilities.bounding += ["CAP_NONSENSE"]'
    inside echo hello
    prints hello
}

requirement MUST config.md#linux-process "an unknown capability is logged as a warning"
test_unknown_warned() {
    config '.process.capabilities.bounding += ["CAP_NONSENSE"]'
    inside echo hello
    says CAP_NONSENSE
}

requirement SHOULD config.md#linux-process "a capability that the runtime does not have does not fail the container"
test_cannot_be_granted() {
    ((($(sed -n 's/^CapBnd:\t/0x/p' /proc/self/status) >> 24 & 1) == 0)) || skip "the runtime has all capabilities here"
    config '.process.capabilities |= map_values(. + ["CAP_SYS_RESOURCE"])'
    inside echo hello
    prints hello
}
