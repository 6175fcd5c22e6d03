#include "init/decimal.h"
#include "init/mount.h"
#include "init/syscall.h"

#include <cstring>
#include <linux/magic.h>
#include <sys/vfs.h>

namespace tare::init {

namespace {

using wire::Detail;

// The files of procfs that may be covered: runtimes agree on these, which lxcfs provides.
constexpr const char* kMayBeCovered[] = {
    "cpuinfo",
    "diskstats",
    "meminfo",
    "stat",
    "swaps",
    "uptime",
    "loadavg",
    "slabinfo",
    "sys/kernel/ns_last_pid",
    "sys/crypto/fips_enabled",
};

bool is_allowed_in_proc(const char* path) {
    if (std::strncmp(path, "/proc/", 6) != 0) return false;
    for (const char* allowed : kMayBeCovered)
        if (std::strcmp(path + 6, allowed) == 0) return true;
    return false;
}

bool looks_like_proc(const char* path) {
    return std::strncmp(path, "/proc", 5) == 0 && (path[5] == '\0' || path[5] == '/');
}

bool is_on_procfs(int fd) {
    struct statfs what;
    return sys(__NR_fstatfs, fd, &what) == 0 && what.f_type == PROC_SUPER_MAGIC;
}

long move(int mounted, int dir, const char* name) {
    const unsigned flags =
        MOVE_MOUNT_F_EMPTY_PATH | (name[0] == '\0' ? MOVE_MOUNT_T_EMPTY_PATH : 0U);
    return sys(__NR_move_mount, mounted, "", dir, name, flags);
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
    struct stat what = {};
    const long failed = sys(__NR_newfstatat, mounted, "", &what, AT_EMPTY_PATH);
    if (failed < 0) return static_cast<int>(failed);
    return walk_in_root(context.root, path, Symlinks::kFollow,
                        S_ISDIR(what.st_mode) ? Missing::kMakeDirectory : Missing::kMakeFile);
}

Status check_target(int target, const char* path) {
    if (is_on_procfs(target) && !is_allowed_in_proc(path)) return {EPERM, Detail::kForbiddenTarget};
    return {};
}

Status attach_at(Context& context, int mounted, int target, const char* path) {
    // Wherever the path has led: over procfs goes only procfs, but for a few files.
    if (check_target(target, path).refused() && !is_on_procfs(mounted))
        return {EPERM, Detail::kForbiddenTarget};
    REQUIRE(outcome(move(mounted, target, ""), Detail::kMove));
    forget_directory(context);
    return {};
}

Status attach_bind(Context& context, int mounted, const char* path) {
    int target = open_in_root(context.root, path, Symlinks::kRefuse);
    if (target >= 0 && !looks_like_proc(path)) {
        REQUIRE(outcome(move(mounted, target, ""), Detail::kMove));
        forget_directory(context);
        return {};
    }
    if (target < 0) target = open_target(context, path, mounted);
    REQUIRE(outcome(target, Detail::kOpenTarget));
    return attach_at(context, mounted, target, path);
}

Status attach(Context& context, int mounted, const char* path, bool plain) {
    // The name is not followed, and no symlink was on the way: one call finds and mounts. Procfs
    // mounted on /proc itself needs no look at what is there; everything else around it does.
    const Place place = place_of(context, path, false);
    if (place.dir >= 0 && (plain || !looks_like_proc(path))) {
        if (place.dir != context.root) sys(__NR_mkdirat, place.dir, place.name, 0755);
        long moved = move(mounted, place.dir, place.name);
        if (moved == -ENOENT && sys(__NR_mkdirat, place.dir, place.name, 0755) == 0)
            moved = move(mounted, place.dir, place.name);
        if (moved == 0) {
            forget_directory(context);
            return {};
        }
        if (moved == -ENOTDIR && plain) return {ENOTDIR, Detail::kTargetNotPlain};
        if (moved != -ENOTDIR && moved != -ENOENT) return outcome(moved, Detail::kMove);
    }
    if (plain && place.dir == -ELOOP) return {ENOTDIR, Detail::kTargetNotPlain};
    const int target = open_target(context, path, mounted);
    REQUIRE(outcome(target, Detail::kOpenTarget));
    struct stat what = {};
    if (plain
        && (sys(__NR_newfstatat, target, "", &what, AT_EMPTY_PATH) < 0 || !S_ISDIR(what.st_mode)))
        return {ENOTDIR, Detail::kTargetNotPlain};
    const Status status = attach_at(context, mounted, target, path);
    discard(target);
    return status;
}

long clone_tree(int dir, const char* source, bool recursive) {
    const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? kAtRecursive : 0U)
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
