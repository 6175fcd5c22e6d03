#pragma once

#include "plan/wire.h"

#include <string_view>

namespace tare::plan {

// What the dump calls an operation: "mount", "mask-path".
std::string_view op_name(wire::Op op);

} // namespace tare::plan
