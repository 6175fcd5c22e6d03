#include "base/bit_list.h"
#include "base/text.h"
#include "plan/namespaces.h"
#include "plan/process.h"

#include <algorithm>
#include <sys/resource.h>

namespace tare::plan {

namespace {

using spec::NamespaceType;

template <class Value, std::size_t size>
Result<Value> flags_of(const Named<Value> (&table)[size], const std::vector<std::string>& names,
                       const std::string& origin) {
    Value flags = 0;
    for (std::size_t i = 0; i < names.size(); ++i)
        flags |= TRY(value_of(table, names[i], pointer_to(origin, i), ""));
    return flags;
}

// ---------------------------------------------------------------- keyring and labels

Status plan_labels(const Compilation& c) {
    const spec::Process& process = *c.config.process;
    if (!process.selinux_label.empty() && !c.host.selinux)
        return invalid(c.at("selinuxLabel") + ": this host has no SELinux");
    if (!c.linux_.mount_label.empty() && !c.host.selinux)
        return invalid("config.json#/linux/mountLabel: this host has no SELinux");
    // Asking for no confinement is what a host without AppArmor does anyway.
    const std::string& profile = process.apparmor_profile;
    if (!profile.empty() && !c.host.apparmor && profile != "unconfined")
        return invalid(c.at("apparmorProfile") + ": this host has no AppArmor");

    if (!process.selinux_label.empty() && !c.options.no_new_keyring)
        c.steps().add(
            wire::Op::kSelinuxKey, wire::Value{c.steps().text(process.selinux_label)},
            {c.at("selinuxLabel"), "label the session keyring " + quote(process.selinux_label)});
    if (!c.options.no_new_keyring) {
        const std::string name = "_ses." + c.options.id;
        c.steps().add(wire::Op::kKeyring, wire::Value{c.steps().text(name)},
                      {std::string(kDefault), "join a new session keyring", name});
    }
    if (!profile.empty() && c.host.apparmor)
        c.steps().add(wire::Op::kApparmor, wire::Value{c.steps().text(profile)},
                      {c.at("apparmorProfile"), "set the AppArmor profile " + quote(profile)});
    if (!process.selinux_label.empty())
        c.steps().add(
            wire::Op::kSelinux, wire::Value{c.steps().text(process.selinux_label)},
            {c.at("selinuxLabel"), "set the SELinux label " + quote(process.selinux_label)});
    return {};
}

// ---------------------------------------------------------------- limits

constexpr Named<int> kRlimits[] = {
    {"RLIMIT_AS", RLIMIT_AS},
    {"RLIMIT_CORE", RLIMIT_CORE},
    {"RLIMIT_CPU", RLIMIT_CPU},
    {"RLIMIT_DATA", RLIMIT_DATA},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE},
    {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
    {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
    {"RLIMIT_NICE", RLIMIT_NICE},
    {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_NPROC", RLIMIT_NPROC},
    {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
    {"RLIMIT_RTTIME", RLIMIT_RTTIME},
    {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
    {"RLIMIT_STACK", RLIMIT_STACK},
};

std::string limit_text(std::uint64_t limit) {
    return limit == ~std::uint64_t{0} ? "unlimited" : std::to_string(limit);
}

Status plan_rlimit(const Compilation& c, std::size_t index) {
    const spec::Rlimit& limit = c.config.process->rlimits[index];
    const std::string origin = pointer_to(c.at("rlimits"), index);
    const int resource = TRY(value_of(kRlimits, limit.type, origin, "/type"));
    // CAP_SYS_RESOURCE counts in the initial user namespace only: `tare` sets what init may not.
    if (is_own(c.linux_, NamespaceType::kUser) && limit.hard > c.host.own_hard_rlimits[resource]) {
        c.plan.raised_rlimits.push_back({origin, resource, limit.soft, limit.hard});
        return {};
    }
    c.steps().add(wire::Op::kRlimit,
                  wire::Rlimit{static_cast<std::uint32_t>(resource), limit.soft, limit.hard},
                  {origin, "set " + limit.type,
                   "soft " + limit_text(limit.soft) + ", hard " + limit_text(limit.hard)});
    return {};
}

void plan_oom_score(const Compilation& c) {
    const auto score = c.config.process->oom_score_adj;
    if (!score) return; // unset: as our caller has it
    // Lowering needs CAP_SYS_RESOURCE in the initial user namespace: proc(5).
    if (is_own(c.linux_, NamespaceType::kUser)) {
        c.plan.oom_score_adj = score;
        c.plan.oom_score_origin = c.at("oomScoreAdj");
        return;
    }
    const std::string text = std::to_string(*score);
    c.steps().add(wire::Op::kOomScore, wire::Value{c.steps().text(text)},
                  {c.at("oomScoreAdj"), "set oom_score_adj to " + text});
}

// ---------------------------------------------------------------- scheduling

// sched(7) and the kernel's uapi/linux/sched.h, sched_setattr(2).
constexpr Named<std::uint32_t> kPolicies[] = {
    {"SCHED_OTHER", 0}, {"SCHED_FIFO", 1}, {"SCHED_RR", 2},       {"SCHED_BATCH", 3},
    {"SCHED_ISO", 4},   {"SCHED_IDLE", 5}, {"SCHED_DEADLINE", 6},
};
constexpr Named<std::uint64_t> kSchedulerFlags[] = {
    {"SCHED_FLAG_RESET_ON_FORK", 0x01},  {"SCHED_FLAG_RECLAIM", 0x02},
    {"SCHED_FLAG_DL_OVERRUN", 0x04},     {"SCHED_FLAG_KEEP_POLICY", 0x08},
    {"SCHED_FLAG_KEEP_PARAMS", 0x10},    {"SCHED_FLAG_UTIL_CLAMP_MIN", 0x20},
    {"SCHED_FLAG_UTIL_CLAMP_MAX", 0x40},
};

Status plan_scheduler(const Compilation& c) {
    if (!c.config.process->scheduler) return {};
    const spec::Scheduler& scheduler = *c.config.process->scheduler;
    const std::string origin = c.at("scheduler");
    const std::uint32_t policy = TRY(value_of(kPolicies, scheduler.policy, origin, "/policy"));
    if (scheduler.policy == "SCHED_ISO")
        return invalid(origin + "/policy: no Linux has SCHED_ISO, it is only reserved");
    wire::Scheduler body{.policy = policy, .nice = scheduler.nice};
    body.priority = static_cast<std::uint32_t>(scheduler.priority);
    body.runtime = scheduler.runtime;
    body.deadline = scheduler.deadline;
    body.period = scheduler.period;
    body.flags = TRY(flags_of(kSchedulerFlags, scheduler.flags, origin + "/flags"));
    c.steps().add(wire::Op::kScheduler, body,
                  {origin, "set the scheduler to " + scheduler.policy,
                   "nice " + std::to_string(scheduler.nice) + ", priority "
                       + std::to_string(scheduler.priority)});
    return {};
}

constexpr Named<std::uint64_t> kIoClasses[] = {
    {"IOPRIO_CLASS_RT", 1},
    {"IOPRIO_CLASS_BE", 2},
    {"IOPRIO_CLASS_IDLE", 3},
};

Status plan_io_priority(const Compilation& c) {
    if (!c.config.process->io_priority) return {};
    const spec::IoPriority& wanted = *c.config.process->io_priority;
    const std::string origin = c.at("ioPriority");
    const std::uint64_t io_class = TRY(value_of(kIoClasses, wanted.class_, origin, "/class"));
    // ioprio_set(2), IOPRIO_PRIO_VALUE
    const std::uint64_t value = io_class << 13 | static_cast<std::uint64_t>(wanted.priority);
    c.steps().add(
        wire::Op::kIoPriority, wire::Number{value},
        {origin, "set the I/O priority", wanted.class_ + " " + std::to_string(wanted.priority)});
    return {};
}

// What an engine was pinned to is not meant for its containers: the kernel cuts all of them down to
// the cpuset.
void reset_affinity(const Compilation& c) {
    c.steps().add(wire::Op::kAffinity, wire::Affinity{},
                  {std::string(kDefault), "reset the CPU affinity"});
}

Result<std::vector<std::uint64_t>> read_cpus(const std::string& origin, std::string_view list) {
    auto cpus = parse_bit_list(list);
    if (!cpus || cpus->empty())
        return invalid(origin + ": " + quote(list) + " must be a list such as '0-3,7'");
    return *std::move(cpus);
}

// config.md, "execCPUAffinity": of processes that join, before and after they enter the cgroup.
Status plan_affinity(const Compilation& c) {
    const auto& wanted = c.config.process->exec_cpu_affinity;
    if (!c.is_exec || !wanted) {
        reset_affinity(c);
        return {};
    }
    if (!wanted->initial.empty()) {
        c.plan.initial_cpus_origin = c.at("execCPUAffinity/initial");
        c.plan.initial_cpus = TRY(read_cpus(c.plan.initial_cpus_origin, wanted->initial));
    }
    if (wanted->final_.empty()) {
        reset_affinity(c);
        return {};
    }
    const std::string origin = c.at("execCPUAffinity/final");
    const auto cpus = TRY(read_cpus(origin, wanted->final_));
    const wire::Bytes set = c.steps().bytes(cpus.data(), cpus.size() * sizeof cpus[0]);
    c.steps().add(wire::Op::kAffinity, wire::Affinity{set, 1},
                  {origin, "set the CPU affinity to " + quote(wanted->final_)});
    return {};
}

// ---------------------------------------------------------------- memory and personality

// set_mempolicy(2) and the kernel's uapi/linux/mempolicy.h.
constexpr Named<std::uint32_t> kMemoryModes[] = {
    {"MPOL_DEFAULT", 0},
    {"MPOL_PREFERRED", 1},
    {"MPOL_BIND", 2},
    {"MPOL_INTERLEAVE", 3},
    {"MPOL_LOCAL", 4},
    {"MPOL_PREFERRED_MANY", 5},
    {"MPOL_WEIGHTED_INTERLEAVE", 6},
};
constexpr Named<std::uint32_t> kMemoryFlags[] = {
    {"MPOL_F_NUMA_BALANCING", 1 << 13},
    {"MPOL_F_RELATIVE_NODES", 1 << 14},
    {"MPOL_F_STATIC_NODES", 1 << 15},
};

Status plan_memory_policy(const Compilation& c) {
    if (!c.linux_.memory_policy) return {};
    const spec::MemoryPolicy& policy = *c.linux_.memory_policy;
    const std::string origin = "config.json#/linux/memoryPolicy";
    wire::MemoryPolicy body{.mode = TRY(value_of(kMemoryModes, policy.mode, origin, "/mode"))};
    body.mode |= TRY(flags_of(kMemoryFlags, policy.flags, origin + "/flags"));
    if (!policy.nodes.empty()) {
        const auto nodes = parse_bit_list(policy.nodes);
        if (!nodes)
            return invalid(origin + "/nodes: " + quote(policy.nodes)
                           + " must be a list such as '0-3,7'");
        body.nodes = c.steps().bytes(nodes->data(), nodes->size() * sizeof(std::uint64_t));
        // The kernel looks at one bit less than it is told: set_mempolicy(2), "Bugs".
        body.max_node = static_cast<std::uint32_t>(nodes->size() * 64 + 1);
    }
    c.steps().add(wire::Op::kMemoryPolicy, body,
                  {origin, "set the memory policy " + policy.mode,
                   policy.nodes.empty() ? "" : "nodes " + policy.nodes});
    return {};
}

// personality(2)
constexpr Named<std::uint64_t> kDomains[] = {{"LINUX", 0x0000}, {"LINUX32", 0x0008}};

Status plan_personality(const Compilation& c) {
    if (!c.linux_.personality) return {};
    const spec::Personality& personality = *c.linux_.personality;
    const std::string origin = "config.json#/linux/personality";
    const std::uint64_t domain = TRY(value_of(kDomains, personality.domain, origin, "/domain"));
    c.steps().add(wire::Op::kPersonality, wire::Number{domain},
                  {origin, "set the personality to " + personality.domain});
    return {};
}

} // namespace

Status plan_settings(const Compilation& c) {
    if (!c.config.process) return {};
    TRY(plan_labels(c));
    for (std::size_t i = 0; i < c.config.process->rlimits.size(); ++i)
        TRY(plan_rlimit(c, i));
    plan_oom_score(c);
    TRY(plan_affinity(c));
    TRY(plan_scheduler(c));
    TRY(plan_io_priority(c));
    TRY(plan_memory_policy(c));
    return plan_personality(c);
}

} // namespace tare::plan
