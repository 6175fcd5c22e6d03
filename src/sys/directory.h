#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <string>
#include <sys/types.h>
#include <vector>

// statfs(2), access(2), mkdir(2), readdir(3), fchownat(2).

namespace tare::sys {

// The f_type of statfs(2); 0 where there is nothing.
long filesystem_type(const std::string& path);

// 0, or why we may not make anything in it: EACCES, EROFS, ENOENT ...
int check_writable(const std::string& path);

// True: made. False: was there.
Result<bool> make_directory_once(const std::string& path, mode_t mode);

// The names of the directories in it, sorted; empty where it is gone.
Result<std::vector<std::string>> subdirectories(const std::string& path);

// Of the file `name` in it, or of the directory itself when `name` is empty. The group stays.
// True: done. False: there is no such file.
Result<bool> change_owner_at(const Fd& dir, const std::string& name, uid_t owner);

} // namespace tare::sys
