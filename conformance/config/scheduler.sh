scheduled() { inside probe scheduler; }

requirement MUST config.md#linux-process "scheduler: the policy is set"
test_policy() {
    config '.process.scheduler = { policy: "SCHED_BATCH" }'
    scheduled
    prints_like '^policy=3 '
}

requirement MUST config.md#linux-process "scheduler: SCHED_IDLE is set"
test_idle() {
    config '.process.scheduler = { policy: "SCHED_IDLE" }'
    scheduled
    prints_like '^policy=5 '
}

requirement MUST config.md#linux-process "scheduler: the nice value is set"
test_nice() {
    config '.process.scheduler = { policy: "SCHED_OTHER", nice: 7 }'
    scheduled
    prints_like '^policy=0 nice=7 '
}

requirement MUST config.md#linux-process "scheduler: nice is 0 when it is not given"
test_nice_default() {
    config '.process.scheduler = { policy: "SCHED_BATCH" }'
    scheduled
    prints_like 'nice=0 '
}

requirement MUST config.md#linux-process "scheduler: real-time policy and priority are set"
test_real_time() {
    needs "real-time scheduling" chrt --fifo 5 true
    config '.process.scheduler = { policy: "SCHED_FIFO", priority: 5 }'
    scheduled
    prints_like '^policy=1 .*priority=5 '
}

requirement MUST config.md#linux-process "scheduler: round robin is set"
test_round_robin() {
    needs "real-time scheduling" chrt --rr 5 true
    config '.process.scheduler = { policy: "SCHED_RR", priority: 9 }'
    scheduled
    prints_like '^policy=2 .*priority=9 '
}

requirement MUST config.md#linux-process "scheduler: flags are set"
test_flags() {
    config '.process.scheduler = { policy: "SCHED_OTHER", flags: ["SCHED_FLAG_RESET_ON_FORK"] }'
    scheduled
    prints_like 'flags=1 '
}

requirement MUST config.md#linux-process "scheduler: runtime, deadline and period are set"
test_deadline() {
    needs "deadline scheduling" chrt --deadline --sched-runtime 1000000 --sched-deadline 10000000 --sched-period 20000000 0 true
    config '.process.scheduler = { policy: "SCHED_DEADLINE", runtime: 1000000, deadline: 10000000, period: 20000000 }'
    scheduled
    prints_like 'policy=6 .*runtime=1000000 deadline=10000000 period=20000000'
}

requirement MUST config.md#valid-values "scheduler: an unknown policy is refused"
test_unknown_policy() {
    config '.process.scheduler = { policy: "SCHED_NONSENSE" }'
    never_runs
}

requirement MUST config.md#valid-values "scheduler: an unknown flag is refused"
test_unknown_flag() {
    config '.process.scheduler = { policy: "SCHED_OTHER", flags: ["SCHED_FLAG_NONSENSE"] }'
    never_runs
}

requirement MUST config.md#valid-values "scheduler: a priority that the policy does not have, is an error"
test_wrong_priority() {
    config '.process.scheduler = { policy: "SCHED_FIFO", priority: 100 }'
    never_runs
}

requirement MUST config.md#linux-process "ioPriority: class and priority are set"
test_io_priority() {
    config '.process.ioPriority = { class: "IOPRIO_CLASS_BE", priority: 6 }'
    inside probe ioprio
    prints "class=2 priority=6"
}

requirement MUST config.md#linux-process "ioPriority: IDLE is set"
test_io_idle() {
    config '.process.ioPriority = { class: "IOPRIO_CLASS_IDLE", priority: 0 }'
    inside probe ioprio
    prints_like "class=3"
}

requirement MUST config.md#linux-process "ioPriority: RT is set"
test_io_real_time() {
    needs "real-time I/O" ionice -c 1 -n 4 true
    config '.process.ioPriority = { class: "IOPRIO_CLASS_RT", priority: 4 }'
    inside probe ioprio
    prints "class=1 priority=4"
}

requirement MUST config.md#valid-values "ioPriority: an unknown class is refused"
test_io_unknown() {
    config '.process.ioPriority = { class: "IOPRIO_CLASS_NONSENSE", priority: 0 }'
    never_runs
}

requirement MUST config.md#valid-values "ioPriority: a priority above 7 is refused"
test_io_range() {
    config '.process.ioPriority = { class: "IOPRIO_CLASS_BE", priority: 8 }'
    never_runs
}

requirement MUST config.md#linux-process "execCPUAffinity does not apply to the container's process"
test_exec_affinity() {
    needs "second CPU" test "$(nproc)" -gt 1
    config '.process.execCPUAffinity = { initial: "0", final: "0" }'
    inside nproc
    same CPUs "$(< "$WORK/out")" "$(nproc)"
}
