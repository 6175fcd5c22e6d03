#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <string>
#include <sys/types.h>

namespace tare::runtime {

// The mapping of one user namespace: the texts for /proc/PID/{uid,gid}_map, a line a range.
struct IdMaps {
    std::string uid_map, gid_map;
    bool by_helper = false;      // newuidmap(1) and newgidmap(1), from the package uidmap
    bool deny_setgroups = false; // the kernel wants it before an unprivileged gid_map
};

// Writes the maps of the new user namespace that `pid` is in. user_namespaces(7).
Status write_id_maps(pid_t pid, const IdMaps& maps);

// A user namespace that only carries a mapping, for idmapped mounts; no process is in it.
Result<Fd> make_id_map_namespace(const IdMaps& maps);

} // namespace tare::runtime
