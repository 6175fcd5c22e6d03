#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace tare::cli {

// Of what ps(1) has printed: the header, and the lines whose column PID is one of `pids` (sorted).
// Errors: there is no such column (options may have left it out).
Result<std::string> filter_ps(std::string_view output, const std::vector<pid_t>& pids);

// "[1,2]\n"
std::string pids_json(const std::vector<pid_t>& pids);

} // namespace tare::cli
