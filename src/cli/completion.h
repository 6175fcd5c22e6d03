#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace tare::cli {

// A script that completes `tare` commands, options, ids and files, made of the tables of
// cli/commands.h.
//   shell  bash, zsh or fish; an error for others
Result<std::string> completion_script(std::string_view shell);

} // namespace tare::cli
