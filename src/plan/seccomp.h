#pragma once

#include "plan/plan.h"

#include <string>
#include <string_view>

namespace tare::plan {

// Everything that the compiled program depends on (the config's section, libseccomp's version,
// ours), as text: two configs with the same key have the same program. The cache compares keys in
// full.
std::string seccomp_key(const spec::Seccomp& seccomp);

// Takes libseccomp's names and numbers of calls, but not its generator: seccomp_filter.h says why.
// Syscalls newer than the newest one that the profile names get ENOSYS instead of its errno.
//   origin  "config.json#/linux/seccomp"
Result<SeccompProgram> compile_seccomp(const spec::Seccomp& seccomp, const std::string& origin);

// For `features` and `--version`: libseccomp's version ("2.5.4"), and every name that
// compile_seccomp takes ("SCMP_ACT_ALLOW", "SCMP_CMP_EQ", "SCMP_ARCH_X86_64",
// "SECCOMP_FILTER_FLAG_LOG"), sorted.
std::string seccomp_library_version();
struct SeccompNames {
    std::vector<std::string> actions, operators, archs, flags;
};
SeccompNames seccomp_names();

// The contents of a cache file, and back; nullopt when it is of another key or damaged.
std::string write_seccomp_cache(std::string_view key, const SeccompProgram& program);
std::optional<SeccompProgram> read_seccomp_cache(std::string_view key, std::string_view file);

// The same where the file says what its key is.
struct SeccompCache {
    std::string_view key; // in the file's memory
    SeccompProgram program;
};
std::optional<SeccompCache> read_seccomp_cache(std::string_view file);

// What else than a profile the program depends on, fit for a file's name.
std::string seccomp_generator();

} // namespace tare::plan
