#!/bin/bash
# uml.sh COMMAND...: runs COMMAND in user-mode Linux with unified cgroup v2 (cpu io memory pids); boots in
# two seconds, needs no privilege. The exit status is the command's, 125 when the guest did not get so far.
#   INITRAMFS: made with make-initramfs.sh; XSTATE: built from xstate.cc; LIMIT=600 seconds; MEMORY=2G
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '%s\n' "$*" >"$work/command"
# umid names its control folder: below our own, so that nothing is left in the home directory.
LD_PRELOAD=$XSTATE timeout --kill-after=5 "${LIMIT:-600}" linux.uml mem="${MEMORY:-2G}" uml_dir="$work/" umid=guest \
    initrd="$INITRAMFS" root=/dev/ram0 con=null con0=null,fd:1 ssl=null quiet loglevel=3 panic=-1 \
    guest.share="hostfs:$work" ${UML_OPTIONS:-} </dev/null
cat "$work/status" >/dev/null 2>&1 || { echo 'the guest did not come to an end'; exit 125; }
exit "$(cat "$work/status")"
