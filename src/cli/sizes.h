#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tare::cli {

// Bytes: "1048576", "512M", "1.5g", "2GiB", with units of 1024; -1 for no limit. Nullopt for
// anything else, and for what does not fit.
std::optional<std::int64_t> parse_size(std::string_view text);

} // namespace tare::cli
