#pragma once

#include "init/plan_reader.h"

namespace tare::init {

// An init that was executed ahead of its plan, while `tare` still reads the config: waits on its
// socket for a wire::Launch, and makes the container's process as that says.
//   Runs in  the namespaces and the cgroup of `tare`; returns in the new process alone
//   Leaves   default signals, death with `tare`, and what came with the Launch: the plan first, at
//            least one. Where there is nothing to make, or it cannot be made, the process ends
Descriptors fork_when_told(int socket);

} // namespace tare::init
