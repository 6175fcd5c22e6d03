#include "init/mount.h"
#include "init/proc.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <linux/sched.h>

namespace tare::init {

namespace {

using wire::Detail;

// Linux before 5.2. The path is the host's, and its owner is trusted.
Status bind_the_old_way(Context& context, const char* path) {
    REQUIRE(outcome(sys(__NR_mount, path, path, nullptr, MS_BIND | MS_REC, nullptr),
                    Detail::kOpenSource));
    context.root = open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY);
    return outcome(context.root, Detail::kOpenSource);
}

Status attach_root(Context& context, long tree, const char* path) {
    REQUIRE(outcome(tree, Detail::kOpenSource));
    context.root = static_cast<int>(tree);
    const auto move_to = [&](const char* where) {
        return sys(__NR_move_mount, tree, "", AT_FDCWD, where,
                   MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS);
    };
    // Root of a user namespace may not be allowed to look for the path; any place does as well.
    const long moved = move_to(path);
    return outcome(moved == -EACCES ? move_to("/") : moved, Detail::kMove);
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

Status enter(Context& context, std::uint32_t how) {
    if (how == wire::kPivotRoot) return pivot_and_drop_old(context);
    if (how == wire::kMoveRoot) return move_root(context);
    REQUIRE(outcome(sys(__NR_fchdir, context.root)));
    return outcome(sys(__NR_chroot, "."));
}

} // namespace

Status propagation(Context& context, const wire::Propagation& body) {
    context.shared = (body.flags & MS_SHARED) != 0 || (body.flags & MS_REC) == 0;
    return outcome(sys(__NR_mount, nullptr, "/", nullptr, body.flags, nullptr));
}

Status bind_root(Context& context, const wire::BindRoot& body) {
    const char* path = context.plan.text(body.path);
    long tree = context.plan.slot(body.tree);
    if (tree < 0) tree = clone_tree(AT_FDCWD, path, true);
    REQUIRE(tree == -ENOSYS ? bind_the_old_way(context, path) : attach_root(context, tree, path));
    // Where the host's mounts are not slaves already, as without a mount namespace of our own.
    if (context.shared) {
        wire::Attributes slave;
        slave.propagation = MS_SLAVE;
        slave.propagation_recursive = 1;
        REQUIRE(set_attributes(context, context.root, slave, true, true));
        context.shared = false;
    }
    return outcome(sys(__NR_fchdir, context.root));
}

// For the order of a list alone no container is refused.
Status copy_mounts(Context& context) {
    if (sys(__NR_unshare, CLONE_NEWNS) < 0) return {};
    // What lies below the root that we hold went with its namespace. The working directory, which
    // is that root since it was bound, has come along.
    forget_directory(context);
    discard(context.root);
    context.root = open_at(AT_FDCWD, ".", O_PATH | O_DIRECTORY);
    return outcome(context.root);
}

Status pivot(Context& context, const wire::Pivot& body) {
    REQUIRE(keep_proc(context));
    forget_directory(context);
    if (context.root < 0) return {EINVAL};
    REQUIRE(enter(context, body.how));
    reopen_null(context);
    return {};
}

Status root_propagation(const wire::Propagation& body) {
    return outcome(sys(__NR_mount, nullptr, "/", nullptr, body.flags, nullptr));
}

Status root_readonly(const Context& context) {
    struct mount_attr read_only = {};
    read_only.attr_set = MOUNT_ATTR_RDONLY;
    long done =
        sys(__NR_mount_setattr, context.root, "", AT_EMPTY_PATH, &read_only, sizeof read_only);
    if (done == -ENOSYS) // by path: what /proc is here nobody knows
        done = sys(__NR_mount, nullptr, "/", nullptr,
                   present_flags(context.root) | MS_RDONLY | MS_REMOUNT | MS_BIND, nullptr);
    return outcome(done, Detail::kSetAttributes);
}

} // namespace tare::init
