#pragma once

#include "plan/compilation.h"

#include <cstdint>
#include <optional>

namespace tare::plan {

// runtime-spec, config-linux.md, "Namespaces", "User namespace mappings", "Offset for Time
// Namespace".

enum class Presence { kHost, kNew, kJoined };
Presence presence_of(const spec::Linux& linux_, spec::NamespaceType type);
inline bool is_new(const spec::Linux& linux_, spec::NamespaceType type) {
    return presence_of(linux_, type) == Presence::kNew;
}
inline bool is_own(const spec::Linux& linux_, spec::NamespaceType type) {
    return presence_of(linux_, type) != Presence::kHost;
}

// Capabilities of the container end at a user namespace: the container's, or the one that we are
// in.
bool in_user_namespace(const Compilation& c);

// Whether the container's user namespace knows `id`. True where there is none, and for a joined one
// without mappings in the config, which only the kernel knows.
bool maps_gid(const spec::Linux& linux_, std::uint32_t id);

// What `id` is outside; nothing where it is not mapped.
std::optional<std::uint32_t> outside_id(const std::vector<spec::IdMapping>& mappings,
                                        std::uint32_t id);

// "0 100000 65536\n", for /proc/PID/uid_map.
std::string id_map_text(const std::vector<spec::IdMapping>& mappings);

std::uint64_t clone_flag(spec::NamespaceType type);

// "network, pid": the names of CLONE_NEW* flags, as the config calls them.
std::string namespace_names(std::uint64_t clone_flags);

// exec: joins of the container's namespaces.
//   among_its_processes  of the pid namespace too; outside it, nothing in the container can see,
//                        signal or trace what joins. With c.forks_last not before plan_last_fork().
void plan_exec_namespaces(const Compilation& c, bool among_its_processes = true);

bool may_trace(const Compilation& c); // Plan::may_trace

// Whether init can enter the pid namespace last: when it has no more rights than the container and
// is under its filter, so that whoever traces it gains nothing. It is one process more.
bool can_fork_last(const Compilation& c, const SeccompProgram* seccomp);
void plan_last_fork(const Compilation& c);

// Clone flags, joins and maps for `tare`; joins, unshare, fork, offsets for init.
Status plan_namespaces(const Compilation& c);

// config-linux.md, "Network Devices": init waits in its namespaces while `tare` moves them in.
Status plan_net_devices(const Compilation& c);

} // namespace tare::plan
