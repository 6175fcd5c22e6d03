#pragma once

#include "base/fd.h"
#include "base/result.h"

// seccomp_unotify(2), pidfd_getfd(2).

namespace tare::sys {

// Our own descriptor of the seccomp listener that is `number` in a process that we may trace.
// EPERM: it is no listener. ENOSYS: before Linux 5.6.
Result<Fd> fetch_seccomp_listener(const Fd& pidfd, int number);

} // namespace tare::sys
