#include "init/mount.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <sys/sysmacros.h>

namespace tare::init {

namespace {

using wire::Detail;

constexpr unsigned kReadOnlyEmpty =
    MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

// The host's, verified: a container's /dev/null may be anything (CVE-2025-31133).
Status open_null(Context& context) {
    if (context.null_device >= 0) return {};
    const int fd = open_at(AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW);
    REQUIRE(outcome(fd, Detail::kOpenSource));
    struct stat what = {};
    REQUIRE(outcome(sys(__NR_newfstatat, fd, "", &what, AT_EMPTY_PATH), Detail::kOpenSource));
    if (!S_ISCHR(what.st_mode) || what.st_rdev != makedev(1, 3))
        return {ENODEV, Detail::kNotADevice};
    context.null_device = fd;
    return {};
}

Status cover(Context& context, long mounted, int target) {
    REQUIRE(outcome(mounted, mounted == -ENOSYS ? Detail::kMissingSyscall : Detail::kOpenSource));
    forget_directory(context);
    REQUIRE(outcome(sys(__NR_move_mount, mounted, "", target, "",
                        MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH),
                    Detail::kMove));
    discard(target);
    return {};
}

// All masked directories share one superblock: a clone is cheaper than a tmpfs.
Status cover_directory(Context& context, int target) {
    const bool first = context.empty_directory < 0;
    const long mounted =
        first ? new_mount("tmpfs", kReadOnlyEmpty) : clone_tree(context.empty_directory, "", false);
    REQUIRE(cover(context, mounted, target));
    if (first)
        context.empty_directory = static_cast<int>(mounted);
    else
        discard(static_cast<int>(mounted));
    return {};
}

Status cover_file(Context& context, int target) {
    REQUIRE(open_null(context));
    const long mounted = clone_tree(context.null_device, "", false);
    REQUIRE(cover(context, mounted, target));
    discard(static_cast<int>(mounted));
    return {};
}

} // namespace

Status mask_path(Context& context, const wire::Path& body) {
    const char* path = context.plan.text(body.path);
    const int directory = open_in_root(context.root, path, Symlinks::kRefuse, O_DIRECTORY);
    if (directory >= 0) return cover_directory(context, directory);
    if (directory == -ENOENT) return {};
    if (directory != -ENOTDIR) return {-directory, Detail::kOpenTarget};
    // A file, or a file where a directory was meant to be on the way.
    const int file = open_in_root(context.root, path, Symlinks::kRefuse);
    if (file == -ENOENT || file == -ENOTDIR) return {};
    REQUIRE(outcome(file, Detail::kOpenTarget));
    return cover_file(context, file);
}

Status readonly_path(Context& context, const wire::Path& body) {
    const char* path = context.plan.text(body.path);
    const int target = open_in_root(context.root, path, Symlinks::kRefuse);
    if (target == -ENOENT || target == -ENOTDIR) return {};
    REQUIRE(outcome(target, Detail::kOpenTarget));
    const long tree = clone_tree(target, "", true);
    if (tree >= 0) {
        wire::Attributes read_only;
        read_only.recursive_set = MOUNT_ATTR_RDONLY;
        REQUIRE(set_attributes(context, static_cast<int>(tree), read_only, true));
    }
    REQUIRE(cover(context, tree, target));
    discard(static_cast<int>(tree));
    return {};
}

} // namespace tare::init
