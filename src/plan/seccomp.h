#pragma once

#include "plan/plan.h"

#include <string>
#include <string_view>

namespace tare::plan {

// Everything that the compiled program depends on (the config's section, libseccomp's version,
// ours), as text: two configs with the same key have the same program. The cache compares keys in
// full.
std::string seccomp_key(const spec::Seccomp& seccomp);

// Compiles with libseccomp, as a tree (SCMP_FLTATR_CTL_OPTIMIZE=2), 13-18 ms for Docker's profile.
// Syscalls newer than the newest one that the profile names get ENOSYS instead of its errno.
//   origin  "config.json#/linux/seccomp"
Result<SeccompProgram> compile_seccomp(const spec::Seccomp& seccomp, const std::string& origin);

// The contents of a cache file, and back; nullopt when it is of another key or damaged.
std::string write_seccomp_cache(std::string_view key, const SeccompProgram& program);
std::optional<SeccompProgram> read_seccomp_cache(std::string_view key, std::string_view file);

} // namespace tare::plan
