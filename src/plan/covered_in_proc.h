#pragma once

namespace tare::wire {

// All that may be mounted over inside a procfs: lxcfs and its like provide these, and runtimes
// agree on them (runc's checkProcMount has the same ten). The compiler refuses the rest by its
// name, init by what it finds at the end of the path.
inline constexpr const char* kMayBeCoveredInProc[] = {
    "cpuinfo",
    "diskstats",
    "meminfo",
    "stat",
    "swaps",
    "uptime",
    "loadavg",
    "slabinfo",
    "sys/kernel/ns_last_pid",
    "sys/crypto/fips_enabled",
};

} // namespace tare::wire
