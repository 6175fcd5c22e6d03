#pragma once

#include "base/result.h"
#include "runtime/record.h"
#include "runtime/runtime.h"
#include "spec/runtime/events.h"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

// The container in the resctrl file system (Intel RDT, AMD QoS): config-linux.md, "IntelRdt", and
// Documentation/filesystems/resctrl.rst of Linux. Errors carry what the kernel left in
// info/last_cmd_status.

namespace tare::runtime {

// Where the directories of the plan are; nothing for no plan. Nothing is made yet.
// Errors: no resctrl here; the directory that would be the container's own is there already.
Result<ResctrlGroups> locate_resctrl(const Settings& settings,
                                     const std::optional<plan::ResctrlPlan>& plan);

// Makes them and writes the schemata, or compares the schemata of a class that was there. What
// turns out to be somebody else's is taken out of `groups`.
Status make_resctrl(const plan::ResctrlPlan& plan, ResctrlGroups& groups);

// A process, and the children that it will have.
Status join_resctrl(const ResctrlGroups& groups, pid_t pid);

// Takes away what is the container's own; what is gone is passed over.
Status remove_resctrl(const ResctrlGroups& groups);

// For `update`: plan::resctrl_lines() makes the lines. A class of service that other containers
// share changes for them, too. Before that, read_schemata() has what write_schemata() can restore.
Status write_schemata(const ResctrlGroups& groups, const std::vector<std::string>& lines);
Result<std::vector<std::string>> read_schemata(const ResctrlGroups& groups);

// For `events`.
Result<spec::IntelRdtStats> read_resctrl_stats(const ResctrlGroups& groups);

} // namespace tare::runtime
