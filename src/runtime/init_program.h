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

// Executes it, with the number of a descriptor that it inherits: of its plan or, where `mode` is
// "early", of a socket (wire.h, Launch). Returns the kernel's refusal, minus an errno.
//   Runs in  a child that may share our memory: nothing but raw system calls
long execute_init(int program, const char* number, const char* mode = nullptr);

} // namespace tare::runtime
