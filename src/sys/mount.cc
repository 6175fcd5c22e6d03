#include "sys/mount.h"

#include "base/text.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MNT_DETACH
#define MNT_DETACH 2
#define UMOUNT_NOFOLLOW 8
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000U
#endif

namespace tare::sys {

Result<Fd> clone_tree(const std::string& path, bool recursive, bool follow) {
    const int how = (recursive ? AT_RECURSIVE : 0) | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
    const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | static_cast<unsigned>(how);
    Fd tree(static_cast<int>(::syscall(SYS_open_tree, AT_FDCWD, path.c_str(), flags)));
    if (!tree) return sys_failure("clone the mount " + quote(path));
    return tree;
}

Result<Fd> clone_mount_at(const Fd& dir, const std::string& name) {
    Fd tree(static_cast<int>(::syscall(SYS_open_tree, dir.get(), name.c_str(),
                                       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC
                                           | static_cast<unsigned>(AT_SYMLINK_NOFOLLOW))));
    if (!tree) return sys_failure("clone the mount of " + quote(name));
    return tree;
}

Status set_tree_attributes(const Fd& tree, const TreeAttributes& attributes) {
    mount_attr wanted = {};
    wanted.attr_set = attributes.set;
    wanted.propagation = attributes.propagation;
    if (attributes.user_namespace >= 0) {
        wanted.attr_set |= MOUNT_ATTR_IDMAP;
        wanted.userns_fd = static_cast<std::uint64_t>(attributes.user_namespace);
    }
    const int flags = AT_EMPTY_PATH | (attributes.recursive ? AT_RECURSIVE : 0);
    if (::syscall(SYS_mount_setattr, tree.get(), "", flags, &wanted, sizeof wanted) < 0)
        return sys_failure("mount_setattr");
    return {};
}

Result<Fd> new_detached(const char* type, unsigned attributes) {
    const Fd context(static_cast<int>(::syscall(SYS_fsopen, type, FSOPEN_CLOEXEC)));
    if (!context) return sys_failure("fsopen " + std::string(type));
    if (::syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) < 0)
        return sys_failure("fsconfig of " + std::string(type));
    Fd mount(static_cast<int>(::syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, attributes)));
    if (!mount) return sys_failure("fsmount of " + std::string(type));
    return mount;
}

Result<std::uint64_t> mount_id(const std::string& path) {
    struct statx facts = {};
    if (::syscall(SYS_statx, AT_FDCWD, path.c_str(), 0, STATX_MNT_ID, &facts) < 0)
        return sys_failure("statx " + quote(path));
    if ((facts.stx_mask & STATX_MNT_ID) == 0)
        return sys_failure("statx " + quote(path) + " for its mount", ENOSYS);
    return facts.stx_mnt_id;
}

Status detach_mount(const std::string& path) {
    if (::syscall(SYS_umount2, path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
        return sys_failure("umount " + quote(path));
    return {};
}

} // namespace tare::sys
