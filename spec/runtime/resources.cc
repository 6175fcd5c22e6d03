#include "base/text.h"
#include "spec/runtime/read.h"
#include "spec/runtime/write.h"

namespace tare::spec {

namespace {

constexpr std::string_view kRuleTypes[] = {"a", "b", "c"};
constexpr std::int64_t kNoLimit = -1;
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

// Device numbers as the kernel packs them: 12 bits and 20 bits.
constexpr std::int64_t kMaxMajor = 4095;
constexpr std::int64_t kMaxMinor = 1048575;

} // namespace

static Status read(const json::Cursor& at, DeviceRule& rule) {
    TRY(required(at, "allow", rule.allow));
    TRY(member(at, "type", rule.type));
    if (!rule.type.empty()) TRY(known_member(at, "type", kRuleTypes, rule.type));
    TRY(ranged(at, "major", -1, kMaxMajor, rule.major));
    TRY(ranged(at, "minor", -1, kMaxMinor, rule.minor));
    TRY(member(at, "access", rule.access));
    if (rule.access.find_first_not_of("rwm") != std::string::npos)
        return at.error("access", "must consist of 'r', 'w' and 'm', not be " + quote(rule.access));
    return {};
}

static Status read(const json::Cursor& at, Memory& memory) {
    TRY(at.object());
    TRY(ranged(at, "limit", kNoLimit, kMax, memory.limit));
    TRY(ranged(at, "reservation", kNoLimit, kMax, memory.reservation));
    TRY(ranged(at, "swap", kNoLimit, kMax, memory.swap));
    TRY(ranged(at, "kernel", kNoLimit, kMax, memory.kernel));
    TRY(ranged(at, "kernelTCP", kNoLimit, kMax, memory.kernel_tcp));
    // No range: dockerd writes (uint64) -1 for an unset one, and cgroup v2 has no such knob.
    TRY(member(at, "swappiness", memory.swappiness));
    TRY(member(at, "disableOOMKiller", memory.disable_oom_killer));
    TRY(member(at, "useHierarchy", memory.use_hierarchy));
    return member(at, "checkBeforeUpdate", memory.check_before_update);
}

static Status read(const json::Cursor& at, Cpu& cpu) {
    TRY(at.object());
    TRY(member(at, "shares", cpu.shares));
    TRY(member(at, "quota", cpu.quota));
    TRY(member(at, "burst", cpu.burst));
    TRY(member(at, "period", cpu.period));
    TRY(member(at, "realtimeRuntime", cpu.realtime_runtime));
    TRY(member(at, "realtimePeriod", cpu.realtime_period));
    TRY(member(at, "cpus", cpu.cpus));
    TRY(check_cpu_list(at, "cpus", cpu.cpus));
    TRY(member(at, "mems", cpu.mems));
    TRY(check_cpu_list(at, "mems", cpu.mems));
    TRY(ranged(at, "idle", 0, 1, cpu.idle));
    if (cpu.burst && cpu.quota && *cpu.quota > 0
        && *cpu.burst > static_cast<std::uint64_t>(*cpu.quota))
        return at.error("burst", "must not be above quota");
    return {};
}

// 10 to 1000 are the weights; engines write 0 for an unset one.
static Status read_weight(const json::Cursor& at, std::string_view name,
                          std::optional<std::uint16_t>& out) {
    TRY(member(at, name, out));
    if (!out || *out == 0 || (*out >= 10 && *out <= 1000)) return {};
    return at.error(name, "must be from 10 to 1000, or 0 for unset");
}

template <class T>
static Status read_device_numbers(const json::Cursor& at, T& device) {
    TRY(at.require("major"));
    TRY(ranged(at, "major", 0, kMaxMajor, device.major));
    TRY(at.require("minor"));
    return ranged(at, "minor", 0, kMaxMinor, device.minor);
}

static Status read(const json::Cursor& at, WeightDevice& device) {
    TRY(read_device_numbers(at, device));
    TRY(read_weight(at, "weight", device.weight));
    TRY(read_weight(at, "leafWeight", device.leaf_weight));
    if (!device.weight && !device.leaf_weight) return at.error("needs weight or leafWeight");
    return {};
}

static Status read(const json::Cursor& at, ThrottleDevice& device) {
    TRY(read_device_numbers(at, device));
    return required(at, "rate", device.rate);
}

static Status read(const json::Cursor& at, BlockIo& io) {
    TRY(at.object());
    TRY(read_weight(at, "weight", io.weight));
    TRY(read_weight(at, "leafWeight", io.leaf_weight));
    TRY(member(at, "weightDevice", io.weight_device));
    TRY(member(at, "throttleReadBpsDevice", io.throttle_read_bps_device));
    TRY(member(at, "throttleWriteBpsDevice", io.throttle_write_bps_device));
    TRY(member(at, "throttleReadIOPSDevice", io.throttle_read_iops_device));
    return member(at, "throttleWriteIOPSDevice", io.throttle_write_iops_device);
}

// config-schema.json: ^[1-9][0-9]*[KMG]B$
static bool is_page_size(std::string_view text) {
    if (text.size() < 3 || text.front() < '1' || text.front() > '9') return false;
    if (!text.ends_with('B')) return false;
    const std::string_view digits = text.substr(0, text.size() - 2);
    const char unit = text[text.size() - 2];
    return digits.find_first_not_of("0123456789") == std::string_view::npos
           && (unit == 'K' || unit == 'M' || unit == 'G');
}

static Status read(const json::Cursor& at, HugepageLimit& limit) {
    TRY(required(at, "pageSize", limit.page_size));
    if (!is_page_size(limit.page_size))
        return at.error("pageSize",
                        "must be a size such as 64KB, 2MB or 1GB, not " + quote(limit.page_size));
    return required(at, "limit", limit.limit);
}

static Status read(const json::Cursor& at, InterfacePriority& priority) {
    TRY(required(at, "name", priority.name));
    return required(at, "priority", priority.priority);
}

static Status read(const json::Cursor& at, Network& network) {
    TRY(at.object());
    TRY(member(at, "classID", network.class_id));
    return member(at, "priorities", network.priorities);
}

static Status read(const json::Cursor& at, Rdma& rdma) {
    TRY(at.object());
    TRY(member(at, "hcaHandles", rdma.hca_handles));
    TRY(member(at, "hcaObjects", rdma.hca_objects));
    if (!rdma.hca_handles && !rdma.hca_objects) return at.error("needs hcaHandles or hcaObjects");
    return {};
}

// A name becomes one word of a line of rdma.max.
static Status check_rdma(const json::Cursor& at) {
    const auto devices = at.find("rdma");
    if (!devices) return {};
    const auto members = TRY(devices->object());
    for (const json::Member& device : members)
        if (device.name.find_first_of(" \t\n=") != std::string_view::npos)
            return device.value.error("a device's name must not contain blanks or '='");
    return {};
}

// A key becomes a file name in the container's cgroup, and must not lead out of it.
static Status check_unified(const json::Cursor& at) {
    const auto files = at.find("unified");
    if (!files) return {};
    const auto members = TRY(files->object());
    for (const json::Member& file : members)
        if (file.name.find('/') != std::string_view::npos || file.name == "." || file.name == "..")
            return file.value.error("must be the name of one file, such as 'memory.high'");
    return {};
}

Status read(const json::Cursor& at, Resources& resources) {
    TRY(at.object());
    TRY(member(at, "devices", resources.devices));
    TRY(member(at, "memory", resources.memory));
    TRY(member(at, "cpu", resources.cpu));
    if (const auto pids = at.find("pids")) {
        TRY(pids->object());
        TRY(ranged(*pids, "limit", kNoLimit, kMax, resources.pids_limit));
    }
    TRY(member(at, "blockIO", resources.block_io));
    TRY(member(at, "hugepageLimits", resources.hugepage_limits));
    TRY(member(at, "network", resources.network));
    TRY(member(at, "rdma", resources.rdma));
    TRY(check_rdma(at));
    TRY(member(at, "unified", resources.unified));
    return check_unified(at);
}

Result<Resources> read_resources(std::string_view text, std::string_view file_name) {
    const auto document = TRY(json::parse(text, file_name));
    Resources resources;
    TRY(read(document.root(), resources));
    return resources;
}

// ---------------------------------------------------------------- writing

static void write(json::Writer& out, const DeviceRule& rule) {
    out.begin_object();
    put_always(out, "allow", rule.allow);
    put(out, "type", rule.type);
    put(out, "major", rule.major);
    put(out, "minor", rule.minor);
    put(out, "access", rule.access);
    out.end_object();
}

static void write(json::Writer& out, const Memory& memory) {
    out.begin_object();
    put(out, "limit", memory.limit);
    put(out, "reservation", memory.reservation);
    put(out, "swap", memory.swap);
    put(out, "kernel", memory.kernel);
    put(out, "kernelTCP", memory.kernel_tcp);
    put(out, "swappiness", memory.swappiness);
    put(out, "disableOOMKiller", memory.disable_oom_killer);
    put(out, "useHierarchy", memory.use_hierarchy);
    put(out, "checkBeforeUpdate", memory.check_before_update);
    out.end_object();
}

static void write(json::Writer& out, const Cpu& cpu) {
    out.begin_object();
    put(out, "shares", cpu.shares);
    put(out, "quota", cpu.quota);
    put(out, "burst", cpu.burst);
    put(out, "period", cpu.period);
    put(out, "realtimeRuntime", cpu.realtime_runtime);
    put(out, "realtimePeriod", cpu.realtime_period);
    put(out, "cpus", cpu.cpus);
    put(out, "mems", cpu.mems);
    put(out, "idle", cpu.idle);
    out.end_object();
}

static void write(json::Writer& out, const WeightDevice& device) {
    out.begin_object();
    put_always(out, "major", device.major);
    put_always(out, "minor", device.minor);
    put(out, "weight", device.weight);
    put(out, "leafWeight", device.leaf_weight);
    out.end_object();
}

static void write(json::Writer& out, const ThrottleDevice& device) {
    out.begin_object();
    put_always(out, "major", device.major);
    put_always(out, "minor", device.minor);
    put_always(out, "rate", device.rate);
    out.end_object();
}

static void write(json::Writer& out, const BlockIo& io) {
    out.begin_object();
    put(out, "weight", io.weight);
    put(out, "leafWeight", io.leaf_weight);
    put(out, "weightDevice", io.weight_device);
    put(out, "throttleReadBpsDevice", io.throttle_read_bps_device);
    put(out, "throttleWriteBpsDevice", io.throttle_write_bps_device);
    put(out, "throttleReadIOPSDevice", io.throttle_read_iops_device);
    put(out, "throttleWriteIOPSDevice", io.throttle_write_iops_device);
    out.end_object();
}

static void write(json::Writer& out, const HugepageLimit& limit) {
    out.begin_object();
    put_always(out, "pageSize", limit.page_size);
    put_always(out, "limit", limit.limit);
    out.end_object();
}

static void write(json::Writer& out, const InterfacePriority& priority) {
    out.begin_object();
    put_always(out, "name", priority.name);
    put_always(out, "priority", priority.priority);
    out.end_object();
}

static void write(json::Writer& out, const Network& network) {
    out.begin_object();
    put(out, "classID", network.class_id);
    put(out, "priorities", network.priorities);
    out.end_object();
}

static void write(json::Writer& out, const Rdma& rdma) {
    out.begin_object();
    put(out, "hcaHandles", rdma.hca_handles);
    put(out, "hcaObjects", rdma.hca_objects);
    out.end_object();
}

void write(json::Writer& out, const Resources& resources) {
    out.begin_object();
    put(out, "devices", resources.devices);
    put(out, "memory", resources.memory);
    put(out, "cpu", resources.cpu);
    if (resources.pids_limit) {
        out.name("pids");
        out.begin_object();
        put(out, "limit", resources.pids_limit);
        out.end_object();
    }
    put(out, "blockIO", resources.block_io);
    put(out, "hugepageLimits", resources.hugepage_limits);
    put(out, "network", resources.network);
    put(out, "rdma", resources.rdma);
    put(out, "unified", resources.unified);
    out.end_object();
}

} // namespace tare::spec
