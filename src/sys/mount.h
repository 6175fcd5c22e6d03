#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <cstdint>
#include <string>

// open_tree(2), umount(2), statx(2).

namespace tare::sys {

// A detached clone of the mount at `path`, with everything below it when `recursive`.
// ENOSYS: before Linux 5.2.
Result<Fd> clone_tree(const std::string& path, bool recursive);

// Which mount `path` lies on, as a number that no other mount has at the same time.
Result<std::uint64_t> mount_id(const std::string& path);

// Takes the topmost mount at `path` away, with everything below it, now or as soon as it is no
// longer in use.
Status detach_mount(const std::string& path);

} // namespace tare::sys
