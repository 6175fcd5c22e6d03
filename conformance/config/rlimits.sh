declare -gA LIMITS=(
    [CPU]="Max cpu time" [FSIZE]="Max file size" [DATA]="Max data size" [STACK]="Max stack size"
    [CORE]="Max core file size" [RSS]="Max resident set" [NPROC]="Max processes" [NOFILE]="Max open files"
    [MEMLOCK]="Max locked memory" [AS]="Max address space" [LOCKS]="Max file locks"
    [SIGPENDING]="Max pending signals" [MSGQUEUE]="Max msgqueue size" [NICE]="Max nice priority"
    [RTPRIO]="Max realtime priority" [RTTIME]="Max realtime timeout"
)
declare -gA VALUES=([STACK]="8388608 16777216" [AS]="1073741824 2147483648" [DATA]="1073741824 2147483648" [NICE]="0 0" [RTPRIO]="0 0" [MEMLOCK]="4096 8192" [SIGPENDING]="100 200" [FSIZE]="1048576 2097152")

for limit in AS CORE CPU DATA FSIZE LOCKS MEMLOCK MSGQUEUE NICE NOFILE NPROC RSS RTPRIO RTTIME SIGPENDING STACK; do
    requirement MUST config.md#posix-process "rlim_cur and rlim_max of RLIMIT_$limit match the values given" \
        sets_limit "$limit"
done
sets_limit() {
    local soft hard
    read -r soft hard <<< "${VALUES[$1]:-128 256}"
    config ".process.rlimits = [{ type: \"RLIMIT_$1\", soft: $soft, hard: $hard }]"
    inside grep "^${LIMITS[$1]} " /proc/self/limits
    same limits "$(sed "s/^${LIMITS[$1]} *//" "$WORK/out" | xargs | cut -d' ' -f1,2)" "$soft $hard"
}

requirement MUST config.md#posix-process "the largest value means unlimited"
test_unlimited() {
    config '.process.rlimits = [{ type: "RLIMIT_CPU", soft: 100, hard: 18446744073709551615 }]'
    process grep "^Max cpu time" /proc/self/limits
    write_config
    sed -i 's/18446744073709552000/18446744073709551615/' "$BUNDLE/config.json" # jq 1.6 counts in doubles
    run
    same limits "$(xargs < "$WORK/out" | cut -d' ' -f4,5)" "100 unlimited"
}

requirement MUST config.md#posix-process "several limits are all set"
test_several() {
    config '.process.rlimits = [{ type: "RLIMIT_NOFILE", soft: 99, hard: 100 }, { type: "RLIMIT_CORE", soft: 0, hard: 0 }]'
    inside_sh 'ulimit -Sn; ulimit -Hn; ulimit -c'
    prints $'99\n100\n0'
}

requirement MUST config.md#posix-process "a type that the kernel does not know is refused"
test_unknown() {
    config '.process.rlimits = [{ type: "RLIMIT_NONSENSE", soft: 1, hard: 1 }]'
    refused
}

requirement MUST config.md#posix-process "a type without its prefix is refused"
test_no_prefix() {
    config '.process.rlimits = [{ type: "NOFILE", soft: 10, hard: 10 }]'
    refused
}

requirement MUST config.md#posix-process "the same type twice is refused"
test_duplicate() {
    config '.process.rlimits = [{ type: "RLIMIT_NOFILE", soft: 10, hard: 10 }, { type: "RLIMIT_NOFILE", soft: 20, hard: 20 }]'
    refused
}

requirement MUST config.md#posix-process "a limit that cannot be set is an error"
test_cannot_raise() {
    ! prlimit --nofile=2097152:2097152 true 2> /dev/null || skip "hard limits may be raised here"
    config '.process.rlimits = [{ type: "RLIMIT_NOFILE", soft: 10, hard: 2097152 }]'
    never_runs
}

requirement MUST config.md#valid-values "a soft limit above the hard one is an error"
test_soft_above_hard() {
    config '.process.rlimits = [{ type: "RLIMIT_NOFILE", soft: 20, hard: 10 }]'
    never_runs
}
