#pragma once

#include "spec/runtime/id_mapping.h"

#include <string>
#include <vector>

namespace tare::spec {

// One entry of "mounts": runtime-spec, config.md, "Mounts" and "Linux mount options".
struct Mount {
    std::string destination; // starts with '/'; a relative one (deprecated) counts from there
    std::string type;
    std::string source;
    std::vector<std::string> options;
    std::vector<IdMapping> uid_mappings;
    std::vector<IdMapping> gid_mappings;
    bool operator==(const Mount&) const = default;
};

} // namespace tare::spec
