#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <string>

// Paths inside a root that is not trusted: openat2(2) with RESOLVE_IN_ROOT, since Linux 5.6.
// Absolute symlinks and ".." stay inside, magic links of procfs are refused.

namespace tare::sys {

// `flags` as of openat(2); O_CLOEXEC comes with it.
Result<Fd> open_in_root(const Fd& root, const std::string& path, int flags);

// What is missing on the way is made: directories (0755), and at the end a directory or an empty
// file (0644). What is there stays as it is, whatever it is.
Status make_in_root(const Fd& root, const std::string& path, bool directory);

} // namespace tare::sys
