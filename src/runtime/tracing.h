#pragma once

#include "runtime/store.h"
#include "spec/runtime/config.h"

namespace tare::runtime {

// Who has CAP_SYS_PTRACE in our own user namespace may trace whatever he sees, privileged or not:
// ptrace(2), "Ptrace access mode checking". So nobody of ours is to be seen by him before its end.

// Whether a process with these capabilities may, or others may that the container shares a pid
// namespace of its config's choice with, whom we do not know.
bool may_trace(const spec::Config& config);

// Such a process is about to be added to a container that had none: for later execs.
Status remember_tracer(const StateDirectory& directory);
bool has_tracer(const StateDirectory& directory, const Record& record);

} // namespace tare::runtime
