#include "init/mount.h"
#include "init/proc.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <cstring>

namespace tare::init {

namespace {

using wire::Detail;

// pivot_root(2) wants that nothing spreads from the mount that the root is mounted on. That mount
// is found by trying: only a mount's own root can be changed.
Status make_parent_private(const char* path) {
    char parent[kPathMax];
    const std::size_t size = std::strlen(path);
    if (size >= sizeof parent) return {ENAMETOOLONG};
    std::memcpy(parent, path, size + 1);
    for (;;) {
        const long done = sys(__NR_mount, nullptr, parent, nullptr, MS_PRIVATE, nullptr);
        if (done != -EINVAL || std::strcmp(parent, "/") == 0)
            return outcome(done, Detail::kSetAttributes);
        const std::size_t end = last_component(parent);
        parent[end > 1 ? end - 1 : 1] = '\0';
    }
}

// Linux before 5.2. The path is the host's, and its owner is trusted.
Status bind_the_old_way(Context& context, const char* path) {
    REQUIRE(outcome(sys(__NR_mount, path, path, nullptr, MS_BIND | MS_REC, nullptr),
                    Detail::kOpenSource));
    context.root = open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY);
    return outcome(context.root, Detail::kOpenSource);
}

// The old root lands on top of the new one, at the same place: "." is the new root, and what is
// mounted on "." the old one. One umount, because each waits for an RCU grace period.
Status pivot_and_drop_old(const Context& context) {
    const int old_root = context.shared ? open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY) : -1;
    REQUIRE(outcome(sys(__NR_pivot_root, ".", ".")));
    if (old_root >= 0) { // what is shared would be unmounted on the host as well
        REQUIRE(outcome(sys(__NR_fchdir, old_root)));
        REQUIRE(outcome(sys(__NR_mount, nullptr, ".", nullptr, MS_SLAVE | MS_REC, nullptr),
                        Detail::kSetAttributes));
    }
    REQUIRE(outcome(sys(__NR_umount2, ".", kUnmountDetach)));
    return old_root >= 0 ? outcome(sys(__NR_chdir, "/")) : Status{};
}

// Without pivot_root the host's mounts stay in the namespace, out of sight below the new root. A
// complete procfs or sysfs among them would let a user namespace inside mount new, unmasked ones:
// the kernel asks only whether one is visible already.
Status move_root(Context& context) {
    REQUIRE(hide_host_proc());
    const long moved =
        sys(__NR_move_mount, context.root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
    REQUIRE(moved == -ENOSYS
                ? outcome(sys(__NR_mount, ".", "/", nullptr, MS_MOVE, nullptr), Detail::kMove)
                : outcome(moved, Detail::kMove));
    REQUIRE(outcome(sys(__NR_chroot, ".")));
    return outcome(sys(__NR_chdir, "/"));
}

} // namespace

Status propagation(Context& context, const wire::Propagation& body) {
    context.shared = (body.flags & MS_SHARED) != 0 || (body.flags & MS_REC) == 0;
    return outcome(sys(__NR_mount, nullptr, "/", nullptr, body.flags, nullptr));
}

Status bind_root(Context& context, const wire::BindRoot& body) {
    const char* path = context.plan.text(body.path);
    if (context.shared) REQUIRE(make_parent_private(path));
    long tree = context.plan.slot(body.tree);
    if (tree < 0) tree = clone_tree(AT_FDCWD, path, true);
    if (tree == -ENOSYS) {
        REQUIRE(bind_the_old_way(context, path));
    } else {
        REQUIRE(outcome(tree, Detail::kOpenSource));
        context.root = static_cast<int>(tree);
        // A container's root may not be allowed to look for the path; any place does as well.
        long moved =
            sys(__NR_move_mount, context.root, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
        if (moved == -EACCES)
            moved = sys(__NR_move_mount, context.root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
        REQUIRE(outcome(moved, Detail::kMove));
    }
    return outcome(sys(__NR_fchdir, context.root));
}

Status pivot(Context& context, const wire::Pivot& body) {
    REQUIRE(keep_proc(context));
    forget_directory(context);
    if (context.root < 0) return {EINVAL};
    if (body.how == wire::kPivotRoot) return pivot_and_drop_old(context);
    if (body.how == wire::kMoveRoot) return move_root(context);
    REQUIRE(outcome(sys(__NR_fchdir, context.root)));
    REQUIRE(outcome(sys(__NR_chroot, ".")));
    return {};
}

Status root_propagation(const wire::Propagation& body) {
    return outcome(sys(__NR_mount, nullptr, "/", nullptr, body.flags, nullptr));
}

Status root_readonly(const Context& context) {
    wire::Attributes read_only;
    read_only.set = MOUNT_ATTR_RDONLY;
    return set_attributes(context, context.root, read_only, true, true);
}

} // namespace tare::init
