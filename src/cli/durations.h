#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tare::cli {

// A duration as Go programs write it, in nanoseconds: "5s", "1m30s", "300ms", "1.5h"; units ns, us,
// ms, s, m, h. Nullopt for anything else, for what is below 0, and for more than 200 years.
std::optional<std::int64_t> parse_duration(std::string_view text);

} // namespace tare::cli
