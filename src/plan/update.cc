#include "plan/update.h"

#include "base/text.h"
#include "plan/cgroup.h"

#include <algorithm>
#include <limits>

namespace tare::plan {

namespace {

constexpr std::int64_t kNoLimit = -1;

// ---- What the resources are afterwards

template <class T>
bool is_set(const std::optional<T>& value) {
    return value && *value != 0;
}

template <class T>
void take(std::optional<T>& into, const std::optional<T>& from) {
    if (is_set(from)) into = from;
}

// For those of which 0 is a value like any other.
template <class T>
void take_any(std::optional<T>& into, const std::optional<T>& from) {
    if (from) into = from;
}

spec::Cpu merged(spec::Cpu cpu, const spec::Cpu& changes) {
    take(cpu.shares, changes.shares);
    take(cpu.quota, changes.quota);
    take(cpu.period, changes.period);
    take_any(cpu.burst, changes.burst);
    take(cpu.realtime_runtime, changes.realtime_runtime);
    take(cpu.realtime_period, changes.realtime_period);
    if (!changes.cpus.empty()) cpu.cpus = changes.cpus;
    if (!changes.mems.empty()) cpu.mems = changes.mems;
    take_any(cpu.idle, changes.idle);
    return cpu;
}

// The spec's swap counts the memory too, the kernel's does not: that one stays.
void move_swap(spec::Memory& memory, std::int64_t limit) {
    const std::int64_t before = std::max<std::int64_t>(memory.limit.value_or(0), 0);
    if (limit == kNoLimit)
        memory.swap = kNoLimit;
    else if (memory.swap.value_or(0) > 0)
        *memory.swap += limit - before;
}

spec::Memory merged(spec::Memory memory, const spec::Memory& changes) {
    if (is_set(changes.limit) && !is_set(changes.swap)) move_swap(memory, *changes.limit);
    take(memory.limit, changes.limit);
    take(memory.swap, changes.swap);
    take(memory.reservation, changes.reservation);
    take_any(memory.check_before_update, changes.check_before_update);
    return memory;
}

// Entries of a list with a key: a new one takes the place of the one with its key.
template <class T, class Same>
void merge_list(std::vector<T>& into, const std::vector<T>& changes, const Same& same) {
    for (const T& change : changes) {
        const auto old =
            std::ranges::find_if(into, [&](const T& entry) { return same(entry, change); });
        if (old == into.end())
            into.push_back(change);
        else
            *old = change;
    }
}

spec::BlockIo merged(spec::BlockIo io, const spec::BlockIo& changes) {
    const auto same = [](const auto& a, const auto& b) {
        return a.major == b.major && a.minor == b.minor;
    };
    take(io.weight, changes.weight);
    merge_list(io.weight_device, changes.weight_device, same);
    merge_list(io.throttle_read_bps_device, changes.throttle_read_bps_device, same);
    merge_list(io.throttle_write_bps_device, changes.throttle_write_bps_device, same);
    merge_list(io.throttle_read_iops_device, changes.throttle_read_iops_device, same);
    merge_list(io.throttle_write_iops_device, changes.throttle_write_iops_device, same);
    return io;
}

spec::Resources merged(spec::Resources all, const spec::Resources& changes) {
    if (changes.cpu) all.cpu = merged(all.cpu.value_or(spec::Cpu()), *changes.cpu);
    if (changes.memory) all.memory = merged(all.memory.value_or(spec::Memory()), *changes.memory);
    take_any(all.pids_limit, changes.pids_limit);
    if (changes.block_io)
        all.block_io = merged(all.block_io.value_or(spec::BlockIo()), *changes.block_io);
    merge_list(all.hugepage_limits, changes.hugepage_limits,
               [](const auto& a, const auto& b) { return a.page_size == b.page_size; });
    for (const auto& [name, limits] : changes.rdma)
        all.rdma[name] = limits;
    for (const auto& [file, value] : changes.unified)
        all.unified[file] = value;
    return all;
}

// ---- What is written

// cpu.max holds both, cpu.weight is lost to an idle cgroup.
void add_context(spec::Cpu& cpu, const spec::Cpu& all) {
    if (is_set(cpu.quota) || is_set(cpu.period)) {
        cpu.quota = all.quota;
        cpu.period = all.period;
    }
    if (cpu.idle) cpu.shares = all.shares;
    if (is_set(cpu.shares) && all.idle.value_or(0) != 0) cpu.idle = all.idle;
}

Status check_burst(const spec::Cpu& changes, const spec::Cpu& all, const std::string& origin) {
    const std::int64_t quota = all.quota.value_or(0);
    if (quota <= 0 || !all.burst || *all.burst <= static_cast<std::uint64_t>(quota)) return {};
    return invalid(origin + (is_set(changes.quota) ? "/cpu/quota" : "/cpu/burst") + ": the burst, "
                   + std::to_string(*all.burst) + ", must not be above the quota, "
                   + std::to_string(quota));
}

std::uint64_t quota_of(const std::optional<spec::Cpu>& cpu) {
    const std::int64_t quota = cpu ? cpu->quota.value_or(0) : 0;
    return quota > 0 ? static_cast<std::uint64_t>(quota)
                     : std::numeric_limits<std::uint64_t>::max();
}

// At no moment may the burst be above the quota: when that falls, the burst goes first.
void order_burst(std::vector<CgroupWrite>& writes) {
    const auto quota = std::ranges::find(writes, "cpu.max", &CgroupWrite::file);
    const auto burst = std::ranges::find(writes, "cpu.max.burst", &CgroupWrite::file);
    if (quota != writes.end() && burst != writes.end() && quota < burst)
        std::iter_swap(quota, burst);
}

// The writes of fields that are here only because another one needs them.
void drop_context(std::vector<CgroupWrite>& writes, const spec::Resources& changes,
                  const std::string& origin) {
    // `unified` may name the same files, and means them.
    const auto is = [&](const CgroupWrite& write, std::string_view file, std::string_view field) {
        return write.file == file && write.origin == origin + std::string(field);
    };
    if (changes.memory && !is_set(changes.memory->limit))
        std::erase_if(writes, [&](const auto& w) { return is(w, "memory.max", "/memory/limit"); });
    for (CgroupWrite& write : writes)
        if (changes.cpu && !is_set(changes.cpu->quota) && is(write, "cpu.max", "/cpu/quota"))
            write.origin = origin + "/cpu/period";
}

// Where a file is both in `unified` and the work of another field, the last word counts.
void forget_overridden(spec::Resources& all, const std::vector<CgroupWrite>& writes,
                       const spec::Resources& changes) {
    for (const CgroupWrite& write : writes)
        if (!changes.unified.contains(write.file)) all.unified.erase(write.file);
}

// ---- Undoing

// Files with a line for each device, of which one is written at a time.
bool has_line_per_key(const std::string& file) {
    return file == "io.max" || file == "io.weight" || file == "io.bfq.weight" || file == "rdma.max"
           || file == "io.latency" || file == "misc.max";
}

bool is_weight(const std::string& file) {
    return file.ends_with("weight");
}

std::string_view first_word(std::string_view text) {
    return text.substr(0, text.find(' '));
}

// "8:0 rbps=100 wiops=5" becomes "8:0 rbps=max wiops=max".
std::string lifted(const std::string& value) {
    std::string out;
    for (const std::string_view word : split(value, ' ')) {
        const std::size_t equals = word.find('=');
        if (!out.empty()) out += ' ';
        out += word.substr(0, equals);
        if (equals != word.npos) out += "=max";
    }
    return out;
}

} // namespace

Result<Update> plan_update(const spec::Resources& present, const spec::Resources& changes,
                           const HostFacts& host, const std::string& origin) {
    Update update;
    update.resources = merged(present, changes);
    const spec::Resources& all = update.resources;
    spec::Resources wanted = changes;
    if (wanted.cpu) {
        TRY(check_burst(*changes.cpu, *all.cpu, origin));
        add_context(*wanted.cpu, *all.cpu);
    }
    if (wanted.memory && is_set(wanted.memory->swap)) take(wanted.memory->limit, all.memory->limit);

    CgroupPlan& plan = update.cgroup;
    plan.writes = TRY(plan_resources(wanted, host, origin, &plan.warnings));
    drop_context(plan.writes, changes, origin);
    if (quota_of(all.cpu) < quota_of(present.cpu)) order_burst(plan.writes);
    plan.controllers = controllers_of(plan.writes);
    plan.check_memory_usage = all.memory && all.memory->check_before_update.value_or(false);
    forget_overridden(update.resources, plan.writes, changes);
    return update;
}

std::string undo_value(const std::string& file, const std::string& value,
                       const std::string& before) {
    if (!has_line_per_key(file))
        return before.empty() ? "\n" : before; // nothing: an empty cpu list
    const bool keyed = value.find(' ') != std::string::npos;
    const std::string_view key = keyed ? first_word(value) : "default";
    for (const std::string_view line : split(before, '\n'))
        if (first_word(line) == key) return std::string(line);
    return is_weight(file) ? std::string(key) + " default" : lifted(value);
}

} // namespace tare::plan
