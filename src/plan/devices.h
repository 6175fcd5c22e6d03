#pragma once

#include "base/bus_value.h"
#include "base/result.h"
#include "spec/runtime/resources.h"

#include <cstdint>
#include <vector>

namespace tare::plan {

// The allow list that every container gets behind the rules of its config: runtime-spec,
// config-linux.md, "Default Devices", and what every runtime adds to it.
const std::vector<spec::DeviceRule>& default_device_rules();

// Compiles rules with the list semantics of cgroup v1 (kernel, admin-guide/cgroup-v1/devices.rst: a
// later rule wins; an "a" rule resets the list) into a BPF_PROG_TYPE_CGROUP_DEVICE program: struct
// bpf_insn[], 8 bytes each. Compact on purpose: the verifier's time grows with it. What no rule
// speaks of is denied. Unlike in v1 a rule also cuts a hole into an earlier, wider one. Empty when
// everything is allowed.
//   origin  the pointer of the rules, for errors
Result<std::vector<std::uint64_t>> compile_devices(const std::vector<spec::DeviceRule>& rules,
                                                   const std::string& origin);

// The same for systemd: DeviceAllow, then DevicePolicy, systemd.resource-control(5). Its list can
// only add, so where rules cut holes it allows more than they do: the program above decides as
// well. Empty when everything is allowed.
Result<std::vector<BusProperty>> device_properties(const std::vector<spec::DeviceRule>& rules,
                                                   const std::string& origin);

} // namespace tare::plan
