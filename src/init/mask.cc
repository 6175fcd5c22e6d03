#include "init/mount.h"
#include "init/null_device.h"
#include "init/steps.h"
#include "init/syscall.h"

namespace tare::init {

namespace {

using wire::Detail;

constexpr unsigned kReadOnlyEmpty =
    MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

Status open_hosts_null(int& fd) {
    fd = open_at(AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW);
    REQUIRE(outcome(fd, Detail::kOpenSource));
    return is_null_device(fd) ? Status{} : Status{ENODEV, Detail::kNotADevice};
}

// The container's own, where it made one, so that it shares no inode with the host: locks, watches.
// A container's /dev/null may be anything, CVE-2025-31133, or of no use: then the host's.
Status open_null(const Context& context, int& fd) {
    fd = open_in_root(context.root, "/dev/null", Symlinks::kRefuse);
    if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP) return open_hosts_null(fd);
    REQUIRE(outcome(fd, Detail::kOpenSource));
    if (is_null_device(fd) && (present_flags(fd) & MS_NODEV) == 0) return {};
    close_now(fd);
    return open_hosts_null(fd);
}

Status cover(Context& context, long mounted, int target) {
    REQUIRE(outcome(mounted, Detail::kOpenSource));
    forget_directory(context);
    REQUIRE(outcome(sys(__NR_move_mount, mounted, "", target, "",
                        MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH),
                    Detail::kMove));
    discard(target);
    return {};
}

// Before Linux 5.2: by the descriptor's magic link, which names the inode that was found.
Status cover_the_old_way(Context& context, const char* source, const char* type, int target,
                         unsigned long flags) {
    forget_directory(context);
    const FdPath where(target);
    return outcome(sys(__NR_mount, source, where.text, type, flags, nullptr), Detail::kMove);
}

// All masked directories share one superblock: a clone is cheaper than a tmpfs.
Status cover_directory(Context& context, int target) {
    const bool first = context.empty_directory < 0;
    const long mounted =
        first ? new_mount("tmpfs", kReadOnlyEmpty) : clone_tree(context.empty_directory, "", false);
    if (is_missing(mounted))
        return cover_the_old_way(context, "tmpfs", "tmpfs", target, mount_flags(kReadOnlyEmpty));
    REQUIRE(cover(context, mounted, target));
    if (first)
        context.empty_directory = static_cast<int>(mounted);
    else
        discard(static_cast<int>(mounted));
    return {};
}

// One mount alone, of `source`.
Status cover_read_only(Context& context, int source, const char* path, int target) {
    REQUIRE(cover_the_old_way(context, FdPath(source).text, nullptr, target, MS_BIND));
    const int mounted = open_in_root(context.root, path);
    REQUIRE(outcome(mounted, Detail::kOpenTarget));
    return make_read_only(context, mounted);
}

// Read-only, which a device's mode and owner are then as well, and what is written to it is not.
// A clone of the first mask is as the first.
Status cover_file(Context& context, const char* path, int target) {
    const bool first = context.null_mount < 0;
    int null = context.null_mount;
    if (first) REQUIRE(open_null(context, null));
    long mounted = clone_tree(null, "", false);
    if (mounted == -EINVAL && first) { // it lies on a mount that is unbindable
        close_now(null);
        REQUIRE(open_hosts_null(null));
        mounted = clone_tree(null, "", false);
    }
    if (is_missing(mounted)) return cover_read_only(context, null, path, target);
    REQUIRE(cover(context, mounted, target));
    if (!first) {
        discard(static_cast<int>(mounted));
        return {};
    }
    context.null_mount = static_cast<int>(mounted);
    discard(null);
    return make_read_only(context, context.null_mount);
}

} // namespace

// Whoever needs it finds out why it is not there.
Status make_directory(const Context& context, const wire::Path& body) {
    close_now(make_in_root(context.root, context.plan.text(body.path), Missing::kMakeDirectory));
    return {};
}

Status mask_path(Context& context, const wire::Path& body) {
    const char* path = context.plan.text(body.path);
    const int directory = open_in_root(context.root, path, Symlinks::kFollow, O_DIRECTORY);
    if (directory >= 0) return cover_directory(context, directory);
    if (directory == -ENOENT) return {};
    if (directory != -ENOTDIR) return {-directory, Detail::kOpenTarget};
    // A file, or a file where a directory was meant to be on the way.
    const int file = open_in_root(context.root, path);
    if (file == -ENOENT || file == -ENOTDIR) return {};
    REQUIRE(outcome(file, Detail::kOpenTarget));
    return cover_file(context, path, file);
}

// Without mount_setattr(2) a tree cannot be made read-only at once: one mount alone covers it then,
// and what is mounted below is out of reach.
Status readonly_path(Context& context, const wire::Path& body) {
    const char* path = context.plan.text(body.path);
    const int target = open_in_root(context.root, path);
    if (target == -ENOENT || target == -ENOTDIR) return {};
    REQUIRE(outcome(target, Detail::kOpenTarget));
    const long tree = clone_tree(target, "", true);
    if (is_missing(tree)) return cover_read_only(context, target, path, target);
    REQUIRE(outcome(tree, Detail::kOpenSource));
    wire::Attributes read_only;
    read_only.recursive_set = MOUNT_ATTR_RDONLY;
    const Status set = set_attributes(context, static_cast<int>(tree), read_only, true, false);
    if (set.code == ENOSYS) return cover_read_only(context, target, path, target);
    REQUIRE(set);
    REQUIRE(cover(context, tree, target));
    discard(static_cast<int>(tree));
    return {};
}

} // namespace tare::init
