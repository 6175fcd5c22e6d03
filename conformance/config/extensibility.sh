unknown_in() {
    config "$1 += { \"com.example.unknown\": { deep: [1, null, true] } }"
    inside echo hello
    prints hello
}
for place in . .process .process.user .process.capabilities .root '.mounts[0]' .linux '.linux.namespaces[0]' \
    .linux.resources .hooks; do
    requirement MUST config.md#extensibility "an unknown property of $place is ignored" unknown_in "$place"
done

requirement MUST config.md#extensibility "unknown properties that look like known ones are ignored: Hostname"
test_case() {
    config '.Hostname = "wrong"'
    inside hostname
    prints "$(hostname)"
}

for platform in windows solaris vm zos freebsd; do
    requirement MUST config.md#platform-specific-configuration "the section of another platform is ignored: $platform" \
        other_platform "$platform"
done
other_platform() {
    config '.[$words[0]] = { "anything": { "goes": true } }' "$1"
    inside echo hello
    prints hello
}

refused_value() {
    config "$1"
    never_runs
}
refuses() { requirement MUST config.md#valid-values "$1 is refused" refused_value "$2"; }
refuses "a namespace type that is unknown" '.linux.namespaces += [{ type: "nonsense" }]'
refuses "a rootfsPropagation that is unknown" '.linux.rootfsPropagation = "nonsense"'
refuses "a seccomp action that is unknown" '.linux.seccomp = { defaultAction: "SCMP_ACT_NONSENSE" }'
refuses "a seccomp architecture that is unknown" \
    '.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_NONSENSE"] }'
refuses "a device type that is unknown" '.linux.devices = [{ type: "z", path: "/dev/z", major: 1, minor: 3 }]'
refuses "a personality that is unknown" '.linux.personality = { domain: "NONSENSE" }'
refuses "a string where an object belongs" '.process = "sh"'
refuses "a number where a string belongs" '.process.cwd = 7'
refuses "a string where an array belongs" '.process.args = "true"'
refuses "a string where a boolean belongs" '.root.readonly = "yes"'
refuses "an object where an array belongs" '.mounts = {}'
refuses "a number in args" '.process.args = ["echo", 7]'
