#include "plan/namespaces.h"

#include "base/text.h"
#include "plan/filter_model.h"

#include <algorithm>
#include <sched.h>

// <sched.h> of musl 1.2.3 does not have it.
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

namespace tare::plan {

namespace {

using spec::NamespaceType;
using Type = NamespaceType;

// In the order in which they are joined: the user namespace first, because it brings the rights to
// join the others; the mount namespace last, because it takes our paths away.
constexpr struct {
    Type type;
    std::uint64_t flag;
    std::string_view name;
} kTypes[] = {
    {Type::kUser, CLONE_NEWUSER, "user"},       {Type::kIpc, CLONE_NEWIPC, "ipc"},
    {Type::kUts, CLONE_NEWUTS, "uts"},          {Type::kNetwork, CLONE_NEWNET, "network"},
    {Type::kPid, CLONE_NEWPID, "pid"},          {Type::kTime, CLONE_NEWTIME, "time"},
    {Type::kCgroup, CLONE_NEWCGROUP, "cgroup"}, {Type::kMount, CLONE_NEWNS, "mount"},
};

const spec::Namespace* find(const spec::Linux& linux_, Type type) {
    const auto& list = linux_.namespaces;
    const auto at = std::find_if(list.begin(), list.end(),
                                 [&](const spec::Namespace& entry) { return entry.type == type; });
    return at == list.end() ? nullptr : &*at;
}

std::string origin_of(const spec::Linux& linux_, Type type) {
    const auto index = find(linux_, type) - linux_.namespaces.data();
    return pointer_to("config.json#/linux/namespaces", static_cast<std::size_t>(index));
}

std::uint64_t new_namespaces(const spec::Linux& linux_) {
    std::uint64_t flags = 0;
    for (const auto& kind : kTypes)
        if (is_new(linux_, kind.type)) flags |= kind.flag;
    return flags;
}

// 0 where nothing is mapped: the kernel will refuse that.
std::uint32_t lowest_of(const std::vector<spec::IdMapping>& mappings) {
    const auto lowest = std::ranges::min_element(mappings, {}, &spec::IdMapping::container_id);
    return lowest == mappings.end() ? 0 : lowest->container_id;
}

// Without privileges one may map only oneself, user_namespaces(7); newuidmap(1) may map more.
bool maps_only(const std::vector<spec::IdMapping>& mappings, std::uint32_t host_id) {
    return mappings.size() == 1 && mappings[0].size == 1 && mappings[0].host_id == host_id;
}

// Then the kernel refuses a gid_map unless setgroups(2) is denied before: user_namespaces(7).
bool maps_self_only(const Compilation& c) {
    return c.host.euid != 0 && maps_only(c.linux_.uid_mappings, c.host.euid)
           && maps_only(c.linux_.gid_mappings, c.host.egid);
}

void plan_maps(const Compilation& c) {
    const spec::Linux& linux_ = c.linux_;
    Plan& plan = c.plan;
    plan.new_user_namespace = true;
    plan.uid_map = id_map_text(linux_.uid_mappings);
    plan.gid_map = id_map_text(linux_.gid_mappings);
    plan.lowest_uid = lowest_of(linux_.uid_mappings);
    plan.lowest_gid = lowest_of(linux_.gid_mappings);
    plan.deny_setgroups = maps_self_only(c);
    plan.map_by_helper = c.host.euid != 0 && !plan.deny_setgroups;
}

void plan_joins(const Compilation& c) {
    const bool new_user = is_new(c.linux_, Type::kUser);
    const bool joined_user = presence_of(c.linux_, Type::kUser) == Presence::kJoined;
    for (const auto& kind : kTypes) {
        const spec::Namespace* entry = find(c.linux_, kind.type);
        if (entry == nullptr || entry->path.empty()) continue;
        NamespaceFile file{origin_of(c.linux_, kind.type), entry->path, kind.flag};
        // A pid namespace takes in children only. Inside a new user namespace nothing of the old
        // one can be joined any more.
        file.before_clone = new_user || (kind.type == Type::kPid && !joined_user);
        if (!file.before_clone) {
            file.slot = c.steps().new_slot();
            c.steps().add(wire::Op::kJoin, wire::Join{kind.flag, file.slot},
                          {file.origin, "join the " + std::string(kind.name) + " namespace "
                                            + quote(entry->path)});
        }
        c.plan.joins.push_back(std::move(file));
    }
}

// time_namespaces(7): a clock, seconds, nanoseconds a line.
std::string time_offsets_text(const spec::Linux& linux_) {
    std::string text;
    for (const auto& [clock, offset] : linux_.time_offsets)
        text += clock + " " + std::to_string(offset.secs) + " " + std::to_string(offset.nanosecs)
                + "\n";
    return text;
}

Status plan_time(const Compilation& c) {
    const std::string origin = "config.json#/linux/timeOffsets";
    if (!c.linux_.time_offsets.empty() && !is_new(c.linux_, Type::kTime))
        return invalid(origin + ": needs a new time namespace");
    if (!is_new(c.linux_, Type::kTime)) return {};
    if (!is_own(c.linux_, Type::kUser)) {
        c.plan.unshare_time = true;
        c.plan.time_offsets = time_offsets_text(c.linux_);
        c.plan.time_origin = origin;
        return {};
    }
    // Entered by the last execve there, unless init forks anyway: time_namespaces(7).
    if (is_new(c.linux_, Type::kUser) && !c.host.is_linux(6, 3))
        return invalid(origin_of(c.linux_, Type::kTime)
                       + ": a new time namespace in a new user namespace needs Linux 6.3");
    return {};
}

void plan_unshare(const Compilation& c, std::uint64_t flags) {
    if (flags == 0) return;
    const std::string origin = "config.json#/linux/namespaces";
    c.steps().add(wire::Op::kUnshare, wire::Unshare{flags},
                  {origin, "make new namespaces: " + namespace_names(flags)});
    if ((flags & CLONE_NEWTIME) != 0 && !c.linux_.time_offsets.empty()) {
        const std::string text = time_offsets_text(c.linux_);
        c.steps().add(wire::Op::kTimeOffsets, wire::Value{c.steps().text(text)},
                      {"config.json#/linux/timeOffsets", "set time offsets " + quote(text)});
    }
}

constexpr const char* kNamespaces = "config.json#/linux/namespaces";

void join_by_init(const Compilation& c, std::uint64_t types) {
    if (types == 0) return;
    NamespaceFile file{.origin = kNamespaces, .type = types, .slot = c.steps().new_slot()};
    wire::Join body{types, file.slot};
    if ((types & CLONE_NEWUSER) != 0 && is_new(c.linux_, Type::kUser)) {
        body.uid = lowest_of(c.linux_.uid_mappings);
        body.gid = lowest_of(c.linux_.gid_mappings);
    }
    c.steps().add(wire::Op::kJoin, body,
                  {file.origin, "join the container's namespaces", namespace_names(types)});
    c.plan.joins.push_back(std::move(file));
}

void fork_by_init(const Compilation& c, bool last) {
    c.plan.forks = true;
    c.steps().add(wire::Op::kFork, wire::Fork{last},
                  {kNamespaces, "fork into the container's pid namespace"});
}

void enter_root_by_init(const Compilation& c) {
    c.plan.root = c.steps().new_slot();
    c.steps().add(wire::Op::kEnterRoot, wire::EnterRoot{c.plan.root},
                  {"config.json#/root/path", "enter the container's root directory"});
}

} // namespace

Presence presence_of(const spec::Linux& linux_, Type type) {
    const spec::Namespace* entry = find(linux_, type);
    if (entry == nullptr) return Presence::kHost;
    return entry->path.empty() ? Presence::kNew : Presence::kJoined;
}

bool in_user_namespace(const Compilation& c) {
    return c.host.in_user_namespace || is_own(c.linux_, Type::kUser);
}

bool maps_gid(const spec::Linux& linux_, std::uint32_t id) {
    if (!is_own(linux_, Type::kUser)) return true;
    if (linux_.gid_mappings.empty()) return !is_new(linux_, Type::kUser);
    return outside_id(linux_.gid_mappings, id).has_value();
}

std::optional<std::uint32_t> outside_id(const std::vector<spec::IdMapping>& mappings,
                                        std::uint32_t id) {
    for (const spec::IdMapping& m : mappings)
        if (id >= m.container_id && id - m.container_id < m.size)
            return m.host_id + (id - m.container_id);
    return std::nullopt;
}

std::string id_map_text(const std::vector<spec::IdMapping>& mappings) {
    std::string text;
    for (const spec::IdMapping& m : mappings)
        text += std::to_string(m.container_id) + " " + std::to_string(m.host_id) + " "
                + std::to_string(m.size) + "\n";
    return text;
}

std::uint64_t clone_flag(Type type) {
    return std::ranges::find(kTypes, type, [](const auto& kind) { return kind.type; })->flag;
}

std::string namespace_names(std::uint64_t clone_flags) {
    std::vector<std::string> names;
    for (const auto& kind : kTypes)
        if ((clone_flags & kind.flag) != 0) names.emplace_back(kind.name);
    return joined(names);
}

std::uint64_t namespaces_ahead(const spec::Config& config) {
    constexpr std::uint64_t kDear = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET;
    // Those of another user namespace must be made in it.
    if (!config.linux_ || is_own(*config.linux_, Type::kUser)) return 0;
    return new_namespaces(*config.linux_) & kDear;
}

void plan_exec_namespaces(const Compilation& c, bool among_its_processes) {
    c.plan.deny_setgroups = is_new(c.linux_, Type::kUser) && maps_self_only(c);
    std::uint64_t types = 0;
    for (const auto& kind : kTypes)
        if (find(c.linux_, kind.type) != nullptr) types |= kind.flag;
    if (!among_its_processes) types &= ~std::uint64_t{CLONE_NEWPID};
    const std::uint64_t user = types & CLONE_NEWUSER, pid = types & CLONE_NEWPID;

    if (user != 0 && !c.host.can_admin) {
        join_by_init(c, types); // the user namespace brings the right to join the others
        if (pid != 0) fork_by_init(c, false);
    } else {
        const std::uint64_t by_init = types & ~user & ~(c.forks_last ? 0 : pid);
        // A pid namespace takes in children only: those of `tare`, or else of init.
        if (pid != 0 && !c.forks_last)
            c.plan.joins.push_back({.origin = kNamespaces, .type = pid, .before_clone = true});
        // Others may belong to the user namespace that we are in: the new one comes last.
        join_by_init(c, by_init);
        join_by_init(c, user);
    }
    if (!is_own(c.linux_, Type::kMount)) enter_root_by_init(c);
}

bool may_trace(const Compilation& c) {
    if (is_own(c.linux_, Type::kUser)) return false;
    if (presence_of(c.linux_, Type::kPid) == Presence::kJoined) return true;
    if (!c.config.process || !c.config.process->capabilities) return false;
    const auto& bounding = c.config.process->capabilities->bounding;
    return std::ranges::find(bounding, "CAP_SYS_PTRACE") != bounding.end();
}

bool can_fork_last(const Compilation& c, const SeccompProgram* seccomp) {
    const bool pid_namespace = find(c.linux_, Type::kPid) != nullptr;
    if (!pid_namespace || is_own(c.linux_, Type::kUser) || !c.host.can_admin) return false;
    // A deadline task cannot fork, and some flags of a scheduler end there: sched(7).
    if (c.config.process && c.config.process->scheduler) return false;
    // The agent is told init's pid with the filter.
    const bool terminal = c.config.process && c.config.process->terminal;
    return seccomp == nullptr || (!seccomp->notify && lets_init_fork(*seccomp, terminal));
}

void plan_last_fork(const Compilation& c) {
    if (c.forks_last) fork_by_init(c, true);
}

Status plan_namespaces(const Compilation& c) {
    const std::uint64_t wanted = new_namespaces(c.linux_);
    const bool joined_user = presence_of(c.linux_, Type::kUser) == Presence::kJoined;

    TRY(plan_time(c));
    if (is_new(c.linux_, Type::kUser)) plan_maps(c);
    plan_joins(c);

    // Init makes what clone3(2) cannot: a cgroup namespace rooted at the cgroup that
    // CLONE_INTO_CGROUP has put it into, and whatever must belong to a user namespace that it
    // joins.
    std::uint64_t by_init = wanted & (CLONE_NEWCGROUP | CLONE_NEWTIME);
    if (joined_user) by_init = wanted;
    if (c.plan.unshare_time) by_init &= ~std::uint64_t{CLONE_NEWTIME};
    c.plan.clone_flags = wanted & ~by_init & ~std::uint64_t{CLONE_NEWTIME};
    plan_unshare(c, by_init);

    if (joined_user && (is_own(c.linux_, Type::kPid) || is_new(c.linux_, Type::kTime))) {
        c.plan.forks = true;
        const Type why = is_own(c.linux_, Type::kPid) ? Type::kPid : Type::kTime;
        c.steps().add(wire::Op::kFork, wire::Fork{},
                      {origin_of(c.linux_, why), "fork into the new pid or time namespace"});
    }
    if (is_new(c.linux_, Type::kNetwork))
        c.steps().add(wire::Op::kLoopbackUp,
                      {origin_of(c.linux_, Type::kNetwork), "bring the loopback device up"});
    return {};
}

} // namespace tare::plan
