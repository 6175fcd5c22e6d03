#pragma once

#include "base/fd.h"
#include "base/result.h"

namespace tare::runtime {

// build/tare-init, which this program carries, as a file that nobody can change: executed with
// execveat(2), it is all of ours that a container ever sees (/proc/PID/exe leads to it).
//
// A sealed memfd where memfds may be executed. Where they may not (sysctl vm.memfd_noexec=2) a file
// on a tmpfs of its own that is mounted nowhere and read-only: needs CAP_SYS_ADMIN.
Result<Fd> open_init_program();

} // namespace tare::runtime
