#!/bin/bash
# check.sh TOPIC FUNCTION: one check, or what cleans up after one that failed, in a process of its own.
set -u
# shellcheck source=lib.sh
. "$HERE/lib.sh"
# shellcheck disable=SC1090
. "$HERE/topics/$1.sh"
"$2"
