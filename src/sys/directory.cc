#include "sys/directory.h"

#include "base/text.h"

#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace tare::sys {

long filesystem_type(const std::string& path) {
    struct statfs facts = {};
    if (::statfs(path.c_str(), &facts) < 0) return 0;
    return static_cast<long>(facts.f_type);
}

int check_writable(const std::string& path) {
    return ::faccessat(AT_FDCWD, path.c_str(), W_OK | X_OK, AT_EACCESS) < 0 ? errno : 0;
}

Result<bool> make_directory_once(const std::string& path, mode_t mode) {
    if (::mkdir(path.c_str(), mode) == 0) return true;
    if (errno == EEXIST) return false;
    return sys_failure("mkdir " + quote(path));
}

Result<std::vector<std::string>> subdirectories(const std::string& path) {
    std::vector<std::string> names;
    DIR* stream = ::opendir(path.c_str());
    if (stream == nullptr && errno == ENOENT) return names;
    if (stream == nullptr) return sys_failure("open " + quote(path));
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
        const std::string name = entry->d_name;
        if (entry->d_type == DT_DIR && name != "." && name != "..") names.push_back(name);
    }
    const int problem = errno;
    ::closedir(stream);
    if (problem != 0 && problem != ENOENT) // that of a directory which vanished meanwhile
        return sys_failure("read " + quote(path), problem);
    std::ranges::sort(names);
    return names;
}

Result<bool> change_owner_at(const Fd& dir, const std::string& name, uid_t owner) {
    const int flags = AT_SYMLINK_NOFOLLOW | (name.empty() ? AT_EMPTY_PATH : 0);
    if (::fchownat(dir.get(), name.c_str(), owner, static_cast<gid_t>(-1), flags) == 0) return true;
    if (errno == ENOENT) return false;
    return sys_failure("chown " + quote(name.empty() ? "." : name) + " to "
                       + std::to_string(owner));
}

} // namespace tare::sys
