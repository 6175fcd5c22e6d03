#include "init/decimal.h"
#include "init/mount.h"
#include "init/syscall.h"
#include "plan/covered_in_proc.h"

#include <cstring>
#include <linux/magic.h>
#include <sys/vfs.h>

namespace tare::init {

namespace {

using wire::Detail;

bool is_allowed_in_proc(const char* path) {
    if (std::strncmp(path, "/proc/", 6) != 0) return false;
    for (const char* allowed : wire::kMayBeCoveredInProc)
        if (std::strcmp(path + 6, allowed) == 0) return true;
    return false;
}

// With no symlink on the way a path is where it says; behind ".." one has to look.
bool may_be_in_proc(const char* path) {
    const bool named = std::strncmp(path, "/proc", 5) == 0 && (path[5] == '\0' || path[5] == '/');
    return named || std::strstr(path, "/..") != nullptr;
}

} // namespace

bool is_on_procfs(int fd) {
    struct statfs what;
    return sys(__NR_fstatfs, fd, &what) == 0 && what.f_type == PROC_SUPER_MAGIC;
}

bool is_procfs(int fd) {
    constexpr std::uint64_t kRootInode = 1; // PROC_ROOT_INO in the kernel's linux/proc_fs.h
    struct stat what = {};
    return is_on_procfs(fd) && sys(__NR_newfstatat, fd, "", &what, AT_EMPTY_PATH) == 0
           && what.st_ino == kRootInode;
}

namespace {

long move(int mounted, int dir, const char* name) {
    const unsigned flags =
        MOVE_MOUNT_F_EMPTY_PATH | (name[0] == '\0' ? MOVE_MOUNT_T_EMPTY_PATH : 0U);
    return sys(__NR_move_mount, mounted, "", dir, name, flags);
}

bool is_directory(int dir, const char* name = "") {
    struct stat what = {};
    return sys(__NR_newfstatat, dir, name, &what, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) == 0
           && S_ISDIR(what.st_mode);
}

// move_mount(2) says EINVAL to a file on a directory, as it does to much else.
long explain(long moved, int mounted, int target) {
    return moved == -EINVAL && is_directory(mounted) != is_directory(target) ? -ENOTDIR : moved;
}

// Mounts on the directory of that name, which is made where it is missing. The name is not
// followed, so that this is safe without a look at what is there.
long mount_in(const Context& context, const Place& place, int mounted) {
    const auto make = [&] { return sys(__NR_mkdirat, place.dir, place.name, 0755); };
    // Of an image's top directories most are there, of those in a new /dev none.
    if (place.dir != context.root) make();
    const long moved = move(mounted, place.dir, place.name);
    return moved == -ENOENT && make() == 0 ? move(mounted, place.dir, place.name) : moved;
}

} // namespace

FdPath::FdPath(int fd) {
    const Decimal number(static_cast<unsigned long>(fd));
    std::memcpy(text, "/proc/self/fd/", 14);
    std::memcpy(text + 14, number.text, std::strlen(number.text) + 1);
}

void forget_directory(Context& context) {
    if (context.last.fd >= 0 && context.last.fd != context.root) discard(context.last.fd);
    context.last = {};
}

Place place_of(Context& context, const char* path, bool make) {
    const std::size_t length = last_component(path);
    const char* name = path + length;
    if (*name == '\0' || std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0)
        return {-ELOOP, name};
    if (length <= 1) return {context.root, name};

    LastDirectory& last = context.last;
    if (last.fd >= 0 && last.length == length && std::memcmp(last.path, path, length) == 0)
        return {last.fd, name};
    if (length >= kPathMax) return {-ENAMETOOLONG, name};
    char parent[kPathMax];
    std::memcpy(parent, path, length);
    parent[length - 1] = '\0';
    int dir = open_in_root(context.root, parent, Symlinks::kRefuse, O_DIRECTORY);
    if (make && (dir == -ENOENT || dir == -ELOOP))
        dir = make_in_root(context.root, parent, Missing::kMakeDirectory);
    if (dir < 0) return {dir, name};
    forget_directory(context);
    last = {path, length, dir};
    return {dir, name};
}

int open_target(Context& context, const char* path, int mounted) {
    const int found = open_in_root(context.root, path);
    if (found != -ENOENT) return found;
    return walk_in_root(context.root, path, Symlinks::kFollow,
                        is_directory(mounted) ? Missing::kMakeDirectory : Missing::kMakeFile);
}

Status check_target(int target, const char* path) {
    if (is_on_procfs(target) && !is_allowed_in_proc(path)) return {EPERM, Detail::kForbiddenTarget};
    return {};
}

Status check_proc(const char* path, bool procfs) {
    if (std::strcmp(path, "/proc") == 0 && !procfs) return {EPERM, Detail::kNotProcfs};
    return {};
}

Status attach_at(Context& context, int mounted, int target, const char* path) {
    // Wherever the path has led: over procfs goes only procfs, but for a few files.
    if (check_target(target, path).refused() && !is_on_procfs(mounted))
        return {EPERM, Detail::kForbiddenTarget};
    forget_directory(context);
    return outcome(explain(move(mounted, target, ""), mounted, target), Detail::kMove);
}

Status attach_anywhere(Context& context, int mounted, const char* path) {
    const int target = open_target(context, path, mounted);
    REQUIRE(outcome(target, Detail::kOpenTarget));
    const Status status = attach_at(context, mounted, target, path);
    discard(target);
    return status;
}

Status attach_bind(Context& context, int mounted, const char* path) {
    if (may_be_in_proc(path)) return attach_anywhere(context, mounted, path);
    const int target = open_in_root(context.root, path, Symlinks::kRefuse);
    long moved = target;
    if (target >= 0) moved = explain(move(mounted, target, ""), mounted, target);
    if (target == -ENOENT) {
        const Place place = place_of(context, path, false);
        if (place.dir < 0) return attach_anywhere(context, mounted, path);
        const bool file = !is_directory(mounted);
        const long made = file ? sys(__NR_mknodat, place.dir, place.name, S_IFREG | 0644, 0)
                               : sys(__NR_mkdirat, place.dir, place.name, 0755);
        // Were it a symlink by now, the symlink itself would be covered.
        if (made < 0 && made != -EEXIST) return outcome(made, Detail::kOpenTarget);
        moved = move(mounted, place.dir, place.name);
    }
    if (moved == -ELOOP) return attach_anywhere(context, mounted, path);
    forget_directory(context);
    discard(target);
    return outcome(moved, target < 0 && target != -ENOENT ? Detail::kOpenTarget : Detail::kMove);
}

Status attach_over_link(Context& context, int mounted, const char* path) {
    const Place place = place_of(context, path, true);
    REQUIRE(outcome(place.dir, Detail::kOpenTarget));
    const int target = open_at(place.dir, place.name, O_PATH | O_NOFOLLOW);
    if (target == -ENOENT) return attach_bind(context, mounted, path);
    REQUIRE(outcome(target, Detail::kOpenTarget));
    const Status status = attach_at(context, mounted, target, path);
    discard(target);
    return status;
}

Status attach(Context& context, int mounted, const char* path, bool plain) {
    // Procfs on /proc itself needs no look at what is there; everything else around it does.
    const bool quick = plain || !may_be_in_proc(path);
    const Place place = quick ? place_of(context, path, false) : Place{-ELOOP, path};
    long moved = place.dir;
    if (place.dir >= 0) moved = mount_in(context, place, mounted);
    if (moved == 0) {
        forget_directory(context);
        return {};
    }
    if ((moved == -EINVAL || moved == -ENOTDIR) && !is_directory(place.dir, place.name))
        moved = -ELOOP;
    if (plain && moved == -ELOOP) return {ENOTDIR, Detail::kTargetNotPlain};
    // A symlink at the end or on the way, or several directories to make.
    if (moved == -ELOOP || moved == -ENOENT) return attach_anywhere(context, mounted, path);
    return outcome(moved, Detail::kMove);
}

long clone_tree(int dir, const char* source, bool recursive, Symlinks last) {
    const unsigned flags =
        OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? kAtRecursive : 0U)
        | (last == Symlinks::kRefuse ? static_cast<unsigned>(AT_SYMLINK_NOFOLLOW) : 0U)
        | (source[0] == '\0' ? static_cast<unsigned>(AT_EMPTY_PATH) : 0U);
    return sys(__NR_open_tree, dir, source, flags);
}

long new_mount(const char* type, unsigned attributes) {
    const long fs = sys(__NR_fsopen, type, FSOPEN_CLOEXEC);
    if (fs < 0) return fs;
    long mounted = sys(__NR_fsconfig, fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
    if (mounted >= 0) mounted = sys(__NR_fsmount, fs, FSMOUNT_CLOEXEC, attributes);
    discard(static_cast<int>(fs));
    return mounted;
}

} // namespace tare::init
