#pragma once

#include "plan/compilation.h"

namespace tare::plan {

// runtime-spec, config-linux.md, "IntelRdt".
void plan_resctrl(const Compilation& c);

// The lines for a schemata file: a line "MB:..." of `l3` gives way to `memory_bandwidth`.
std::vector<std::string> resctrl_lines(const std::string& l3, const std::string& memory_bandwidth);

} // namespace tare::plan
