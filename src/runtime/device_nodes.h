#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "plan/plan.h"

#include <vector>

namespace tare::runtime {

// Whether the host has this very device at that path.
bool is_on_host(const plan::DeviceSource& wanted);

// A node for each, as a detached mount of its own. They lie in a file system of ours that the
// kernel takes away with the last of these mounts.
Result<std::vector<Fd>> make_device_nodes(const std::vector<const plan::DeviceSource*>& wanted);

} // namespace tare::runtime
