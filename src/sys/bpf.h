#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <cstdint>
#include <vector>

// bpf(2), as far as device programs of cgroups need it.

namespace tare::sys {

// Loads struct bpf_insn[] as BPF_PROG_TYPE_CGROUP_DEVICE; BPF_DEVCG_ACC_* says what it decides.
Result<Fd> load_device_program(const std::vector<std::uint64_t>& program);

// From now on `program` decides too, beside those of the cgroups above (BPF_F_ALLOW_MULTI).
Status attach_device_program(const Fd& cgroup, const Fd& program);

// The same, and those that were attached here before decide no more. There is no moment without.
Status replace_device_programs(const Fd& cgroup, const Fd& program);

} // namespace tare::sys
