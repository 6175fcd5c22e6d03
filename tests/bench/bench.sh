#!/bin/bash
# bench.sh TARE TOOLS CONFIG OUT.json: tare beside runc, crun and the kernel floor, on what `docker run`
# generates. Times are p10 of one interleaved run; what does not vary (system calls, faults, memory) is
# counted. Works in a mount namespace of its own with nothing but cgroup2 on /sys/fs/cgroup, because
# Debian's crun takes no hybrid hierarchy.
#   BENCH_ROUNDS=60
set -eu
. "$(dirname "$0")/docker_bundle.sh"
if [[ -z ${BENCH_INSIDE:-} ]]; then
    BENCH_INSIDE=1 exec unshare --mount --propagation private "$0" "$@"
fi
tare=$(realpath "$1") tools=$(realpath "$2") config=$(realpath "$3") out=$4
rounds=${BENCH_ROUNDS:-60}
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
cgroup=/sys/fs/cgroup/tare-bench-$$

# On tmpfs: the disk would be measured otherwise.
work=$(mktemp -d /dev/shm/tare-bench-XXXXXX)
finish() {
    local runtime
    for runtime in "$tare" runc crun; do
        "$runtime" --root "$work/state-$(basename "$runtime")" delete --force resident >/dev/null 2>&1 || true
    done
    rm -rf "$work"
}
trap finish EXIT

make_bundle docker .
# Debian's crun raises RLIMIT_MEMLOCK for its device program; where it may not, it gets no device rules,
# which is to its advantage.
crun_bundle=docker
if ! (cd "$work/docker" && crun --root "$work/state-crun" run probe >/dev/null 2>&1); then
    crun --root "$work/state-crun" delete --force probe >/dev/null 2>&1 || true
    rmdir /sys/fs/cgroup/probe 2>/dev/null || true # it leaves this behind
    make_bundle crun 'del(.linux.resources)'
    crun_bundle=crun
fi

command_of() {
    case $1 in
    tare) echo "$tare" ;;
    *) command -v "$1" ;;
    esac
}
bundle_of() { [[ $1 == crun ]] && echo "$work/$crun_bundle" || echo "$work/docker"; }
steps() {
    local name runtime
    for name in tare crun runc; do
        runtime="$(command_of $name) --root $work/state-$name"
        echo "$name|run|$(bundle_of $name)|$runtime run @ID@"
        echo "$name exec|exec|/|$runtime exec resident /bin/true"
        echo "$name life|create|$(bundle_of $name)|$runtime create @ID@"
        echo "$name life|state|$(bundle_of $name)|$runtime state @ID@"
        echo "$name life|start|$(bundle_of $name)|$runtime start @ID@"
        echo "$name life|-reap|/|"
        echo "$name life|delete|$(bundle_of $name)|$runtime delete @ID@"
    done
    echo "floor|run|/|$tools/floor $work/docker/rootfs $work $cgroup"
    echo "floor exec|exec|/|$tools/floor exec $(<"$work/resident-tare") /sys/fs/cgroup/resident-tare"
}

# What exec goes into: a container of each runtime, with a cgroup of its own.
for name in tare crun runc; do
    bundle=$(bundle_of $name)
    mkdir "$work/exec-$name"
    jq ".root.path = \"$bundle/rootfs\" | .linux.cgroupsPath = \"/resident-$name\" | .process.terminal = false | .process.args = [\"/bin/busybox\", \"sleep\", \"100000\"]" \
        "$bundle/config.json" >"$work/exec-$name/config.json"
    (cd "$work/exec-$name" && "$(command_of $name)" --root "$work/state-$name" run --detach --pid-file "$work/resident-$name" resident >/dev/null </dev/null)
done
steps >"$work/steps"
chrt -f 5 "$tools/measure" "$rounds" "$work/times.json" <"$work/steps"

# System calls of a whole run, children included.
calls_of() {
    (cd "$1" && shift && strace -f -c -qq -o "$work/calls" "$@" >/dev/null 2>&1)
    awk '$NF == "total" { print $(NF - 1) ~ /^[0-9]+$/ && NF == 6 ? $(NF - 2) : $(NF - 1) }' "$work/calls"
}
# Resident memory of an init that waits for start.
resident_of() {
    (cd "$(bundle_of "$1")" && "$(command_of "$1")" --root "$work/state-$1" create --pid-file "$work/pid" waiting >/dev/null 2>&1 </dev/null)
    awk '/^VmRSS/ { print $2 }' "/proc/$(<"$work/pid")/status"
    "$(command_of "$1")" --root "$work/state-$1" delete --force waiting >/dev/null 2>&1
}
for name in tare crun runc; do
    jq -n --arg name $name --argjson resident "$(resident_of $name)" \
        --argjson calls "$(calls_of "$(bundle_of $name)" "$(command_of $name)" --root "$work/state-$name" run counted)" \
        '{($name): {run_system_calls: $calls, init_resident_kb: $resident}}'
done >"$work/counts.json"
jq -n --argjson calls "$(calls_of / "$tools/floor" "$work/docker/rootfs" "$work" "$cgroup")" '{floor: {run_system_calls: $calls}}' >>"$work/counts.json"

jq -n --slurpfile times "$work/times.json" --slurpfile counts "$work/counts.json" --argjson rounds "$rounds" \
    --arg crun "$([[ $crun_bundle == crun ]] && echo 'without device rules, which it cannot set here')" '
    ($times[0] | map(.variant |= sub(" (life|exec)"; ""))) as $rows
    | ($rows | map({key: "\(.variant) \(.phase)", value: .p10_us}) | from_entries) as $p10
    | {rounds: $rounds, note_on_crun: $crun, counts: ($counts | add),
       times: ($rows | map(. + {to_crun: (.p10_us / ($p10["crun \(.phase)"] // nan)), to_floor: (.p10_us / ($p10["floor \(.phase)"] // nan))}))}' >"$out"

jq -r '
    def number: if . == null or isnan then "-" else . * 100 | round / 100 | tostring end;
    (["runtime", "phase", "p10 us", "median", "to crun", "to floor", "peak KB", "faults", "failures"],
     (.times | sort_by(.phase)[] | [.variant, .phase, (.p10_us | round), (.median_us | round), (.to_crun | number), (.to_floor | number), .peak_kb, .minor_faults, .failures]))
    | @tsv' "$out" | column -t -s $'\t'
jq -r '.counts | to_entries[] | "\(.key): \(.value.run_system_calls) system calls a run" + (if .value.init_resident_kb then ", \(.value.init_resident_kb) KB resident in the waiting init" else "" end)' "$out"
jq -r 'if .note_on_crun != "" then "crun: " + .note_on_crun else empty end' "$out"
