#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <cstdint>
#include <string>

// open_tree(2), mount_setattr(2), fsmount(2), umount(2), statx(2).

namespace tare::sys {

// A detached clone of the mount at `path`, with everything below it when `recursive`; of a symlink
// itself unless `follow`. ENOSYS: before Linux 5.2.
Result<Fd> clone_tree(const std::string& path, bool recursive, bool follow = true);

// The same of a single file or directory of `dir`, which must be attached before Linux 6.15.
Result<Fd> clone_mount_at(const Fd& dir, const std::string& name);

// What mount_setattr(2) does to a detached mount.
struct TreeAttributes {
    std::uint64_t set = 0;         // MOUNT_ATTR_*
    std::uint64_t propagation = 0; // MS_SLAVE ...; 0: as it is
    int user_namespace = -1;       // set: MOUNT_ATTR_IDMAP through its mapping
    bool recursive = false;
};
// ENOSYS: before Linux 5.12.
Status set_tree_attributes(const Fd& tree, const TreeAttributes& attributes);

// A new instance of a file system that is mounted nowhere, with `attributes` as fsmount(2) has
// them. ENOSYS: before Linux 5.2.
Result<Fd> new_detached(const char* type, unsigned attributes);

// Which mount `path` lies on, as a number that no other mount has at the same time.
Result<std::uint64_t> mount_id(const std::string& path);

// Takes the topmost mount at `path` away, with everything below it, now or as soon as it is no
// longer in use.
Status detach_mount(const std::string& path);

} // namespace tare::sys
