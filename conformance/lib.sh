# The words that the tests are written in.
#
#   config FILTER [WORDS...]   changes the bundle's config.json with jq; WORDS are its $words
#   write_config               needed only before one calls "$RUNTIME" or `runtime` oneself
#   process COMMAND...         sets process.args
#   inside COMMAND...          runs the container with that process to its end
#   inside_sh SCRIPT           the same with a shell script
#   prints TEXT                what the process wrote, is TEXT
#   prints_like REGEX          ... matches REGEX
#   refused [REGEX]            create fails with such a message, and there is no container afterwards
#   create, start, status_is STATUS, until_status STATUS, state FILTER
#   succeeds COMMAND...        the runtime's command ends with 0
#   fails COMMAND...           ... does not
#   says REGEX                 what the runtime wrote to stderr, matches REGEX
#   with_mount DESTINATION TYPE SOURCE OPTION...; with_bind SOURCE DESTINATION OPTION...
#   with_namespace TYPE [PATH], without_namespace TYPE, with_user_namespace
#   same WHAT A B, like WHAT A REGEX, until_true COMMAND...
#   in_background COMMAND..., holder UNSHARE-FLAG...
#   needs WHAT COMMAND...      skips the test unless the command succeeds
#   pass, fail WHY, skip WHY
#
# Every test has a bundle of its own ($BUNDLE, with $ROOTFS), an id ($ID), a state directory and a
# supervisor; what it leaves behind is a failure of its own (see one.sh).

RUNTIME_OPTIONS=()
CGROUPS=yes # a runtimes/ file says no, where this runtime cannot use cgroups on this machine

# ---------------------------------------------------------------- verdicts

verdict() {
    [ -s "$WORK/verdict" ] || printf '%s\t%s\n' "$1" "${2//[$'\n\t']/ }" > "$WORK/verdict"
    exit 1
}
fail() { verdict fail "$1"; }
skip() { verdict skip "$1"; }

needs() {
    local what=$1
    shift
    "$@" > /dev/null 2>&1 || skip "no $what here"
}

same() { [ "$2" = "$3" ] || fail "$1: '$2' instead of '$3'"; }
like() { [[ $2 =~ $3 ]] || fail "$1: '$2' does not match '$3'"; }
unlike() { [[ ! $2 =~ $3 ]] || fail "$1: '$2' matches '$3'"; }

until_true() {
    local deadline=$((SECONDS + 6))
    until "$@"; do
        ((SECONDS < deadline)) || fail "never came true: $*"
        sleep 0.02
    done
}

# ---------------------------------------------------------------- the bundle

# Collected, and written at once when a runtime is to read it: jq takes its time to start.
CONFIG='' CONFIG_WORDS=()
config() {
    local name=words$((${#CONFIG_WORDS[@]} / 3))
    CONFIG_WORDS+=(--arg "$name" "$(printf '%s\x1f' "${@:2}")") # not --args: jq takes words like -c for its own
    CONFIG+="${CONFIG:+ | }((\$$name | split(\"\u001f\")[:-1]) as \$words | $1)"
}
write_config() {
    [ -n "$CONFIG" ] || return 0
    jq "${CONFIG_WORDS[@]}" "$CONFIG" "$BUNDLE/config.json" > "$WORK/config.new"
    mv "$WORK/config.new" "$BUNDLE/config.json"
    CONFIG='' CONFIG_WORDS=()
}

process() { config '.process.args = $words' "$@"; }
process_sh() { process sh -c "$1"; }

# with_mount DESTINATION TYPE SOURCE OPTION...
with_mount() {
    config '.mounts += [$words | { destination: .[0], type: .[1], source: .[2], options: .[3:] }]' "$@"
}
with_bind() { with_mount "$2" none "$1" bind "${@:3}"; }
without_namespace() { config '.linux.namespaces |= map(select(.type != $words[0]))' "$1"; }
with_namespace() {
    without_namespace "$1"
    config '.linux.namespaces += [{ type: $words[0] }
        + if $words[1] then { path: $words[1] } else {} end]' "$@"
}

# A user namespace whose root is the host's 100000.
with_user_namespace() {
    with_namespace user
    config '.linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }]
          | .linux.gidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }]'
    chmod 755 "$WORK" "$BUNDLE"
    chown -R 100000:100000 "$ROOTFS"
}

new_bundle() {
    BUNDLE=$1
    ROOTFS=$BUNDLE/rootfs
    mkdir -p "$BUNDLE"
    cp -a "$ALL/rootfs" "$ROOTFS"
    cp "$SUITE/bundle.json" "$BUNDLE/config.json"
}

# ---------------------------------------------------------------- the runtime

AROUND=() # a command that the runtime is run by: nsenter ..., timeout ...
runtime() { "${AROUND[@]}" "$RUNTIME" "${RUNTIME_OPTIONS[@]}" --root "$STATE" "$@"; }

# Leaves the status in $code and stderr in $err. The container keeps the same files as its stdio.
attempt() {
    write_config
    code=0
    runtime "$@" < "$INPUT" > "$WORK/out" 2> "$WORK/err" || code=$?
    err=$(< "$WORK/err")
}

succeeds() {
    attempt "$@"
    [ $code = 0 ] || fail "$1 ended with $code: $err"
}

fails() {
    attempt "$@"
    [ $code != 0 ] || fail "$* succeeded"
    ((code < 128 || code == 255)) || fail "$* ended with $code, as if by a signal"
}

says() { like "message" "$err" "$1"; }

run() { succeeds run --bundle "$BUNDLE" "$@" "$ID"; }
create() { succeeds create --bundle "$BUNDLE" "$@" "$ID"; }
start() { succeeds start "$ID"; }
delete() { succeeds delete "$ID"; }
signal() { succeeds kill "$ID" "$1"; }

inside() {
    process "$@"
    run
}
inside_sh() { inside sh -c "$1"; }

prints() { same "output" "$(< "$WORK/out")" "$1"; }
prints_like() { like "output" "$(< "$WORK/out")" "$1"; }

state() { runtime state "$ID" 2> /dev/null | jq -r "$1"; }
exists() { runtime state "${1:-$ID}" > /dev/null 2>&1; }
status_is() { same "status" "$(state .status)" "$1"; }
has_status() { runtime state "$ID" 2> /dev/null | grep -q "\"status\": *\"$1\""; }
until_status() { until_true has_status "$1"; }

# A container whose process waits, or ends with 7 when it gets TERM.
waiting() {
    process_sh 'trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done'
    create
    start
    until_true grep -q ready "$WORK/out"
}

gone() {
    ! exists || fail "the container still exists"
    [ ! -e "$STATE/$ID" ] || fail "there is still a state directory"
    [ -z "$(cgroups_of "$ID")" ] || fail "there is still a cgroup: $(cgroups_of "$ID")"
}

refused() {
    fails create --bundle "$BUNDLE" "$ID"
    [ $# = 0 ] || says "$1"
    gone
}

# For what a runtime may find out only at start.
never_runs() {
    fails run --bundle "$BUNDLE" "$ID"
    [ $# = 0 ] || says "$1"
}

# ---------------------------------------------------------------- helpers beside the container

HELPERS=()

# in_background COMMAND...: ends with the test at the latest.
in_background() {
    "$@" < /dev/null &
    HELPERS+=($!)
}

# holder FLAG...: a process in namespaces of its own, by unshare's FLAGs; its pid is in $HOLDER.
holder() {
    rm -f "$WORK/held"
    in_background unshare --kill-child --fork "$@" sh -c 'echo > "$0"; exec sleep 1000' "$WORK/held"
    until_true test -e "$WORK/held"
    read -r HOLDER _ < "/proc/${HELPERS[-1]}/task/${HELPERS[-1]}/children" || true # no newline at its end
}

# ---------------------------------------------------------------- what the host sees

cgroups_of() { find /sys/fs/cgroup -type d -name "*$1*" 2> /dev/null; }
mounts_below() { awk -v below="$1" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo; }
namespace_of() { readlink "/proc/$1/ns/$2"; }

# The cgroup v2 directory of the container's process.
cgroup() { echo "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$(state .pid)/cgroup")"; }
needs_cgroups() { [ "$CGROUPS" = yes ] || skip "${NO_CGROUPS:-cgroups disabled}"; }
has_controller() { grep -qw "$1" /sys/fs/cgroup/cgroup.controllers; }
needs_controller() {
    needs_cgroups
    has_controller "$1" || skip "no $1 controller on cgroup v2 here"
}

until_socket() { until_true test -S "$1"; }
