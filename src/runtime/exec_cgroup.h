#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "runtime/record.h"

#include <string>
#include <vector>

namespace tare::runtime {

// Where exec may put its process, in the order of preference. First where the container's init is
// now, which may have moved below the container's own cgroup (systemd does); then each cgroup
// further up, to the container's own. Empty where the container has none.
//   init    a pidfd of it
//   wanted  --cgroup: below the container's own. Then there is no other.
// Errors: "--cgroup: ...".
Result<std::vector<std::string>> exec_cgroups(const Record& record, const Fd& init,
                                              const std::string& wanted);

// The same from what is known. `of_init` is the path of init's cgroup, empty where it is not below
// `own`.
std::vector<std::string> exec_cgroups_between(const std::string& own, const std::string& of_init);

// Where `wanted` leads from the container's own cgroup: it counts from there with or without a
// slash in front, and may not leave it.
Result<std::string> place_exec_cgroup(const std::string& own, const std::string& wanted);

// Why a process was not let into a cgroup, where another one may take it: it has cgroups below that
// got its controllers (EBUSY), it is threaded (EOPNOTSUPP), it is gone.
bool is_unfit(int code);

} // namespace tare::runtime
