#pragma once

#include "base/result.h"
#include "plan/seccomp.h"
#include "runtime/runtime.h"

namespace tare::runtime {

// The compiled filter of a profile: from the cache ROOT/@seccomp/, or compiled now and put there.
// A cache that cannot be read or written is no error. It holds at most kSeccompCacheFiles files; a
// file that is not ours alone to write is not believed.
Result<plan::SeccompProgram> load_seccomp(const Settings& settings, const spec::Seccomp& seccomp);

constexpr unsigned kSeccompCacheFiles = 128; // a profile makes two

// Its files. One appears complete: nobody reads half a file, and a killed writer leaves none.
Result<std::string> read_cached(const Settings& settings, const std::string& name);
void put_cached(const Settings& settings, const std::string& name, const std::string& file);

} // namespace tare::runtime
