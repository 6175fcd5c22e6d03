#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "plan/plan.h"

#include <string>
#include <string_view>
#include <vector>

// The cgroup v2 tree of this host: where it is, where a container's cgroup goes in it, and which
// controllers it has. For all that deals with cgroups here.

namespace tare::runtime {

// The mount point: /sys/fs/cgroup, on hybrid hosts /sys/fs/cgroup/unified, else wherever mountinfo
// has one. Asked once.
Result<std::string> find_cgroup_tree();

// The line of version 2 in the text of /proc/self/cgroup: "/user.slice/x"; empty when there is
// none.
std::string find_own_cgroup(std::string_view proc_cgroup);

// Where `wanted` (linux.cgroupsPath, without "..") is below `tree`. Absolute ones count from
// `tree`, relative ones from the parent of our own cgroup, of which `own` is the path; empty is
// /ID.
Result<std::string> place_cgroup(const std::string& tree, const std::string& own,
                                 const std::string& wanted, const std::string& id);

// Enables what of `controllers` is there to enable in every cgroup from `tree` down to the parent
// of `path`, and returns what is not there at all.
// Errors: a cgroup on the way has processes of its own, or nobody lets us.
Result<std::vector<std::string>> enable_controllers(const std::string& tree,
                                                    const std::string& path,
                                                    const std::vector<std::string>& controllers);

// Why `write` cannot be done: names its field, the controller, the file and the tree.
Failure missing_controller(const plan::CgroupWrite& write, const std::string& tree);

} // namespace tare::runtime
