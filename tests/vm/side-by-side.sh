#!/bin/bash
# side-by-side.sh GUEST N COMMAND: runs COMMAND in N guests at once, each with its own SHARD=i/N, and
# shows the outputs one after the other. Fails when one of them does.
set -u
guest=$1 count=$2 command=$3
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
pids=()
for ((i = 1; i <= count; i++)); do
    # shellcheck disable=SC2086 # GUEST is a command with its environment
    env ${guest%%tests/vm/*} "tests/vm/${guest##*tests/vm/}" "export SHARD=$i/$count; $command" >"$out/$i" 2>&1 &
    pids+=($!)
done
failed=0
for ((i = 1; i <= count; i++)); do
    wait "${pids[i - 1]}" || failed=1
    tr -d '\r' <"$out/$i"
done
exit $failed
