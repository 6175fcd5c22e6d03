#pragma once

#include "plan/compilation.h"

namespace tare::plan {

// What becomes the container's root, before its mounts: propagation, and the bind of root.path.
Status plan_root(const Compilation& c);

// The nodes and links that every container has (runtime-spec, config-linux.md, "Default Devices"),
// and linux.devices. Neither where the config binds something on /dev: it is the host's, and brings
// what it has.
Status plan_devices_and_links(const Compilation& c);

// From Linux 6.8 on mountinfo lists mounts by age, and a tree that `tare` cloned to stay shared
// with the host is older than what comes before it in `mounts`. Copies are made in the order in
// which mounts lie. (With a user namespace all sources are such trees, and keep their order.)
void plan_order_of_mounts(const Compilation& c);

// The nodes that every container has: "/dev/null" ...
std::vector<std::string_view> default_device_paths();

// linux.maskedPaths and linux.readonlyPaths.
Status plan_covered_paths(const Compilation& c);

// The change of root, and what can only be set afterwards.
Status plan_enter_root(const Compilation& c);

} // namespace tare::plan
