#pragma once

#include "base/result.h"
#include "spec/runtime/id_mapping.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The mapping that crun takes in the mount option idmap=, and podman hands over:
// "uids=0-1000-10#10-2000-5;gids=@0-0-10".

namespace tare::plan {

struct IdRange {
    std::uint32_t inside = 0;  // of the file system
    std::uint32_t outside = 0; // of the host
    std::uint32_t size = 0;
    bool relative = false; // '@': `outside` is an id in the container's user namespace
};

struct IdMapOption {
    std::vector<IdRange> uids, gids;
};

//   text  what follows "idmap="
//   origin  of the option, for errors
Result<IdMapOption> read_id_map_option(std::string_view text, const std::string& origin);

// With relative ranges translated by the container's own mappings.
// Errors: a range that lies in none of them.
Result<std::vector<spec::IdMapping>> resolve(const std::vector<IdRange>& ranges,
                                             const std::vector<spec::IdMapping>& container,
                                             const std::string& origin);

} // namespace tare::plan
