#pragma once

#include <string_view>

namespace tare::spec {

// What is implemented of the specification. A state complies with it whatever version its config is
// of.
inline constexpr std::string_view kVersion = "1.3.0";

} // namespace tare::spec
