#pragma once

#include "init/context.h"

namespace tare::init {

// Everything of procfs goes through one descriptor of the host's, taken before the container's root
// is touched: what a container calls /proc may be anything (CVE-2019-16884, CVE-2025-52881).

// Opens the host's /proc and verifies that it is the root of a procfs. Kept in `context.proc`; once
// open it costs nothing. Errors: kProc.
Status open_proc(Context& context);

// To be called before a step after which "/proc" is the container's: opens it where a later step
// needs it.
Status keep_proc(Context& context);

// Opens a file below the trusted procfs: no symlink, no mount over it, no magic link. `path` counts
// from the procfs's root. Returns a descriptor, or -errno.
int open_in_proc(Context& context, const char* path, int flags);

// The own pid in that procfs, as its "self" says; 0 when it cannot see us.
long own_pid(Context& context);

// Opens, to be listed, the directory of our own descriptors in the procfs at /proc, whosever that
// is: nothing but the root of a procfs serves, and nothing mounted over what lies below it. Returns
// a descriptor, or -errno. Needs no Context.
int open_own_descriptors();

// Unmounts or covers every procfs and sysfs of the host (for --no-pivot).
Status hide_host_proc();

} // namespace tare::init
