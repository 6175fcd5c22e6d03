#!/bin/bash
# case.sh FILE FUNCTION DIRECTORY: one case, with a check before and after that nothing is left behind.
# Started by run.sh through tools/supervise. Exit status: 0 passed, 77 skipped (the last line says why),
# 78 something was left behind, else failed.
set -u
file=$1 function=$2
T=$3
STATE=$T/state
export T STATE LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
unset XDG_RUNTIME_DIR NOTIFY_SOCKET LISTEN_FDS LISTEN_PID
umask 022
cd "$T" || exit 1
. "$HERE/lib.sh"
. "$HERE/leaks.sh"
. "$file"

snapshot >"$T.before"
( set -eEu -o pipefail; trap 'echo "failed at $(basename "$file"):$LINENO: $BASH_COMMAND"' ERR; "$function" )
status=$?
if [[ $status == 0 || $status == 77 ]]; then
    nothing_left "$T.before" || status=78
fi
exit "$status"
