#!/bin/bash
# all.sh: every stage of `make test`, one after the other, each with its output in build/test/STAGE.log;
# a stage that fails does not keep the next from running. Ends with the sum of all.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
mkdir -p "$build/test"
export MAKEFLAGS= # a jobserver of the make that called us is not ours to use
passed=0 failed=0 skipped=0 summary=()

# Each suite closes its output with "N passed, N failed, N skipped"; GoogleTest has its own words.
count() { # count LOG
    awk '/^[0-9]+ passed, [0-9]+ failed/ { p += $1; f += $3; s += $5 }
         /^[0-9]+ requirements in .* surprises$/ { p += $6; s += $(NF - 3) }
         /^stat::number_of_executed_units/ { p++ } # one a fuzz target
         /^\[  PASSED  \] [0-9]+ test/ { p += $4 }
         /^\[  SKIPPED \] [0-9]+ test/ { s += $4 }
         /^\[  FAILED  \] [0-9]+ test/ { f += $4 }
         END { print p + 0, f + 0, s + 0 }' "$1"
}

stage() { # stage NAME COMMAND...
    local name=$1 log=$build/test/$1.log begin=$SECONDS rc=0 p f s
    shift
    echo "== $name"
    "$@" > "$log" 2>&1 < /dev/null || rc=$?
    read -r p f s < <(count "$log")
    [ "$rc" = 0 ] || { [ "$f" -gt 0 ] || f=1; tail -n 60 "$log"; }
    [ "$rc" != 0 ] || [ "$((p + f + s))" -gt 0 ] || p=1 # a stage that counts nothing of its own
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    summary+=("$(printf '%-14s %5d passed %4d failed %4d skipped %5d s' "$name" "$p" "$f" "$s" $((SECONDS - begin)))")
    echo "   ${summary[-1]}"
}

# In guests, for their controllers and security modules: the whole of it takes four minutes, and is `make vm`.
limits_in_a_guest() {
    make guest COMMAND=true || { echo "user-mode Linux does not start here"; echo "0 passed, 0 failed, 1 skipped"; return 0; }
    make vm FILTER='limits/' && make vm-labels
}

# On this machine's kernel where it lets us, which is ten times as quick as a guest.
managers_here() {
    local place
    for place in native uml; do
        make full-guest GUEST=$place COMMAND=true && { make managers GUEST=$place; return; }
    done
    echo "systemd boots neither in namespaces nor in user-mode Linux here"
    echo "0 passed, 0 failed, 1 skipped"
}

# What fails soonest comes first. Not in the list, for their time: vm, vm-qemu, conformance-official.
only=${STAGES:-build check trees integration limits conformance managers sanitized fuzz sweep}
for name in $only; do
    case $name in
    build) stage build make -j2 all ;;
    check) stage check make -j2 check ;;
    trees) stage trees make -j2 trees ;; # the Debians that later stages boot
    sanitized) stage sanitized make -j2 SANITIZE=1 unit-tests ;;
    limits) stage limits limits_in_a_guest ;;
    managers) stage managers managers_here ;;
    fuzz) stage fuzz make -j2 FUZZ_SECONDS="${FUZZ_SECONDS:-6}" fuzz ;;
    sweep) stage sweep make sweep-quick ;; # every kill point of one lifecycle, a sample of the rest
    *) stage "$name" make "$name" ;;
    esac
done

echo
printf '%s\n' "${summary[@]}"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
