#pragma once

#include "base/fd.h"

#include <cstdint>
#include <optional>
#include <sys/types.h>

namespace tare::sys {

// How a process that has ended did so: a wait status as in wait(2). It need not be our child.
// Asked from the pidfd (PIDFD_GET_INFO, PIDFD_INFO_EXIT: since Linux 6.15, once it is reaped), else
// from /proc/PID/stat while it is a zombie: proc(5), "exit_code". Nullopt where neither tells.
//   pidfd  opened while the process lived
std::optional<int> exit_status(const Fd& pidfd, pid_t pid);

// Of a zombie that may have nobody's pidfd. `start_time` as in ProcessStat.
std::optional<int> zombie_exit_status(pid_t pid, std::uint64_t start_time);

} // namespace tare::sys
