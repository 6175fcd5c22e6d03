#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// What `events` prints: one JSON object a line, in the form of runc's. Not a part of the
// runtime-spec, but engines read it. Counters are since the cgroup was made; times in nanoseconds
// unless said otherwise; sizes in bytes.

namespace tare::spec {

// The kernel's Documentation/accounting/psi.rst. Averages in hundredths of a percent.
struct PressureLine {
    std::uint32_t avg10 = 0, avg60 = 0, avg300 = 0;
    std::uint64_t total = 0; // microseconds
    bool operator==(const PressureLine&) const = default;
};
struct Pressure {
    PressureLine some, full;
    bool operator==(const Pressure&) const = default;
};

struct CpuStats {
    std::uint64_t total = 0, kernel = 0, user = 0;
    std::uint64_t periods = 0, throttled_periods = 0, throttled_time = 0;
    std::optional<Pressure> pressure;
};

struct CpusetStats {
    std::vector<std::uint32_t> cpus, mems; // those that it may really use
};

struct MemoryUsage {
    std::uint64_t limit = 0; // UINT64_MAX: none
    std::uint64_t usage = 0;
    std::uint64_t max = 0;     // the highest usage so far; 0: not known
    std::uint64_t failcnt = 0; // how often the limit was run against
};

struct MemoryStats {
    std::uint64_t cache = 0;
    MemoryUsage usage;
    MemoryUsage swap; // memory and swap together
    MemoryUsage kernel, kernel_tcp;
    std::map<std::string, std::uint64_t> raw;    // memory.stat
    std::map<std::string, std::uint64_t> events; // memory.events
    std::optional<Pressure> pressure;
};

struct PidsStats {
    std::uint64_t current = 0;
    std::uint64_t limit = 0; // 0: none
};

struct BlockIoEntry {
    std::uint64_t major = 0, minor = 0;
    std::string op; // "Read", "Write", "Discard"
    std::uint64_t value = 0;
};
struct BlockIoStats {
    std::vector<BlockIoEntry> bytes, operations;
    std::optional<Pressure> pressure;
};

struct HugetlbStats {
    std::uint64_t usage = 0, failcnt = 0;
};

struct RdmaStats {
    std::uint64_t hca_handles = 0, hca_objects = 0; // UINT64_MAX: no limit
};

struct NetworkInterface {
    std::string name;
    std::uint64_t rx_bytes = 0, rx_packets = 0, rx_errors = 0, rx_dropped = 0;
    std::uint64_t tx_bytes = 0, tx_packets = 0, tx_errors = 0, tx_dropped = 0;
};

// linux.intelRdt: the class of service, and what it uses of each domain (mostly a socket).
struct IntelRdtStats {
    struct Cache {
        std::string cbm_mask; // hexadecimal
        std::uint64_t min_cbm_bits = 0, num_closids = 0;
    };
    struct Bandwidth {
        std::uint64_t gran = 0, delay_linear = 0, min = 0, num_closids = 0;
    };
    struct Domain {
        std::optional<std::uint64_t> llc_occupancy, mbm_total, mbm_local; // bytes
    };
    std::optional<Cache> cache;          // where L3 can be divided
    std::optional<Bandwidth> bandwidth;  // where memory bandwidth can
    std::string cache_root, cache_group; // lines of the schemata: "L3:0=7ff;1=7ff"
    std::string bandwidth_root, bandwidth_group;
    std::vector<Domain> domains;
};

struct Stats {
    std::optional<IntelRdtStats> intel_rdt;
    CpuStats cpu;
    CpusetStats cpuset;
    MemoryStats memory;
    PidsStats pids;
    BlockIoStats block_io;
    std::map<std::string, HugetlbStats> hugetlb; // by page size: "2MB"
    std::map<std::string, RdmaStats> rdma_current, rdma_limit;
    std::vector<NetworkInterface> network_interfaces;
};

// How the container's process ended: a wait status; nullopt where the kernel does not tell.
using ExitInfo = std::optional<int>;

// Each is one line without its end.
std::string write_stats_event(const std::string& id, const Stats& stats);
std::string write_oom_event(const std::string& id);
std::string write_pressure_event(const std::string& id, const std::string& resource,
                                 const Pressure& pressure);
std::string write_exit_event(const std::string& id, const ExitInfo& exit);

// {"id":"c1","exitStatus":137,"signal":9}: as a shell counts, 128 plus the signal.
std::string write_exit_info(const std::string& id, int wait_status);

} // namespace tare::spec
