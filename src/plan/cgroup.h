#pragma once

#include "plan/plan.h"

namespace tare::plan {

// What the container's cgroup (v2) is to hold: linux.cgroupsPath and linux.resources, converted.
// runtime-spec, config-linux.md, "Control groups"; kernel, admin-guide/cgroup-v2.rst.
// Fields without a meaning on v2 become warnings; values that make no sense are errors.
Result<CgroupPlan> plan_cgroup(const spec::Config& config, const HostFacts& host);

// The writes alone, as `update` needs them.
Result<std::vector<CgroupWrite>> plan_resources(const spec::Resources& resources,
                                                const HostFacts& host, const std::string& origin);

} // namespace tare::plan
