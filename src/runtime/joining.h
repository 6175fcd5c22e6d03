#pragma once

#include "base/result.h"
#include "runtime/init_ahead.h"
#include "runtime/launch.h"
#include "runtime/record.h"

#include <string>

namespace tare::runtime {

// How a plan for a container that is there gets its process.
struct JoinRequest {
    const plan::Plan& plan;
    const Record& record;
    const sys::Child& init;     // the container's
    std::string cgroup;         // below the container's own; empty: that of its init
    bool go_ahead = false;      // as in LaunchRequest
    unsigned keep_fds = 0;      // 3 ... 3+keep_fds-1 go on into the container
    InitAhead* ahead = nullptr; // ended, where it cannot serve
    bool moves_in = false;      // as in LaunchRequest
};

// Makes the process in the first of the container's cgroups that takes it.
Result<Launched> launch_into_container(const JoinRequest& request);

// kForked: what we cloned has made our real child (CLONE_PARENT), and ends. An error where that is
// no child of ours.
Status follow_fork(sys::Child& process, pid_t pid);

} // namespace tare::runtime
