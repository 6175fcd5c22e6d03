# What cases use. $T: the case's own folder; $STATE: the runtime's state directory in it.

fail() { echo "FAILED: $*"; exit 1; }
skip() { echo "$*"; exit 77; }

# slurp NAME FILE: $NAME is what is in the file, without NULs and without newlines at the end. No process is made:
# in a guest one takes as long as a run of the runtime.
slurp() {
    local -n into=$1
    local parts IFS=
    mapfile -d '' -t parts <"$2"
    into="${parts[*]}"
    while [[ $into == *$'\n' ]]; do into=${into%$'\n'}; done
}

# ------------------------------------------------------------------ the runtime

# shellcheck disable=SC2086 # options are words
tare() { "$TARE" --root "$STATE" $TARE_OPTIONS "$@"; }

# For the background: $! is then the runtime itself, not a shell around it.
# shellcheck disable=SC2086
exec_tare() { exec "$TARE" --root "$STATE" $TARE_OPTIONS "$@"; }

# quiet COMMAND...: must succeed; standard output is left in $out, standard error in $err.
quiet() {
    local status=0
    "$@" >"$T/.out" 2>"$T/.err" || status=$?
    slurp out "$T/.out"
    slurp err "$T/.err"
    [[ $status == 0 ]] || fail "$* ended with status $status: $out $err"
}

# exits STATUS COMMAND...: must end with just this status; sets $out and $err.
exits() {
    local status=0 wanted=$1
    shift
    "$@" >"$T/.out" 2>"$T/.err" || status=$?
    slurp out "$T/.out"
    slurp err "$T/.err"
    [[ $status == "$wanted" ]] || fail "$* ended with status $status rather than $wanted: $out $err"
}

# refused TEXT COMMAND...: must fail with status 1, and say TEXT.
refused() {
    local text=$1
    shift
    exits 1 "$@"
    [[ $err == *"$text"* ]] || fail "$*: '$text' is not in: $err"
}

state_of() { tare state "$1" | jq -r .status; }
pid_of() { tare state "$1" | jq .pid; }

# ------------------------------------------------------------------ expectations

is() { [[ $2 == "$3" ]] || fail "$1: '$2' rather than '$3'"; }
has() { [[ $2 == *"$3"* ]] || fail "$1: no '$3' in '$2'"; }
has_not() { [[ $2 != *"$3"* ]] || fail "$1: there is '$3' in '$2'"; }
matches() { [[ $2 =~ $3 ]] || fail "$1: '$2' does not match '$3'"; }

# within SECONDS COMMAND...: repeats it until it succeeds. A guest gets more time.
within() {
    local end=$((SECONDS + $1 * ${SLOWNESS:-1}))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS <= end)) || fail "not within the time: $*"
        sleep 0.02
    done
}
has_status() { [[ $(state_of "$1") == "$2" ]]; }
# Not to be seen is not to have one: what follows would then be done to the host's.
has_own_network() { is_own_network "$(readlink "/proc/$1/ns/net")" "$(readlink /proc/self/ns/net)"; }
# Two links, both well read: readlink was seen to fail on a busy machine, and what is said of that differs from any link.
is_own_network() { [[ $1 =~ ^net:\[[0-9]+\]$ && $2 =~ ^net:\[[0-9]+\]$ && $1 != "$2" ]]; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }

# ------------------------------------------------------------------ bundles

# Words for the filters of `bundle`. A mount's options are one string, separated by commas.
JQ_WORDS='
def args(a): .process.args = a;
def sh(text): args(["/bin/sh", "-c", text]);
def ns(type; path): .linux.namespaces += [{type: type} + (if path then {path: path} else {} end)];
def no_ns(name): .linux.namespaces |= map(select(.type != name));
def mount(to; type; from; options):
  .mounts += [{destination: to, type: type, source: from, options: (options / ",")}];
def bind(from; to; options): mount(to; "bind"; from; "rbind," + options);
def caps(list): .process.capabilities = {bounding: list, effective: list, permitted: list};
def all_caps(list): .process.capabilities =
  {bounding: list, effective: list, permitted: list, inheritable: list, ambient: list};
def userns(maps): ns("user"; null) | .linux.uidMappings = maps | .linux.gidMappings = maps;
def map(inside; outside; size): {containerID: inside, hostID: outside, size: size};
def hook(kind; path; args): .hooks[kind] += [{path: path, args: args}];
'

# bundle NAME [JQ_OPTION...] [FILTER]: makes $T/NAME with a busybox root and our config changed by FILTER.
bundle() {
    local name=$1 filter=.
    shift
    (($# == 0)) || { filter=${*: -1}; set -- "${@:1:$#-1}"; }
    [[ -d $T/$name ]] || mkdir -p "$T/$name"
    [[ -d $T/$name/rootfs ]] || cp -a "$TOOLS/rootfs" "$T/$name/rootfs"
    jq "$@" "$JQ_WORDS $filter" "${BASE_CONFIG:-$HERE/config.json}" >"$T/$name/config.json"
}

# change NAME FILTER: changes a bundle's config once more.
change() {
    jq "$JQ_WORDS $2" "$T/$1/config.json" >"$T/$1/config.new" && mv "$T/$1/config.new" "$T/$1/config.json"
}

# in_container [JQ_OPTION...] FILTER: runs a container made so, from bundle `a`; its output is in $out.
in_container() {
    bundle a "$@"
    quiet tare run --bundle "$T/a" a
}

# ------------------------------------------------------------------ what there is

needs_controller() {
    [[ " $(<"$V2/cgroup.controllers") " == *" $1 "* ]] || skip "no cgroup v2 controller '$1' here"
}
needs_namespace() { [[ -e /proc/self/ns/$1 ]] || skip "the kernel has no $1 namespace"; }
needs_linux() { # needs_linux MAJOR MINOR
    local major minor rest
    IFS=.- read -r major minor rest < <(uname -r)
    ((major > $1 || (major == $1 && minor >= $2))) || skip "it needs Linux $1.$2"
}
needs_program() { command -v "$1" >/dev/null || skip "no program $1"; }
needs_filesystem() { grep -qw "$1" /proc/filesystems || skip "the kernel has no $1"; }
needs_capability() {
    local bit=$1 mask
    mask=$(awk '/^CapEff/ { print $2 }' /proc/self/status)
    (( (16#$mask >> bit) & 1 )) || skip "no $2 here"
}
