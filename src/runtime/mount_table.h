#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

// proc_pid_mountinfo(5).

namespace tare::runtime {

// The mount points of a type of file system, in the order of the text of a mountinfo.
std::vector<std::string> find_mounts(std::string_view mountinfo, std::string_view type);

// The same, of our own mount namespace.
Result<std::vector<std::string>> mounts_of(std::string_view type);

} // namespace tare::runtime
