#pragma once

#include "base/result.h"
#include "plan/plan.h"
#include "runtime/systemd.h"

#include <functional>
#include <string>
#include <sys/types.h>

// The container's cgroup with the systemd driver: that of a unit. Its directory on the host is used
// like that of runtime/cgroup.h once the unit runs.

namespace tare::runtime {

// Where it will be; nothing is made.
Result<std::string> locate_unit(Systemd& systemd, const plan::UnitPlan& unit);

// Starts the unit with the waiting process `pid` in it, then sets what no property can: the files,
// exactly, and the device program. Needs plan.unit. A unit has no processes but those of its
// caller, so it is made with the first one rather than before it; until this returns, that one
// must not do anything of its own.
Status enter_unit(Systemd& systemd, const plan::CgroupPlan& plan, const std::string& path,
                  pid_t pid);

// Changes the limits of its container, all or none as update_cgroup() does: those that have a
// property as properties, so that they outlive whatever makes systemd write its files anew, then
// the files, exactly. `last` remembers them.
Status update_unit(Systemd& systemd, const std::string& unit, const std::string& path,
                   const plan::CgroupPlan& plan, const std::function<Status()>& last);

// Stops the unit of a container that has no processes any more. Where systemd does not answer, that
// is only worth a warning: without processes the unit ends by itself.
void leave_unit(const std::string& unit);

} // namespace tare::runtime
