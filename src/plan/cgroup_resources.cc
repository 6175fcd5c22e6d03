#include "plan/cgroup.h"

#include "base/text.h"
#include "plan/compilation.h"

#include <algorithm>
#include <cmath>

// The conversions from cgroup v1's terms, in which the spec is written, to the files of v2.

namespace tare::plan {

namespace {

constexpr std::int64_t kNoLimit = -1;
constexpr std::uint64_t kDefaultPeriod = 100'000; // us, of v1 and v2

// Of v1's 2 to 262144 to v2's 1 to 10000: a curve through both ends and through the two defaults,
// 1024 and 100.
std::uint64_t weight_of_shares(std::uint64_t shares) {
    if (shares <= 2) return 1;
    if (shares >= 262'144) return 10'000;
    const double l = std::log2(static_cast<double>(shares));
    const double weight = std::pow(10, (l * l + 125 * l) / 612 - 7.0 / 34);
    return static_cast<std::uint64_t>(std::ceil(weight - 1e-9)); // 1024 gives 100 and a bit
}

// Of v1's 10 to 1000 to v2's 1 to 10000.
std::uint64_t io_weight(std::uint16_t weight) {
    return 1 + (std::uint64_t{weight} - 10) * 9999 / 990;
}

std::string limit_text(std::int64_t limit) {
    return limit < 0 ? "max" : std::to_string(limit);
}

std::string device_text(std::int64_t major, std::int64_t minor) {
    return std::to_string(major) + ":" + std::to_string(minor) + " ";
}

class Planner {
public:
    Planner(const HostFacts& host, const std::string& origin) : host_(host), origin_(origin) {}

    Status plan(const spec::Resources& resources) {
        if (resources.cpu) plan_cpu(*resources.cpu);
        if (resources.memory) TRY(plan_memory(*resources.memory));
        if (resources.pids_limit) plan_pids(*resources.pids_limit);
        if (resources.block_io) plan_block_io(*resources.block_io);
        TRY(plan_hugepages(resources.hugepage_limits));
        plan_rdma(resources.rdma);
        if (resources.network) plan_network(*resources.network);
        return plan_unified(resources.unified); // last: it overrides the others
    }

    std::vector<CgroupWrite> writes;
    std::vector<std::string> warnings;

private:
    CgroupWrite& write(const std::string& field, std::string file, std::string value) {
        writes.push_back({origin_ + field, std::move(file), std::move(value)});
        return writes.back();
    }
    void ignore(const std::string& field) {
        warnings.push_back(origin_ + field + ": has no meaning on cgroup v2: ignored");
    }
    Failure refuse(const std::string& field, const std::string& why) const {
        return invalid(origin_ + field + ": " + why);
    }

    void plan_cpu(const spec::Cpu& cpu);
    Status plan_memory(const spec::Memory& memory);
    Status plan_swap(const spec::Memory& memory);
    void plan_pids(std::int64_t limit);
    void plan_block_io(const spec::BlockIo& io);
    void plan_throttle(const std::vector<spec::ThrottleDevice>& devices, const std::string& field,
                       const char* key);
    Status plan_hugepages(const std::vector<spec::HugepageLimit>& limits);
    void plan_rdma(const std::map<std::string, spec::Rdma>& devices);
    void plan_network(const spec::Network& network);
    Status plan_unified(const std::map<std::string, std::string>& files);

    const HostFacts& host_;
    const std::string& origin_;
};

// An idle cgroup takes no weight, and one with a weight can become idle: so idle comes first, and
// idle=1 leaves the weight out.
void Planner::plan_cpu(const spec::Cpu& cpu) {
    const bool idle = cpu.idle.value_or(0) != 0;
    if (cpu.idle) write("/cpu/idle", "cpu.idle", idle ? "1" : "0").optional = !idle;
    if (cpu.shares.value_or(0) != 0) {
        if (idle)
            warnings.push_back(origin_ + "/cpu/shares: has no meaning beside idle: ignored");
        else
            write("/cpu/shares", "cpu.weight", std::to_string(weight_of_shares(*cpu.shares)));
    }
    if (cpu.quota.value_or(0) != 0 || cpu.period.value_or(0) != 0) {
        const std::int64_t quota = cpu.quota.value_or(0);
        const std::uint64_t period = cpu.period.value_or(0);
        write(cpu.quota ? "/cpu/quota" : "/cpu/period", "cpu.max",
              (quota > 0 ? std::to_string(quota) : "max") + " "
                  + std::to_string(period != 0 ? period : kDefaultPeriod));
    }
    if (cpu.burst) write("/cpu/burst", "cpu.max.burst", std::to_string(*cpu.burst));
    if (!cpu.cpus.empty()) write("/cpu/cpus", "cpuset.cpus", cpu.cpus);
    if (!cpu.mems.empty()) write("/cpu/mems", "cpuset.mems", cpu.mems);
    if (cpu.realtime_runtime.value_or(0) != 0) ignore("/cpu/realtimeRuntime");
    if (cpu.realtime_period.value_or(0) != 0) ignore("/cpu/realtimePeriod");
}

// 0 is how engines write "unset".
Status Planner::plan_memory(const spec::Memory& memory) {
    TRY(plan_swap(memory));
    if (memory.limit.value_or(0) != 0)
        write("/memory/limit", "memory.max", limit_text(*memory.limit));
    if (memory.reservation.value_or(0) != 0)
        write("/memory/reservation", "memory.low", limit_text(*memory.reservation));
    if (memory.kernel.value_or(0) > 0) ignore("/memory/kernel");
    if (memory.kernel_tcp.value_or(0) > 0) ignore("/memory/kernelTCP");
    if (memory.swappiness && *memory.swappiness != UINT64_MAX) ignore("/memory/swappiness");
    if (memory.disable_oom_killer.value_or(false)) ignore("/memory/disableOOMKiller");
    if (!memory.use_hierarchy.value_or(true)) ignore("/memory/useHierarchy");
    return {};
}

// The spec's swap is memory and swap together, v2's is swap alone. A kernel without swap has no
// file for it, and then neither "max" nor "0" is a limit that somebody would miss.
Status Planner::plan_swap(const spec::Memory& memory) {
    const std::int64_t limit = memory.limit.value_or(0);
    const std::int64_t swap = memory.swap.value_or(0);
    const std::string field = "/memory/swap";
    if (swap == 0 && limit == kNoLimit) // as v1 had it: no limit for memory is none for both
        write("/memory/limit", "memory.swap.max", "max").optional = true;
    if (swap == 0) return {};
    if (swap == kNoLimit) {
        write(field, "memory.swap.max", "max").optional = true;
        return {};
    }
    if (limit == 0) return refuse(field, "needs memory/limit, because it limits both together");
    if (limit != kNoLimit && swap < limit)
        return refuse(field, "must not be below memory/limit, " + std::to_string(limit) + ", got "
                                 + std::to_string(swap));
    const std::int64_t alone = limit == kNoLimit ? swap : swap - limit;
    write(field, "memory.swap.max", std::to_string(alone)).optional = alone == 0;
    return {};
}

// The container's first process is made inside the cgroup, so it counts: with 1 it cannot fork
// either, with 0 it could not be made.
void Planner::plan_pids(std::int64_t limit) {
    write("/pids/limit", "pids.max", limit == 0 ? "1" : limit_text(limit));
}

void Planner::plan_block_io(const spec::BlockIo& io) {
    const auto weigh = [this](const std::string& field, const std::string& device,
                              std::uint16_t weight) {
        CgroupWrite& made = write(field, "io.bfq.weight", device + std::to_string(weight));
        made.else_file = "io.weight";
        made.else_value = device + std::to_string(io_weight(weight));
    };
    if (io.weight.value_or(0) != 0) weigh("/blockIO/weight", "", *io.weight);
    if (io.leaf_weight.value_or(0) != 0) ignore("/blockIO/leafWeight");
    for (std::size_t i = 0; i < io.weight_device.size(); ++i) {
        const spec::WeightDevice& device = io.weight_device[i];
        const std::string field = "/blockIO/weightDevice/" + std::to_string(i);
        if (device.weight.value_or(0) != 0)
            weigh(field + "/weight", device_text(device.major, device.minor), *device.weight);
        if (device.leaf_weight.value_or(0) != 0) ignore(field + "/leafWeight");
    }
    plan_throttle(io.throttle_read_bps_device, "/blockIO/throttleReadBpsDevice/", "rbps=");
    plan_throttle(io.throttle_write_bps_device, "/blockIO/throttleWriteBpsDevice/", "wbps=");
    plan_throttle(io.throttle_read_iops_device, "/blockIO/throttleReadIOPSDevice/", "riops=");
    plan_throttle(io.throttle_write_iops_device, "/blockIO/throttleWriteIOPSDevice/", "wiops=");
}

// v1 takes 0 as no limit, v2 refuses it.
void Planner::plan_throttle(const std::vector<spec::ThrottleDevice>& devices,
                            const std::string& field, const char* key) {
    for (std::size_t i = 0; i < devices.size(); ++i)
        write(field + std::to_string(i), "io.max",
              device_text(devices[i].major, devices[i].minor) + key
                  + (devices[i].rate == 0 ? "max" : std::to_string(devices[i].rate)));
}

// The size becomes part of a file name: only one that the kernel has can be that.
Status Planner::plan_hugepages(const std::vector<spec::HugepageLimit>& limits) {
    for (std::size_t i = 0; i < limits.size(); ++i) {
        const std::string field = "/hugepageLimits/" + std::to_string(i);
        const std::string& size = limits[i].page_size;
        if (std::ranges::find(host_.hugepage_sizes, size) == host_.hugepage_sizes.end())
            return refuse(
                field + "/pageSize",
                "this kernel has no huge pages of " + quote(size) + ", it has "
                    + (host_.hugepage_sizes.empty() ? "none" : joined(host_.hugepage_sizes)));
        const std::string value = std::to_string(limits[i].limit);
        write(field + "/limit", "hugetlb." + size + ".max", value);
        write(field + "/limit", "hugetlb." + size + ".rsvd.max", value).optional = true;
    }
    return {};
}

void Planner::plan_rdma(const std::map<std::string, spec::Rdma>& devices) {
    for (const auto& [name, rdma] : devices) {
        std::string value = name;
        if (rdma.hca_handles) value += " hca_handle=" + std::to_string(*rdma.hca_handles);
        if (rdma.hca_objects) value += " hca_object=" + std::to_string(*rdma.hca_objects);
        writes.push_back(
            {pointer_to(origin_ + "/rdma", std::string_view(name)), "rdma.max", value});
    }
}

void Planner::plan_network(const spec::Network& network) {
    if (network.class_id) ignore("/network/classID");
    if (!network.priorities.empty()) ignore("/network/priorities");
}

// Of the files that every cgroup has, most are no limits: they move, kill or freeze processes.
bool may_be_unified(const std::string& file) {
    if (file.find('/') != std::string::npos || file.find('.') == std::string::npos
        || file.front() == '.')
        return false;
    return !file.starts_with("cgroup.") || file == "cgroup.max.depth"
           || file == "cgroup.max.descendants" || file == "cgroup.pressure";
}

// The kernel takes one line a write.
Status Planner::plan_unified(const std::map<std::string, std::string>& files) {
    for (const auto& [file, value] : files) {
        if (!may_be_unified(file))
            return refuse(pointer_to("/unified", file),
                          quote(file) + " is not the name of a controller's file in a cgroup");
        const std::string field = pointer_to("/unified", std::string_view(file));
        for (const std::string_view line : split(value, '\n'))
            if (!line.empty() || value.empty()) write(field, file, std::string(line));
    }
    return {};
}

} // namespace

Result<std::vector<CgroupWrite>> plan_resources(const spec::Resources& resources,
                                                const HostFacts& host, const std::string& origin,
                                                std::vector<std::string>* warnings) {
    Planner planner(host, origin);
    TRY(planner.plan(resources));
    if (warnings != nullptr)
        warnings->insert(warnings->end(), planner.warnings.begin(), planner.warnings.end());
    return std::move(planner.writes);
}

std::string controller_of(const std::string& file) {
    const std::string name = file.substr(0, file.find('.'));
    return name == "cgroup" ? "" : name;
}

} // namespace tare::plan
