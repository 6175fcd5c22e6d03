#pragma once

#include "cli/tare/commands.h"

#include <string>

namespace tare::cli {

// What checkpoint and restore have in common.
Status read_criu_flags(const Invocation& invocation, plan::CriuFlags& flags);

// --image-path, absolute; `checkpoint` in the current directory when it was not given.
Result<std::string> image_path(const Arguments& arguments);

} // namespace tare::cli
