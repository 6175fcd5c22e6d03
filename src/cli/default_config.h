#pragma once

#include "spec/runtime/config.h"

#include <sys/types.h>

namespace tare::cli {

// What `spec` writes: a shell on a terminal, with few capabilities and a read-only root, in the
// directory rootfs; what `runc spec` writes, with a cgroup namespace and the paths that engines
// mask today.
spec::Config default_config();

// The same for a user without privileges: a user namespace with just these ids as its root, the
// host's network, nothing that needs a cgroup.
spec::Config rootless_config(uid_t uid, gid_t gid);

} // namespace tare::cli
