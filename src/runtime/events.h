#pragma once

#include "base/result.h"
#include "runtime/runtime.h"
#include "spec/runtime/events.h"

#include <functional>
#include <string>

namespace tare::runtime {

// What the container uses now. Errors: "container not running", a container without a cgroup.
Result<spec::Stats> stats(const Settings& settings, const std::string& id);

// Calls `write` with one line of JSON for each event, until the container's process has ended
// (that is the last event): statistics every `interval_ms`; when the kernel's OOM killer has ended
// a process; when its processes wait long for memory, for block devices, or for a processor, as far
// as the kernel lets us watch that. Waits without looking in between.
Status watch(const Settings& settings, const std::string& id, int interval_ms,
             const std::function<Status(const std::string& line)>& write);

// Waits for the end of the container's process, which is not our child, and asks the kernel how it
// ended. Since Linux 6.15 a pidfd that was opened before tells that; before, /proc/PID/stat does as
// long as nobody has reaped the process.
// Errors: "container does not exist"; it has ended, but nobody knows how.
Result<int> wait(const Settings& settings, const std::string& id);

} // namespace tare::runtime
