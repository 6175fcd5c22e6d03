#!/bin/bash
# sweep.sh: the sweeps of tests/sweep/sweep.cc, over several jobs; see sweep.mk for the variables. The
# report goes to build/sweep/NAME.md, all findings to build/sweep/NAME.tsv.
set -u
cd "$(dirname "$0")/../.." || exit 1
runtime=${RUNTIME:-$PWD/${BUILD:-build}/tare} jobs=${JOBS:-2} out=$PWD/${BUILD:-build}/sweep
name=$(basename "$runtime") tools=$PWD/${BUILD:-build}/integration
[[ $(id -u) == 0 ]] || { echo 'the sweeps need root'; exit 1; }
V2=$(awk '{ for (i = 7; i < NF; i++) if ($i == "-") { if ($(i + 1) == "cgroup2") print $5; break } }' \
    /proc/self/mountinfo | head -1)
[[ -n $V2 ]] || { echo 'cgroup2 is mounted nowhere'; exit 1; }
# The others look at /sys/fs/cgroup only, and take a hybrid host for v1.
[[ $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]] && V2=/sys/fs/cgroup
if [[ $name != tare && $V2 != /sys/fs/cgroup ]]; then
    exec unshare -m --propagation private \
        bash -c 'mount --bind "$1" /sys/fs/cgroup && exec tests/sweep/sweep.sh' sweep "$V2"
fi
export V2
has_hugetlb=$(grep -sw hugetlb "$V2/cgroup.controllers")

kills=(kill-runtime kill-init kill-all) all=(kill-runtime kill-init kill-all fail missing)
list_sweeps() {
    local config command kind
    for config in docker docker-cold userns terminal; do
        for command in create run run-detached start kill delete delete-force exec exec-detached pause resume update; do
            [[ $config == docker-cold && $command != create ]] && continue
            [[ $config == userns && $command == @(kill|delete|pause|resume|update) ]] && continue
            [[ $command == update && ($name != tare || -z $has_hugetlb) ]] && continue
            "$runtime" --help 2>&1 | grep -qE "^[[:space:]]+${command%%-*} " || continue
            for kind in "${all[@]}"; do
                [[ $kind == kill-@(init|all) && $command != @(create|run|run-detached|exec|exec-detached) ]] && continue
                [[ $name != tare && $kind != kill-* ]] && continue # their errors are not ours to judge
                echo "$config/$command/$kind"
            done
        done
    done
}
wanted() {
    local pattern
    [[ -n ${SWEEPS:-} ]] || return 0
    for pattern in $SWEEPS; do [[ $1 == $pattern ]] && return 0; done
    return 1
}
# For CI: every point of one lifecycle, and a sample of the rest.
lifecycle=' docker/create/kill-runtime docker/start/kill-runtime docker/kill/kill-runtime docker/delete/kill-runtime '
[[ -z ${SWEEP_QUICK:-} ]] || SWEEPS=${SWEEPS:-$lifecycle */run/fail */exec/fail */exec/kill-runtime */missing docker/delete-force/*}
sweeps=()
set -f
for sweep in $(list_sweeps); do wanted "$sweep" && sweeps+=("$sweep"); done
set +f
((${#sweeps[@]})) || { echo 'no such sweep'; exit 1; }

from=${SWEEP_FROM:-1} to=${SWEEP_TO:-1000000} step=${SWEEP_STEP:-${SWEEP_QUICK:+29}} step=${step:-1}
began=$SECONDS
mkdir -p "$out"
work=$(mktemp -d "${TMPDIR:-/tmp}/tare-sweep-XXXXXX")
chmod 755 "$work"
# The calls whose refusal once weakened a container, or was answered by a guess.
regressions=(readlink setsid prctl fcntl flock recvmsg setgroups getdents64)
only=()
for call in "${regressions[@]}"; do only+=(--only "$call"); done
grant=()
[[ $name == tare ]] || grant=(--grant-memlock)
run() { # run JOB FROM STEP SWEEP [OPTION...]
    "$tools/supervise" 3600 "$V2" "tare-sweep-$$-$1" "$out/sweep" --runtime "$runtime" --work "$work/$1" \
        --v2 "$V2" --from "$2" --to "$to" --step "$3" "${grant[@]}" "${@:5}" "$4"
    local status=$?
    ((status < 2)) || printf 'broken\t%s\t%s\n' "$4" "$status"
}
pids=()
for ((job = 0; job < jobs; job++)); do
    bash tests/sweep/bundles.sh "$work/$job" "$tools/rootfs" "$out/inside" || exit 1
    (for sweep in "${sweeps[@]}"; do
        each=$step
        [[ -z ${SWEEP_QUICK:-} || $lifecycle != *" $sweep "* ]] || each=1
        run "$job" $((from + job * each)) $((each * jobs)) "$sweep"
    done
    [[ -z ${SWEEP_QUICK:-} || $name != tare ]] || run "$job" $((1 + job)) "$jobs" docker/run/fail "${only[@]}"
    ) >"$work/$job.tsv" 2>"$work/$job.err" &
    pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done
cat "$work"/*.err >&2
cat "$work"/*.tsv >"$out/$name.tsv"
rm -rf "$work"
awk -v name="$name" -v seconds=$((SECONDS - began)) -v step="$step" -f tests/sweep/report.awk "$out/$name.tsv" >"$out/$name.md"
status=$?
cat "$out/$name.md"
exit $status
