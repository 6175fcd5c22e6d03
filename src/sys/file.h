#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <string>
#include <string_view>
#include <sys/types.h>

// open(2), read(2), write(2), rename(2), memfd_create(2) and their kin. Every descriptor is
// close-on-exec. Errors name the call and the path: "open '/x': permission denied".

namespace tare::sys {

Result<Fd> open_file(const std::string& path, int flags, mode_t mode = 0);
Result<Fd> open_at(const Fd& dir, const std::string& name, int flags, mode_t mode = 0);

// For reading and for locking; not O_PATH.
Result<Fd> open_directory(const std::string& path);

// The rest of the file. More than `limit` bytes are an error (EFBIG).
//   what  names the file in errors
Result<std::string> read_all(const Fd& file, std::size_t limit, std::string_view what);
Result<std::string> read_file(const std::string& path, std::size_t limit);
Result<std::string> read_file_at(const Fd& dir, const std::string& name, std::size_t limit);

// A file of procfs, sysfs or cgroupfs that one read(2) delivers whole (below one page).
Result<std::string> read_small_file(const std::string& path);

// Writes everything, in as many calls as it takes.
Status write_all(const Fd& file, std::string_view text, std::string_view what);

// Writes `text` with one write(2): kernel control files parse each write on its own. Never creates.
Status write_control(const std::string& path, std::string_view text);
Status write_control_at(const Fd& dir, const std::string& name, std::string_view text);

// A new file at `name`; fails if there is one.
Status create_file_at(const Fd& dir, const std::string& name, std::string_view text, mode_t mode);

// Puts a whole file at `name`, replacing what is there: readers see the old one or the new one.
// "NAME.tmp" beside it is used on the way.
Status replace_file_at(const Fd& dir, const std::string& name, std::string_view text, mode_t mode);

// O_NONBLOCK, of the open file: whoever shares it gets it too.
Status make_nonblocking(const Fd& fd);

Status make_directory(const std::string& path, mode_t mode);
// Replaces one that is there.
Status make_symlink(const std::string& target, const std::string& path);
Status make_fifo_at(const Fd& dir, const std::string& name, mode_t mode);
// A node with just this mode and owner; `mode` with the type as mknod(2) has it.
struct Node {
    mode_t mode = 0;
    dev_t number = 0;
    uid_t uid = 0;
    gid_t gid = 0;
};
Status make_node_at(const Fd& dir, const std::string& name, const Node& node);
Status remove_file_at(const Fd& dir, const std::string& name); // success if there is none
Status remove_directory(const std::string& path);              // the same

// Absolute, without symlinks: realpath(3).
Result<std::string> resolved(const std::string& path);

// An anonymous file holding `text`, sealed against every change. `executable` as MFD_EXEC has it;
// kernels before 6.3 do not know the flag and make every memfd executable.
Result<Fd> sealed_memory(const char* name, std::string_view text, bool executable);

// A second descriptor of the same open file.
Result<Fd> duplicate(const Fd& fd);

// Open, and meant to be passed on: not close-on-exec.
bool is_inherited(int fd);

// A pipe or a regular file as CRIU calls it: "pipe:[INODE]", "file[MOUNT:INODE]" (the latter in
// hex);
// "" for anything else.
std::string name_of_stream(int fd);

// Whatever else our caller left open goes no further than us.
Status close_on_exec_from(unsigned first);

} // namespace tare::sys
