#include "spec/runtime/events.h"

#include "spec/runtime/write.h"

#include <cstdlib>
#include <sys/wait.h>

namespace tare::spec {

namespace {

void put_average(json::Writer& out, std::string_view name, std::uint32_t hundredths) {
    out.name(name);
    out.hundredths(hundredths);
}

void put_line(json::Writer& out, std::string_view name, const PressureLine& line) {
    out.name(name);
    out.begin_object();
    put_average(out, "avg10", line.avg10);
    put_average(out, "avg60", line.avg60);
    put_average(out, "avg300", line.avg300);
    put_always(out, "total", line.total);
    out.end_object();
}

void put_pressure(json::Writer& out, const std::optional<Pressure>& pressure) {
    if (!pressure) return;
    out.name("psi");
    out.begin_object();
    put_line(out, "some", pressure->some);
    put_line(out, "full", pressure->full);
    out.end_object();
}

void put_cpu(json::Writer& out, const CpuStats& cpu) {
    out.name("cpu");
    out.begin_object();
    out.name("usage");
    out.begin_object();
    put_always(out, "total", cpu.total);
    put_always(out, "kernel", cpu.kernel);
    put_always(out, "user", cpu.user);
    out.end_object();
    out.name("throttling");
    out.begin_object();
    put_always(out, "periods", cpu.periods);
    put_always(out, "throttledPeriods", cpu.throttled_periods);
    put_always(out, "throttledTime", cpu.throttled_time);
    out.end_object();
    put_pressure(out, cpu.pressure);
    out.end_object();
}

void put_cpuset(json::Writer& out, const CpusetStats& cpuset) {
    out.name("cpuset");
    out.begin_object();
    put(out, "cpus", cpuset.cpus);
    put(out, "mems", cpuset.mems);
    out.end_object();
}

void put_usage(json::Writer& out, std::string_view name, const MemoryUsage& usage) {
    out.name(name);
    out.begin_object();
    put_always(out, "limit", usage.limit);
    put_always(out, "usage", usage.usage);
    put(out, "max", usage.max);
    put_always(out, "failcnt", usage.failcnt);
    out.end_object();
}

void put_memory(json::Writer& out, const MemoryStats& memory) {
    out.name("memory");
    out.begin_object();
    put_always(out, "cache", memory.cache);
    put_usage(out, "usage", memory.usage);
    put_usage(out, "swap", memory.swap);
    put_usage(out, "kernel", memory.kernel);
    put_usage(out, "kernelTCP", memory.kernel_tcp);
    put(out, "raw", memory.raw);
    put_pressure(out, memory.pressure);
    put_always(out, "event_count", memory.events);
    out.end_object();
}

void put_pids(json::Writer& out, const PidsStats& pids) {
    out.name("pids");
    out.begin_object();
    put_always(out, "current", pids.current);
    put(out, "limit", pids.limit);
    out.end_object();
}

void put_entries(json::Writer& out, std::string_view name,
                 const std::vector<BlockIoEntry>& entries) {
    if (entries.empty()) return;
    out.name(name);
    out.begin_array();
    for (const BlockIoEntry& entry : entries) {
        out.begin_object();
        put_always(out, "major", entry.major);
        put_always(out, "minor", entry.minor);
        put_always(out, "op", entry.op);
        put_always(out, "value", entry.value);
        out.end_object();
    }
    out.end_array();
}

void put_block_io(json::Writer& out, const BlockIoStats& io) {
    out.name("blkio");
    out.begin_object();
    put_entries(out, "ioServiceBytesRecursive", io.bytes);
    put_entries(out, "ioServicedRecursive", io.operations);
    put_pressure(out, io.pressure);
    out.end_object();
}

void put_hugetlb(json::Writer& out, const std::map<std::string, HugetlbStats>& sizes) {
    out.name("hugetlb");
    out.begin_object();
    for (const auto& [size, stats] : sizes) {
        out.name(size);
        out.begin_object();
        put_always(out, "usage", stats.usage);
        put_always(out, "failcnt", stats.failcnt);
        out.end_object();
    }
    out.end_object();
}

void put_rdma(json::Writer& out, std::string_view name,
              const std::map<std::string, RdmaStats>& devices) {
    out.name(name);
    out.begin_array();
    for (const auto& [device, stats] : devices) {
        out.begin_object();
        put_always(out, "device", device);
        put_always(out, "hca_handles", stats.hca_handles);
        put_always(out, "hca_objects", stats.hca_objects);
        out.end_object();
    }
    out.end_array();
}

// The members have no names of their own in runc's types: Go's are in upper case.
void put_interfaces(json::Writer& out, const std::vector<NetworkInterface>& interfaces) {
    out.name("network_interfaces");
    out.begin_array();
    for (const NetworkInterface& interface : interfaces) {
        out.begin_object();
        put_always(out, "Name", interface.name);
        put_always(out, "RxBytes", interface.rx_bytes);
        put_always(out, "RxPackets", interface.rx_packets);
        put_always(out, "RxErrors", interface.rx_errors);
        put_always(out, "RxDropped", interface.rx_dropped);
        put_always(out, "TxBytes", interface.tx_bytes);
        put_always(out, "TxPackets", interface.tx_packets);
        put_always(out, "TxErrors", interface.tx_errors);
        put_always(out, "TxDropped", interface.tx_dropped);
        out.end_object();
    }
    out.end_array();
}

void put_cache_info(json::Writer& out, const IntelRdtStats::Cache& cache) {
    out.name("l3_cache_info");
    out.begin_object();
    put(out, "cbm_mask", cache.cbm_mask);
    put_always(out, "min_cbm_bits", cache.min_cbm_bits);
    put_always(out, "num_closids", cache.num_closids);
    out.end_object();
}

void put_bandwidth_info(json::Writer& out, const IntelRdtStats::Bandwidth& bandwidth) {
    out.name("mem_bw_info");
    out.begin_object();
    put_always(out, "bandwidth_gran", bandwidth.gran);
    put_always(out, "delay_linear", bandwidth.delay_linear);
    put_always(out, "min_bandwidth", bandwidth.min);
    put_always(out, "num_closids", bandwidth.num_closids);
    out.end_object();
}

void put_domains(json::Writer& out, const std::vector<IntelRdtStats::Domain>& domains) {
    out.name("mbm_stats");
    out.begin_array();
    for (const IntelRdtStats::Domain& domain : domains) {
        if (!domain.mbm_total && !domain.mbm_local) continue;
        out.begin_object();
        put(out, "mbm_total_bytes", domain.mbm_total);
        put(out, "mbm_local_bytes", domain.mbm_local);
        out.end_object();
    }
    out.end_array();
    out.name("cmt_stats");
    out.begin_array();
    for (const IntelRdtStats::Domain& domain : domains) {
        if (!domain.llc_occupancy) continue;
        out.begin_object();
        put(out, "llc_occupancy", domain.llc_occupancy);
        out.end_object();
    }
    out.end_array();
}

void put_intel_rdt(json::Writer& out, const std::optional<IntelRdtStats>& stats) {
    out.name("intel_rdt");
    out.begin_object();
    if (stats) {
        if (stats->cache) put_cache_info(out, *stats->cache);
        if (stats->bandwidth) put_bandwidth_info(out, *stats->bandwidth);
        put(out, "l3_cache_schema_root", stats->cache_root);
        put(out, "l3_cache_schema", stats->cache_group);
        put(out, "mem_bw_schema_root", stats->bandwidth_root);
        put(out, "mem_bw_schema", stats->bandwidth_group);
        put_domains(out, stats->domains);
    }
    out.end_object();
}

void put_stats(json::Writer& out, const Stats& stats) {
    out.begin_object();
    put_cpu(out, stats.cpu);
    put_cpuset(out, stats.cpuset);
    put_memory(out, stats.memory);
    put_pids(out, stats.pids);
    put_block_io(out, stats.block_io);
    put_hugetlb(out, stats.hugetlb);
    if (!stats.rdma_current.empty() || !stats.rdma_limit.empty()) {
        out.name("rdma");
        out.begin_object();
        put_rdma(out, "rdma_limit", stats.rdma_limit);
        put_rdma(out, "rdma_current", stats.rdma_current);
        out.end_object();
    }
    put_intel_rdt(out, stats.intel_rdt);
    put_interfaces(out, stats.network_interfaces);
    out.end_object();
}

void begin_event(json::Writer& out, std::string_view type, const std::string& id) {
    out.begin_object();
    out.name("type");
    out.string(type);
    put_always(out, "id", id);
}

void put_exit(json::Writer& out, int status) {
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    put_always(out, "exitStatus", signal != 0 ? 128 + signal : WEXITSTATUS(status));
    put(out, "signal", signal);
}

} // namespace

std::string write_stats_event(const std::string& id, const Stats& stats) {
    json::Writer out;
    begin_event(out, "stats", id);
    out.name("data");
    put_stats(out, stats);
    out.end_object();
    return out.take();
}

std::string write_oom_event(const std::string& id) {
    json::Writer out;
    begin_event(out, "oom", id);
    out.end_object();
    return out.take();
}

std::string write_pressure_event(const std::string& id, const std::string& resource,
                                 const Pressure& pressure) {
    json::Writer out;
    begin_event(out, "pressure", id);
    out.name("data");
    out.begin_object();
    put_always(out, "resource", resource);
    put_pressure(out, pressure);
    out.end_object();
    out.end_object();
    return out.take();
}

std::string write_exit_event(const std::string& id, const ExitInfo& exit) {
    json::Writer out;
    begin_event(out, "exit", id);
    out.name("data");
    out.begin_object();
    if (exit) put_exit(out, *exit);
    out.end_object();
    out.end_object();
    return out.take();
}

std::string write_exit_info(const std::string& id, int wait_status) {
    json::Writer out;
    out.begin_object();
    put_always(out, "id", id);
    put_exit(out, wait_status);
    out.end_object();
    return out.take();
}

} // namespace tare::spec
