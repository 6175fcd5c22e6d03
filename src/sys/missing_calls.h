#pragma once

#include <string>

namespace tare::sys {

// For an error message: which of the modern system calls that we and init make, are refused with
// `code` before the kernel has looked at their arguments. ENOSYS: the kernel is older, or a seccomp
// filter around us says so; EPERM: a filter does, or, of calls that want privileges, we have none,
// so of those nothing is told then.
// "; this kernel, or a seccomp filter around tare, lacks openat2, mount_setattr", or nothing.
std::string missing_calls_text(int code);

} // namespace tare::sys
