#pragma once

#include "base/fd.h"

#include <cstdint>
#include <optional>

// What a pidfd tells of its process without a procfs: ioctl PIDFD_GET_INFO
// (include/uapi/linux/pidfd.h) and its inode. Nullopt where this kernel does not tell.

namespace tare::sys {

// The number of its cgroup of version 2, which is the inode of that cgroup's directory. Since
// Linux 6.13.
std::optional<std::uint64_t> cgroup_of(const Fd& pidfd);

// How it ended, as in wait(2), once it has been reaped. Since Linux 6.15.
std::optional<int> reaped_status(const Fd& pidfd);

// A number that no other process gets as long as the kernel runs: all pidfds of a process have the
// same inode. Since Linux 6.9 (pidfs).
std::optional<std::uint64_t> unique_number(const Fd& pidfd);

} // namespace tare::sys
