#pragma once

#include "plan/plan.h"

namespace tare::plan {

// What `update` does to a container's resources.
struct Update {
    spec::Resources resources; // as they are afterwards, for the saved config
    CgroupPlan cgroup;         // just the writes, in the order in which the kernel takes them
};

// Changes over what the container has. Absent means unchanged, and so does 0 where engines write 0
// for "unset"; device rules never change. A value that only means something together with another
// takes that from `present`: swap the limit, quota the period. A new limit leaves the swap that may
// be used beside it as it is, but -1 lifts both, as with the other runtimes.
//   origin  "update.json#": stands in front of the fields in errors
Result<Update> plan_update(const spec::Resources& present, const spec::Resources& changes,
                           const HostFacts& host, const std::string& origin);

// What is to be written to undo `write`, if `before` is what its file held before.
std::string undo_value(const std::string& file, const std::string& value,
                       const std::string& before);

} // namespace tare::plan
