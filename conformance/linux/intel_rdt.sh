# What can be told without a processor that has it.
no_resctrl() { ! grep -q ' - resctrl ' /proc/self/mountinfo || skip "resctrl is mounted here"; }

requirement MUST config-linux.md#intelrdt "intelRdt without a mounted resctrl file system is an error"
test_not_mounted() {
    no_resctrl
    config '.linux.intelRdt = { l3CacheSchema: "L3:0=f" }'
    refused
}

requirement MUST config-linux.md#intelrdt "so it is with a class of service that is to be there"
test_not_mounted_class() {
    no_resctrl
    config '.linux.intelRdt = { closID: "guaranteed" }'
    refused
}

requirement MUST config-linux.md#intelrdt "so it is with monitoring alone"
test_not_mounted_monitoring() {
    no_resctrl
    config '.linux.intelRdt = { enableMonitoring: true }'
    refused
}

requirement MUST config-linux.md#intelrdt "a memBwSchema that does not start with MB: is refused"
test_memory_schema() {
    config '.linux.intelRdt = { memBwSchema: "L3:0=f" }'
    refused
}

requirement PRACTICE config-linux.md#intelrdt "a closID that leads out of the file system is refused"
test_closid_outside() {
    config '.linux.intelRdt = { closID: "../cgroup/x", schemata: ["L3:0=f"] }'
    refused
}
