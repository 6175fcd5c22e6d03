#pragma once

#include "plan/mount.h"

// What the parts of the mount planner share; mount.h is for everybody else.

namespace tare::plan {

// An entry of `mounts`, read.
struct Entry {
    const spec::Mount& mount;
    std::string origin;
    std::string target; // as text clean of "//" and "..", for comparisons
    MountOptions options;
};

Result<Entry> read_entry(const Compilation& c, std::size_t index);

bool is_bind(const Entry& entry);
// mount(8) without a file system: only changes what is there.
bool is_change(const Entry& entry);
// Both clean.
bool is_below(std::string_view path, std::string_view directory);

// The path that goes to init: ".." stays, because only init knows what it means behind a symlink.
std::string target_text(const Entry& entry);
std::uint32_t target_flags(const Entry& entry);

void warn(const Compilation& c, const Entry& entry, const std::vector<std::string>& options,
          const char* why);

bool wants_id_map(const Entry& entry);
// The slot of a user namespace with the mapping: the entry's own, else the container's.
Status plan_id_map(const Compilation& c, const Entry& entry, wire::Slot& slot);

Status plan_bind(const Compilation& c, const Entry& entry);
// sysfs shows a network namespace: a user namespace that does not own one can only bind the host's,
// and must not write to it.
Status plan_host_sysfs(const Compilation& c, const Entry& entry);

} // namespace tare::plan
