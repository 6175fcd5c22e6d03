#pragma once

#include "base/result.h"
#include "plan/id_map_option.h"
#include "plan/wire.h"

#include <string>
#include <vector>

namespace tare::plan {

// The names of every mount option with a meaning of its own, sorted, for `features`.
std::vector<std::string> mount_option_names();

// The options of one entry of `mounts`, split: runtime-spec, config.md, "Linux mount options".
struct MountOptions {
    bool bind = false;
    bool recursive_bind = false;
    bool remount = false;
    bool copy_up = false; // tmpcopyup
    bool copy_symlink = false, source_nofollow = false, target_nofollow = false;
    bool id_map = false, recursive_id_map = false;
    IdMapOption id_map_option; // idmap=...
    wire::Attributes attributes;
    std::vector<std::string>
        super;                     // "sync", "lazytime": of the file system, not of the mount point
    bool wants_iversion = false;   // the superblock is to count changes of inodes
    std::vector<std::string> data; // everything else: for the file system to judge
};
//   origin  the pointer of the entry, for errors
Result<MountOptions> read_mount_options(const std::vector<std::string>& options,
                                        const std::string& origin);

// Whether a new mount with them is read-only.
bool makes_readonly(const wire::Attributes& attributes);

// "nosuid, rw, rro, rslave": what the attributes do, in the spec's names.
std::string describe(const wire::Attributes& attributes);

} // namespace tare::plan
