#!/bin/bash
# run.sh [FILTER...]: in the full guest, as root: each check of topics/*.sh with each runtime in turn.
# Each FILTER is an extended regular expression for TOPIC/CHECK.
#   TARE=build/tare  RUNTIMES='tare crun runc'  PLACE=uml|qemu|native  ROUNDS=1
# Each check is run ROUNDS times with each runtime, these in turn and in each round another first: what slows the machine,
# or is left to do by the one before, meets them all.
# A topic is a file: setup() starts its daemons, check_NAME() { # [needs criu|limits] } is one check. Output of
# interest is one line each, which table.sh reads: ok|not ok|known|skip TOPIC/CHECK RUNTIME SECONDS s
set -u
HERE=$(cd "$(dirname "$0")" && pwd)
PLACE=${PLACE:-uml}
export HERE PLACE
cd "$HERE/../.." || exit 1
TARE=$(realpath "${TARE:-build/tare}")
topics=(direct containerd cri docker podman buildah)
filters=("$@")
read -ra runtimes <<<"${RUNTIMES:-tare crun runc}"
passed=0 failed=0 skipped=0

path_of() { if [[ $1 == tare ]]; then echo "$TARE"; else command -v "$1"; fi; }

# What the managers are given as the runtime: not itself where the place cannot give what its configs ask for.
runtime_of() {
    local path wrapper=/run/managers/bin/$1
    path=$(path_of "$1")
    [[ $PLACE == native ]] || { echo "$path"; return; }
    [[ -e $wrapper ]] || install -D -m 755 /dev/stdin "$wrapper" <<END
#!/bin/sh
exec '$HERE/without-limits.sh' '$path' "\$@"
END
    echo "$wrapper"
}

wanted() {
    local filter
    [[ ${#filters[@]} == 0 ]] && return 0
    for filter in "${filters[@]}"; do [[ $1 =~ $filter ]] && return 0; done
    return 1
}

# CHECK REMARK, in the order of the file
checks_of() { sed -nE 's/^check_([a-z0-9_]+)\(\) \{ *(# *(.*))?.*$/\1 \3/p' "$HERE/topics/$1.sh"; }

# The reason why a runtime is known to fail a check: NAME TOPIC/CHECK PLACE|any REASON
known() { awk -v n="$1" -v c="$2" -v p="$PLACE" '$1 == n && $2 == c && ($3 == p || $3 == "any") { $1 = $2 = $3 = ""; print substr($0, 4) }' \
    "$HERE/expected-failures.txt"; }

run_check() { # run_check TOPIC CHECK RUNTIME
    local status=0 reason begin=$EPOCHREALTIME seconds
    reason=$(known "$3" "$1/$2")
    NAME=$3 RUNTIME=$(runtime_of "$3")
    export NAME RUNTIME
    ln -sfn "$RUNTIME" /run/runtime
    timeout --kill-after=5 "${LIMIT:-600}" bash "$HERE/check.sh" "$1" "check_$2" >"$W/out" 2>&1 </dev/null || status=$?
    [[ $status == 0 ]] || timeout 60 bash "$HERE/check.sh" "$1" cleanup >/dev/null 2>&1
    seconds=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }')
    if [[ $status != 0 && -n $reason ]]; then
        skipped=$((skipped + 1))
        echo "known $1/$2 $3 $seconds s: $reason"
    elif [[ $status != 0 || -n $reason ]]; then
        failed=$((failed + 1))
        echo "not ok $1/$2 $3 $seconds s"
        [[ $status != 0 ]] || echo "    it passes, but is listed in expected-failures.txt: $reason"
        [[ $status == 0 ]] || sed 's/^/    /' "$W/out" | tail -30
    else
        passed=$((passed + 1))
        echo "ok $1/$2 $3 $seconds s"
    fi
}

lacks() { # lacks REMARK: what this place does not have
    case "$PLACE/$1" in
    'uml/needs criu' | 'native/needs limits') true ;;
    *) false ;;
    esac
}

run_topic() {
    local topic=$1 chosen=() check remark round turn
    while read -r check remark; do
        wanted "$topic/$check" || continue
        if lacks "$remark"; then
            skipped=$((skipped + 1))
            echo "skip $topic/$check any 0 s: this place lacks what it $remark"
        else
            chosen+=("$check")
        fi
    done < <(checks_of "$topic")
    [[ ${#chosen[@]} -gt 0 ]] || return

    W=/run/managers/$topic
    export W
    mkdir -p "$W"
    ln -sfn "$(runtime_of runc)" /run/runtime
    # shellcheck disable=SC1090
    . "$HERE/topics/$topic.sh"
    (setup) >"$W/setup" 2>&1 || { failed=$((failed + 1)); echo "not ok $topic/setup any 0 s"; sed 's/^/    /' "$W/setup"; return; }
    for check in "${chosen[@]}"; do
        for ((round = 0; round < ${ROUNDS:-1}; round++)); do
            for ((turn = 0; turn < ${#runtimes[@]}; turn++)); do
                run_check "$topic" "$check" "${runtimes[(round + turn) % ${#runtimes[@]}]}"
            done
        done
    done
    stop_daemons
}

# shellcheck source=lib.sh
. "$HERE/lib.sh"
started=$SECONDS
for topic in "${topics[@]}"; do run_topic "$topic"; done
echo "$passed passed, $failed failed, $skipped skipped in $((SECONDS - started)) s"
[[ $failed == 0 ]]
