#!/bin/bash
# Runs one test: one.sh FILE ID. The verdict is in $WORK/verdict; the caller supervises and limits the time.
set -eEu -o pipefail
trap 'verdict fail "$BASH_SOURCE:$LINENO: $BASH_COMMAND"' ERR

. "$SUITE/lib.sh"
. "$SUITE/catalog.sh"
[ ! -r "$SUITE/runtimes/$NAME.sh" ] || . "$SUITE/runtimes/$NAME.sh"
load "$1"

STATE=$WORK/state
INPUT=/dev/null
mkdir -p "$STATE"
new_bundle "$WORK/bundle"

leaks() {
    [ ! -e "$STATE/$ID" ] || echo "state directory $ID"
    mounts_below "$WORK" | sed 's/^/mount /'
    cgroups_of "$ID" | sed 's/^/cgroup /'
}

# Whatever the test did, its containers go; what then remains is a leak.
finish() {
    trap - ERR
    set +eE
    local directory
    ((${#HELPERS[@]} == 0)) || kill -KILL "${HELPERS[@]}" 2> /dev/null
    for directory in "$STATE/$ID"*; do
        [ ! -d "$directory" ] || runtime delete --force "${directory##*/}" > "$WORK/delete" 2>&1
    done
    for mount in $(mounts_below "$WORK/own" | sort -r); do umount -l "$mount"; done # the test's own
    leaks > "$WORK/leaks"
    for mount in $(mounts_below "$WORK" | sort -r); do umount -l "$mount"; done
    cgroups_of "$ID" | sort -r | while read -r directory; do
        echo 1 > "$directory/cgroup.kill"
        rmdir "$directory"
    done 2> /dev/null
}
trap finish EXIT

eval "${COMMAND[$2]}"
printf 'pass\t\n' > "$WORK/verdict"
