#pragma once

#include "plan/compilation.h"

namespace tare::plan {

// "net.ipv4.ip_forward" or "net/ipv4/ip_forward", as sysctl(8) reads them, as a path below
// /proc/sys. Empty when it is none ("..", empty components).
std::string sysctl_path(std::string_view name);

// linux.sysctl: only what belongs to a namespace of the container may be written; anything else
// would change the host.
Status plan_sysctls(const Compilation& c);

} // namespace tare::plan
