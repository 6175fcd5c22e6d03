#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <functional>
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

// Visits the directory `path` and all below it, those below first, each as a `name` in its
// `parent`. Takes two descriptors however deep they lie, and names of any length together. For
// cgroups, which nobody can move: ".." leads back. One that vanishes is left out; one of ours that
// is closed to us (EACCES) is opened again by chmod(2). The first error of `visit` ends it.
using Visit = std::function<Status(const Fd& parent, const std::string& name)>;
Status visit_cgroups(const std::string& path, const Visit& visit);

// Of the file `name` in it, or of the directory itself when `name` is empty. The group stays.
// True: done. False: there is no such file.
Result<bool> change_owner_at(const Fd& dir, const std::string& name, uid_t owner);

} // namespace tare::sys
