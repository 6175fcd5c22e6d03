#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "plan/plan.h"
#include "runtime/early_init.h"
#include "runtime/init_program.h"
#include "sys/process.h"

#include <cstdint>
#include <functional>
#include <string>

namespace tare::runtime {

// What the container's process inherits besides its plan.
struct LaunchRequest {
    const plan::Plan& plan;
    const Fd& cgroup;             // its directory; none: the container stays in our cgroup
    std::string cgroup_path = {}; // the same, for errors; may be empty
    // Else moves the process into its cgroup, before it executes anything.
    std::function<Status(pid_t)> move_to_cgroup;
    const Fd& gate_in;
    const Fd& gate_out;                    // the two FIFOs; none: the report socket serves
    const sys::Child* container = nullptr; // exec: the init whose container it joins
    bool go_ahead = false;                 // the caller sends kGo without being told of kReady
    unsigned keep_fds = 0;                 // 3 ... 3+keep_fds-1 go on into the container
    EarlyInit* early = nullptr;            // ended, where it cannot serve
    // Into its cgroup once it is there. Linux (6.18 does) kills who is born into a cgroup if ever
    // cgroup.kill was used on ours, and not as often on that one.
    bool moves_in = false;
};

struct Launched {
    sys::Child init;
    Fd report; // our end of the socket: wire::Message both ways
};

// Opens what the plan names, makes the process in its namespaces and its cgroup, and lets it go:
// from here on it performs the steps of the plan and reports. It dies with us until it is ready.
Result<Launched> launch(const LaunchRequest& request);

} // namespace tare::runtime
