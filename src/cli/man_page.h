#pragma once

#include "cli/commands.h"

#include <string>

namespace tare::cli {

// A manual page in the language of man(7), made of the tables of cli/commands.h: tare(8) with all
// commands, or tare-COMMAND(8).
std::string man_page();
std::string man_page(const Command& command);

} // namespace tare::cli
