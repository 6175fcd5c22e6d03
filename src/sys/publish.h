#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <string>
#include <string_view>
#include <sys/types.h>

namespace tare::sys {

// Makes the file `name` in `dir` appear with all of `text` at once, in place of a regular file or a
// symlink that is there; a device, a FIFO or a socket stays, and is an error.
// It has no name before (O_TMPFILE, since Linux 3.11), so that whoever is killed on the way leaves
// nothing. Where the file system has no such files, as overlayfs before Linux 6.1, it is
// replace_file_at().
//   mode  0 to 0777, less the umask
Status publish_file_at(const Fd& dir, const std::string& name, std::string_view text, mode_t mode);

} // namespace tare::sys
