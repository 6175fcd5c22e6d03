#pragma once

#include "base/result.h"

#include <sys/types.h>

// netdevice(7).

namespace tare::sys {

// Brings the loopback device of the process's network namespace up.
Status loopback_up_of(pid_t pid);

} // namespace tare::sys
