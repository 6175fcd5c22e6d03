#!/bin/bash
# run.sh TREE TARE RESULTS [PROGRAM...]: as root, each validation program of TREE with tare, crun and runc. The three run
# side by side, each in namespaces and a cgroup of its own with TREE as its root.
# RESULTS gets RUNTIME/PROGRAM.out, .err, .status and .seconds, which judge.py reads, or .lacks where it cannot be run.
#   LIMIT=90: seconds for a program
set -u
here=$(cd "$(dirname "$0")" && pwd)
tree=$(realpath "$1") tare=$(realpath "$2")
mkdir -p "$3"
results=$(realpath "$3")
shift 3

v2=$(awk '{ for (i = 7; i < NF; i++) if ($i == "-") { if ($(i + 1) == "cgroup2") print $5; break } }' \
    /proc/self/mountinfo | head -1)
[[ -n $v2 ]] || { echo "cgroup2 is mounted nowhere"; exit 1; }

run() { # run NAME PROGRAM...
    local group=$v2/official-$$-$1
    rm -rf "${results:?}/$1"
    mkdir "$results/$1" "$group" "$group/init" || return
    (
        # The namespace's root is the group, in which no process may be, so that it can pass controllers on.
        echo "$BASHPID" >"$group/cgroup.procs"
        # shellcheck disable=SC2016
        exec unshare --cgroup sh -c 'echo $$ >"$0/init/cgroup.procs"; exec unshare --mount --net --ipc --uts --pid \
            --kill-child --fork "$@"' "$group" bash "$here/inside.sh" "$tree" "$tare" "$results/$1" "$@"
    )
    echo 1 >"$group/cgroup.kill"
    for _ in {1..50}; do
        find "$group" -depth -type d -exec rmdir {} + 2>/dev/null && return
        sleep 0.1
    done
    echo "this cgroup stays: $group"
    return 1
}

status=0
for runtime in tare crun runc; do run $runtime "$@" & jobs+=($!); done
for job in "${jobs[@]}"; do wait "$job" || status=1; done
exit $status
