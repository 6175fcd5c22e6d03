#pragma once

#include "runtime/store.h"

namespace tare::runtime {

// Whether somebody in the container's pid namespace may trace what he sees (Plan::may_trace): so
// nothing of ours is to be seen by him before its end.
bool has_tracer(const StateDirectory& directory, const Record& record);

// Such a process is about to be added to a container that had none: for later execs.
Status remember_tracer(const StateDirectory& directory);

} // namespace tare::runtime
