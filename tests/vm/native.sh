#!/bin/bash
# native.sh COMMAND...: runs COMMAND in a tree that its own systemd boots, in namespaces on this machine's kernel: ten times
# as quick as a guest, but without controllers, wherever this machine has them. Needs root. The tree stays as it is, the
# machine's files are at /host. The exit status is the command's, 125 when it did not get so far.
#   TREE: made by tests/managers/tree.sh; LIMIT=10800 seconds
set -u
here=$(cd "$(dirname "$0")" && pwd)
unified=$(awk '{ for (i = 7; i < NF; i++) if ($i == "-") { if ($(i + 1) == "cgroup2") print $5; break } }' \
    /proc/self/mountinfo | head -1)
work=$(mktemp -d) cgroup=$unified/native-$$
printf '%s\n' "$*" >"$work/command"
mkdir "$cgroup" || exit 125
mkdir "$cgroup/guest" # the root as it is seen inside: of its own, as a process in it would keep it from having controllers
leave() {
    echo 1 >"$cgroup/cgroup.kill"
    until find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null; do sleep 0.1; done
    rm -rf "$work"
}
trap leave EXIT
: >"$work/output"
(
    echo "$BASHPID" >"$cgroup/cgroup.procs"
    # shellcheck disable=SC2016
    exec setsid timeout --kill-after=5 "${LIMIT:-10800}" unshare --mount --pid --net --uts --ipc --fork --kill-child \
        bash -c 'echo 0 >"$1/cgroup.procs" && shift && exec unshare --cgroup bash "$@"' \
        bash "$cgroup/guest" "$here/native-init.sh" "$TREE" "$work" </dev/null >"$work/boot" 2>&1
) &
tail --pid=$! --follow "$work/output"
cat "$work/status" >/dev/null 2>&1 || { tail -5 "$work/boot"; echo 'it did not come to an end'; exit 125; }
exit "$(cat "$work/status")"
