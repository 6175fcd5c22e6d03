#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "plan/plan.h"
#include "runtime/runtime.h"

#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

// The container's cgroup: version 2, through the file system. A `path` is the directory on the host
// ("/sys/fs/cgroup/unified/c1"), as locate_cgroup() gave it.

namespace tare::runtime {

// Where the container's cgroup will be; nothing is made. Goes into the record before anything is.
// Empty where there is none of ours: the manager is kDisabled, or no cgroup is writable and none is
// named. A limit, a device rule beyond the default ones, or a cgroupsPath is an error there. For
// the manager kSystemd see runtime/unit.h.
Result<std::string> locate_cgroup(const Settings& settings, const plan::CgroupPlan& plan,
                                  const std::string& id);

// Refuses a cgroup that is there already and has processes or is frozen. For before the intent is
// written: whoever cleans up by the record kills what is in its cgroup.
Status check_cgroup_unused(const std::string& path);

// Makes the directory (and its parents, with the controllers enabled), and writes the limits. The
// result is for CLONE_INTO_CGROUP, and for the cgroup's files by *at calls.
// Errors: "container's cgroup is not empty", "container's cgroup unexpectedly frozen", a limit
// whose controller is missing. What was made is removed again on failure.
Result<Fd> make_cgroup(const std::string& path, const plan::CgroupPlan& plan);

// Attaches the device program, if there is one; those that were attached here before decide no
// more. To be done before anything of the container's own runs in the cgroup.
Status attach_devices(const Fd& cgroup, const plan::CgroupPlan& plan);

// Both for a cgroup that systemd has made for the container, with its first process in it
// already: the values exactly, beside systemd's own device program ours. The controllers are
// systemd's to enable.
Status fill_unit_cgroup(const std::string& path, const plan::CgroupPlan& plan);

// What else belongs to an update of limits.
struct UpdateSteps {
    std::function<Status()> first;    // before the files are written; may change them itself
    std::function<void()> undo_first; // where something after `first` has failed
    std::function<Status()> last;     // once they are written: to remember them
};

// Changes the limits of a cgroup that is in use: all of them, or none. What was there before comes
// back when a write or one of the steps fails. Device programs stay as they are, and a frozen
// cgroup frozen.
Status update_cgroup(const std::string& path, const plan::CgroupPlan& plan,
                     const UpdateSteps& steps);

// Sends `signal` to every process in it and below; success where it is gone. SIGKILL is
// cgroup.kill.
Status signal_cgroup(const std::string& path, int signal);

// Kills what is left in it, waits for the end of that (at most `timeout_ms`), and removes it with
// every cgroup below; success where it is gone. An empty one costs a single rmdir(2).
Status remove_cgroup(const std::string& path, int timeout_ms = 10'000);

// Every process in it and below, in our pid namespace; empty where it is gone.
Result<std::vector<pid_t>> list_cgroup(const std::string& path);

// Stops or continues all of them, and waits until that is so (at most `timeout_ms`).
Status freeze_cgroup(const std::string& path, bool frozen, int timeout_ms = 10'000);

// cgroup.freeze says 1; false where it is gone.
Result<bool> is_frozen(const std::string& path);

// How many processes the kernel's OOM killer has ended in it: memory.events, "oom_kill". 0 where
// that is not known.
unsigned long count_oom_kills(const std::string& path);

} // namespace tare::runtime
