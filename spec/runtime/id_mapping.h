#pragma once

#include <cstdint>

namespace tare::spec {

// runtime-spec, config-linux.md, "User namespace mappings".
struct IdMapping {
    std::uint32_t container_id = 0;
    std::uint32_t host_id = 0;
    std::uint32_t size = 0;
    bool operator==(const IdMapping&) const = default;
};

} // namespace tare::spec
