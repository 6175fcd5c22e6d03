#pragma once

#include "spec/runtime/process.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tare::plan {

// A capability set, a bit each: 1 << CAP_CHOWN.
struct CapabilitySets {
    std::uint64_t bounding = 0, effective = 0, inheritable = 0, permitted = 0, ambient = 0;
    std::vector<std::string> warnings; // unknown or unavailable ones: config.md, "Linux Process"
    bool operator==(const CapabilitySets&) const = default;
};

// Names become bits. Those that this kernel (or what we may hand out, `available`) does not have
// are left out with a warning: the spec says MUST warn and SHOULD NOT fail.
CapabilitySets plan_capabilities(const spec::Capabilities& wanted, std::uint64_t available,
                                 const std::string& origin);

// Every name this build knows, for `features`: "CAP_CHOWN" ...
const std::vector<std::string>& capability_names();

} // namespace tare::plan
