#pragma once

#include "plan/plan.h"

namespace tare::plan {

// What the container's cgroup (v2) is to hold: linux.cgroupsPath and linux.resources, converted.
// runtime-spec, config-linux.md, "Control groups"; kernel, admin-guide/cgroup-v2.rst.
// Fields without a meaning on v2 become warnings; values that make no sense are errors.
//
// Device rules apply always, as with the other runtimes: those of the config, then
// default_device_rules(). But not where we may not load a program (a user namespace, or nobody
// special): there no container can make a device node or open one that we could not.
Result<CgroupPlan> plan_cgroup(const spec::Config& config, const HostFacts& host,
                               const Options& options = {});

// The writes alone, as `update` needs them, in the order in which the kernel takes them.
//   origin    "config.json#/linux/resources"
//   warnings  where those go; may be null
Result<std::vector<CgroupWrite>> plan_resources(const spec::Resources& resources,
                                                const HostFacts& host, const std::string& origin,
                                                std::vector<std::string>* warnings = nullptr);

// "memory" of "memory.max"; empty for files of every cgroup ("cgroup.max.depth").
std::string controller_of(const std::string& file);

// Those that the writes need, sorted.
std::vector<std::string> controllers_of(const std::vector<CgroupWrite>& writes);

} // namespace tare::plan
