#include "sys/directory.h"

#include "base/text.h"
#include "sys/file.h"

#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace tare::sys {

namespace {

// Sorted. Takes the stream.
Result<std::vector<std::string>> read_subdirectories(DIR* stream, const std::string& path) {
    std::vector<std::string> names;
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

bool is_gone(const Error& error) {
    return error.code == ENOENT || error.code == ENODEV;
}

// Whoever owns a directory may have closed it even to itself.
Result<Fd> open_for_visit(const Fd& parent, const std::string& name) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
    auto opened = open_at(parent, name, kFlags);
    if (opened || opened.error().code != EACCES) return opened;
    if (::fchmodat(parent.get(), name.c_str(), 0755, 0) < 0) return opened;
    return open_at(parent, name, kFlags);
}

// Goes down and up through a tree, with a descriptor only of where it is.
class Walk {
public:
    Walk(Fd parent, const Visit& visit) : here_(std::move(parent)), visit_(visit) {}

    Status go(const std::string& top) {
        TRY(enter(top));
        while (!levels_.empty()) {
            std::vector<std::string>& left = levels_.back().left;
            if (left.empty()) {
                TRY(leave());
                continue;
            }
            const std::string next = std::move(left.back());
            left.pop_back();
            TRY(enter(next));
        }
        return {};
    }

private:
    struct Level {
        std::string name;
        std::vector<std::string> left; // to be visited, the last one first
    };

    Status enter(const std::string& name) {
        auto opened = open_for_visit(here_, name);
        if (!opened && is_gone(opened.error())) return {};
        Fd below = TRY(std::move(opened));
        Fd again = TRY(open_at(below, ".", O_RDONLY | O_DIRECTORY));
        DIR* stream = ::fdopendir(again.get());
        if (stream == nullptr) return sys_failure("read " + quote(name));
        again.release();
        std::vector<std::string> names = TRY(read_subdirectories(stream, name));
        std::ranges::reverse(names);
        levels_.push_back({name, std::move(names)});
        here_ = std::move(below);
        return {};
    }

    Status leave() {
        here_ = TRY(open_at(here_, "..", O_RDONLY | O_DIRECTORY));
        const std::string name = std::move(levels_.back().name);
        levels_.pop_back();
        Status visited = visit_(here_, name);
        if (!visited && is_gone(visited.error())) return {};
        return visited;
    }

    Fd here_;
    const Visit& visit_;
    std::vector<Level> levels_;
};

} // namespace

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
    DIR* stream = ::opendir(path.c_str());
    if (stream == nullptr && errno == ENOENT) return std::vector<std::string>();
    if (stream == nullptr) return sys_failure("open " + quote(path));
    return read_subdirectories(stream, path);
}

Status visit_cgroups(const std::string& path, const Visit& visit) {
    const std::size_t slash = path.rfind('/');
    auto parent = open_file(path.substr(0, slash), O_PATH | O_DIRECTORY);
    if (!parent && is_gone(parent.error())) return {};
    Fd opened = TRY(std::move(parent));
    return Walk(std::move(opened), visit)
        .go(path.substr(slash + 1))
        .map_error(under("in " + quote(path)));
}

Result<bool> change_owner_at(const Fd& dir, const std::string& name, uid_t owner) {
    const int flags = AT_SYMLINK_NOFOLLOW | (name.empty() ? AT_EMPTY_PATH : 0);
    if (::fchownat(dir.get(), name.c_str(), owner, static_cast<gid_t>(-1), flags) == 0) return true;
    if (errno == ENOENT) return false;
    return sys_failure("chown " + quote(name.empty() ? "." : name) + " to "
                       + std::to_string(owner));
}

} // namespace tare::sys
