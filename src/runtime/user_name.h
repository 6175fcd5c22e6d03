#pragma once

#include <string>
#include <sys/types.h>

namespace tare::runtime {

// The name of `uid` in the host's /etc/passwd; "#1000" when it has none. Not getpwuid(3), which
// would load whatever name services the host has.
std::string user_name(uid_t uid);

} // namespace tare::runtime
