#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace tare::cli {

// A signal by name, in any case, with or without SIG ("kill", "SIGTERM", "RTMIN+3"), or by number.
// RTMIN is 34 and RTMAX 64, as engines and glibc's programs count; 0 only asks whether the process
// is there. Errors: unknown signal "X".
Result<int> read_signal(std::string_view text);

// Without SIG, for those who are to choose one.
std::vector<std::string> signal_names();

} // namespace tare::cli
