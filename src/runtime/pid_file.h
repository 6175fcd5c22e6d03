#pragma once

#include "base/result.h"

#include <string>
#include <sys/types.h>

namespace tare::runtime {

// --pid-file: the number without a newline, in a file that appears complete. A relative path
// counts from the caller's directory.
Status write_pid_file(const std::string& path, pid_t pid);

} // namespace tare::runtime
