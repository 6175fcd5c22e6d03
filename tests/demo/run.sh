#!/bin/bash
# run.sh TARE DIR: a first container, and how long its life cycle takes. `make run` calls it.
# The bundle stays in DIR, so that it can be looked at and run again by hand.
set -euo pipefail
tare=$(realpath "$1")
mkdir -p "$2"
dir=$(realpath "$2")
here=$(dirname "$(realpath "$0")")

# A bundle is a directory with a config.json and a root file system.
rm -rf "${dir:?}/bundle"
mkdir -p "$dir"/bundle/rootfs/{bin,dev,etc,proc,root,sys,tmp}
cp /bin/busybox "$dir/bundle/rootfs/bin/"
for applet in $(/bin/busybox --list); do
    [ "$applet" = busybox ] || ln -s busybox "$dir/bundle/rootfs/bin/$applet"
done
echo 'root:x:0:0:root:/root:/bin/sh' > "$dir/bundle/rootfs/etc/passwd"
cp "$here/show.sh" "$dir/bundle/rootfs/show.sh"
cp "$here/config.json" "$dir/bundle/config.json"

state=$(mktemp -d /dev/shm/tare-demo-XXXXXX)
id=demo-$$
trap '"$tare" --root "$state" delete --force "$id" > /dev/null 2>&1 || true; rm -rf "$state"' EXIT

echo "== tare run, in $dir/bundle"
"$tare" --root "$state" run --bundle "$dir/bundle" "$id"

# The same life in separate commands, as an engine drives it: each phase the best of ten.
phase() { # phase NAME COMMAND...: keeps the shortest time in best[NAME]
    local name=$1 begin=$EPOCHREALTIME
    shift
    "$@"
    local took=$((${EPOCHREALTIME/./} - ${begin/./}))
    [ -n "${best[$name]:-}" ] && [ "${best[$name]}" -le "$took" ] || best[$name]=$took
}
declare -A best
for round in 1 2 3 4 5 6 7 8 9 10; do
    log=$dir/output
    phase create "$tare" --root "$state" create --bundle "$dir/bundle" "$id" > "$log" 2>&1 || { cat "$log"; exit 1; }
    phase start "$tare" --root "$state" start "$id"
    phase state "$tare" --root "$state" state "$id" > "$dir/state.json"
    for wait in {1..200}; do
        case $("$tare" --root "$state" state "$id") in *'"stopped"'*) break ;; esac
        sleep 0.01
    done
    phase delete "$tare" --root "$state" delete "$id"
done
echo
echo "== the life cycle, best of ten, with the start of each process"
for name in create start state delete; do
    printf '%-8s %6d us\n' "$name" "${best[$name]}"
done
