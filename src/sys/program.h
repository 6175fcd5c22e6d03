#pragma once

#include "base/result.h"

#include <string>
#include <vector>

namespace tare::sys {

// Runs a program of the host, found by $PATH, with our environment, standard input and standard
// error, and waits for its end. What it writes to standard output is the result (at most 64 MB).
//   words  its name and its arguments
// Errors: "ps: executable file not found in $PATH" (ENOENT), "ps -e: exit status 1".
Result<std::string> output_of(std::vector<std::string> words);

} // namespace tare::sys
