#!/bin/bash
# After a test that was stopped: its mounts and cgroups go, and its processes are the supervisor's already.
. "$SUITE/lib.sh"
for mount in $(mounts_below "$WORK" | sort -r); do umount -l "$mount"; done
for directory in $(cgroups_of "$ID" | sort -r); do rmdir "$directory"; done
