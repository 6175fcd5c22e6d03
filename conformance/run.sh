#!/bin/bash
# Runs the suite against one runtime: RUNTIME=/path conformance/run.sh [FILTER]
#
# FILTER is a part of the tests' names, such as config/mounts or linux/seccomp/errno. Prints a table, writes
# $BUILD/NAME.json, and fails unless exactly the tests listed in expected/NAME.txt fail (where the reason begins
# with "sometimes", they may).
set -eu -o pipefail

export SUITE BUILD RUNTIME NAME TOOLS
SUITE=$(cd "$(dirname "$0")" && pwd)
BUILD=$(realpath "${BUILD:-build/conformance}")
RUNTIME=$(command -v "${RUNTIME:?must name a runtime}") || { echo "no such runtime: $RUNTIME" >&2; exit 2; }
RUNTIME=$(realpath "$RUNTIME")
NAME=${NAME:-$(basename "$RUNTIME")}
TOOLS=$BUILD
JOBS=${JOBS:-2}
TIMEOUT=${TIMEOUT:-20}
FILTER=${1:-}

. "$SUITE/catalog.sh"
load $(find "$SUITE"/{bundle,runtime,config,linux,features,practice} -name '*.sh' | sort)

# ---------------------------------------------------------------- a mount namespace of our own

# Nothing that a runtime does to mounts can reach the host, cgroup v2 is where it is on a host that has only
# that, and the bundles are on a tmpfs without nodev or nosuid.
if [ -z "${INSIDE:-}" ]; then
    INSIDE=1 exec unshare --mount --propagation private "$0" "$@"
fi
if [ -d /sys/fs/cgroup/unified ]; then
    mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup
fi
export ALL=/tmp/conformance-$NAME-$$
mkdir -p "$ALL"
mount -t tmpfs -o mode=755 conformance "$ALL"
trap 'umount -l "$ALL"; rmdir "$ALL"' EXIT
cp -a "$TOOLS/rootfs" "$ALL/rootfs"

# Device nodes of our own too: crun gives its standard streams, /dev/null among them, to the container's user.
mkdir "$ALL/devices"
while read -r name minor; do
    mknod -m 666 "$ALL/devices/$name" c 1 "$minor"
    mount --bind "$ALL/devices/$name" "/dev/$name"
done <<< $'null 3\nzero 5\nfull 7\nrandom 8\nurandom 9'

# ---------------------------------------------------------------- running

run_one() {
    local id=$1 number=$2
    export WORK=$ALL/$number ID=conf-$NAME-$$-$number
    mkdir -p "$WORK"
    local status=0 verdict
    "$TOOLS/host" supervise "$TIMEOUT" "$WORK/processes" bash "$SUITE/one.sh" "$SUITE/${id%/*}.sh" "$id" \
        < /dev/null > "$WORK/log" 2>&1 || status=$?
    if [ $status = 124 ]; then
        verdict=$'fail\tno end within '$TIMEOUT' seconds'
        rm -f "$WORK/verdict"
        SUITE=$SUITE "$SUITE/clean.sh" > /dev/null 2>&1 || true
    elif [ -s "$WORK/verdict" ]; then
        verdict=$(< "$WORK/verdict")
    else
        verdict=$'fail\tthe test itself broke: '$(tail -n 1 "$WORK/log")
    fi
    local left
    left=$(cat "$WORK/leaks" <(sed 's/^/process /' "$WORK/processes") 2> /dev/null | tr "\n" ";") || true
    if [ -n "$left" ] && [[ $verdict != fail* ]]; then verdict=$'fail\tleft behind: '$left; fi
    printf '%s\n' "$verdict" > "$ALL/verdict.$number"
    [ -n "${KEEP:-}" ] || rm -rf --one-file-system "$WORK"
}

worker() {
    local number
    for ((number = $1; number < ${#chosen[@]}; number += JOBS)); do
        run_one "${chosen[number]}" "$number"
        [ ! -t 2 ] || printf '\r%d/%d ' "$number" "${#chosen[@]}" >&2
    done
}

chosen=()
for id in "${IDS[@]}"; do
    [[ $id == *"$FILTER"* ]] && chosen+=("$id")
done
((${#chosen[@]} > 0)) || { echo "no test is named like '$FILTER'" >&2; exit 2; }

began=$SECONDS
for ((job = 0; job < JOBS; job++)); do worker "$job" & done
wait
took=$((SECONDS - began))

# ---------------------------------------------------------------- the table

declare -A EXPECTED
if [ -r "$SUITE/expected/$NAME.txt" ]; then
    while read -r id reason; do
        [[ -z $id || $id == \#* ]] && continue
        [ -n "${TEXT[$id]:-}" ] || { echo "expected/$NAME.txt: no test is named $id" >&2; exit 2; }
        EXPECTED[$id]=${reason:-?}
    done < "$SUITE/expected/$NAME.txt"
fi

passed=0 skipped=0 known=0 surprises=()
row() { printf '%-9s %-8s %-44s %s%s\n' "$1" "$2" "$3" "$4" "${5:+  [$5]}"; }
printf '%s (%s)\n\n' "$NAME" "$("$RUNTIME" --version | head -n 1)"
: > "$ALL/rows"
group=
for number in "${!chosen[@]}"; do
    id=${chosen[number]}
    IFS=$'\t' read -r result reason < "$ALL/verdict.$number" || result=fail reason="no verdict"
    expected=${EXPECTED[$id]:-}
    case $result in
    pass)
        if [[ -n $expected && $expected != sometimes* ]]; then
            surprises+=("$id passes, but is expected to fail: $expected")
            shown=PASSES
        else
            passed=$((passed + 1)) shown=pass
        fi
        ;;
    skip) skipped=$((skipped + 1)) shown=skip ;;
    *)
        if [ -n "$expected" ]; then
            known=$((known + 1)) shown=known
        else
            surprises+=("$id: $reason")
            shown=FAIL
        fi
        ;;
    esac
    [ "${id%/*}" = "$group" ] || { group=${id%/*}; printf '\n%s\n' "$group"; }
    row "$shown" "${LEVEL[$id]}" "${SECTION[$id]}" "${TEXT[$id]}" "$reason"
    printf '%s\t' "$id" "${SECTION[$id]}" "${LEVEL[$id]}" "${TEXT[$id]}" "$result" "$expected" >> "$ALL/rows"
    printf '%s\n' "$reason" >> "$ALL/rows"
done

printf '\n%d requirements in %d s: %d met, %d not met as expected, %d skipped, %d surprises\n' \
    "${#chosen[@]}" "$took" "$passed" "$known" "$skipped" "${#surprises[@]}"
((${#surprises[@]} == 0)) || printf '  %s\n' "${surprises[@]}"

if [ -z "$FILTER" ]; then
    jq -R -s --arg runtime "$NAME" --arg version "$("$RUNTIME" --version | head -n 1)" '
        { runtime: $runtime, version: $version, requirements: [ split("\n")[] | select(. != "") | split("\t")
          | { id: .[0], section: .[1], level: .[2], text: .[3], result: .[4], expected: .[5], reason: .[6] } ] }' \
        < "$ALL/rows" > "$BUILD/$NAME.json"
fi
((${#surprises[@]} == 0))
