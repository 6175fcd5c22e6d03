#pragma once

#include "plan/plan.h"

#include <string>
#include <vector>

namespace tare::plan {

// The names of every mount option with a meaning of its own, sorted, for `features`.
std::vector<std::string> mount_option_names();

// One entry of `mounts`, split: runtime-spec, config.md, "Linux mount options". What is no option
// of mount(2) or mount_setattr(2) is data for the file system.
struct MountOptions {
    bool bind = false;
    bool recursive_bind = false;
    bool remount = false;
    bool copy_up = false; // tmpcopyup
    bool id_map = false, recursive_id_map = false;
    wire::Attributes attributes;
    std::vector<std::string> data;
};
Result<MountOptions> read_mount_options(const std::vector<std::string>& options,
                                        const std::string& origin);

// Adds the steps of `mounts[index]` to `plan`.
Status plan_mount(const spec::Config& config, std::size_t index, const HostFacts& host,
                  const Options& options, Plan& plan);

} // namespace tare::plan
