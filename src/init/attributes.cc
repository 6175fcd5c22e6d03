#include "init/mount.h"
#include "init/syscall.h"

#include <sys/vfs.h>

namespace tare::init {

namespace {

using wire::Detail;

bool is_empty(const struct mount_attr& change) {
    return change.attr_set == 0 && change.attr_clr == 0 && change.propagation == 0;
}

// The kernel wants all the bits of atime cleared where one of them is set or cleared.
void complete(struct mount_attr& change) {
    if (((change.attr_set | change.attr_clr) & kAtimeBits) != 0) change.attr_clr |= kAtimeBits;
    change.attr_clr &= ~(change.attr_set & ~kAtimeBits);
}

} // namespace

unsigned long mount_flags(std::uint64_t attributes) {
    unsigned long flags = 0;
    if (attributes & MOUNT_ATTR_RDONLY) flags |= MS_RDONLY;
    if (attributes & MOUNT_ATTR_NOSUID) flags |= MS_NOSUID;
    if (attributes & MOUNT_ATTR_NODEV) flags |= MS_NODEV;
    if (attributes & MOUNT_ATTR_NOEXEC) flags |= MS_NOEXEC;
    if (attributes & MOUNT_ATTR_NODIRATIME) flags |= MS_NODIRATIME;
    if (attributes & MOUNT_ATTR_NOSYMFOLLOW) flags |= MS_NOSYMFOLLOW;
    if ((attributes & kAtimeBits) == MOUNT_ATTR_NOATIME) flags |= MS_NOATIME;
    if ((attributes & kAtimeBits) == MOUNT_ATTR_STRICTATIME) flags |= MS_STRICTATIME;
    return flags;
}

// The ST_* bits of statfs(2) are MS_* but for these.
unsigned long present_flags(int mounted) {
    constexpr long kRelatime = 0x1000, kNoSymfollow = 0x2000, kSame = 0xf | 0x400 | 0x800;
    struct statfs what;
    if (sys(__NR_fstatfs, mounted, &what) < 0) return 0;
    const long flags = static_cast<long>(what.f_flags);
    unsigned long result = static_cast<unsigned long>(flags & kSame);
    if (flags & kRelatime) result |= MS_RELATIME;
    if (flags & kNoSymfollow) result |= MS_NOSYMFOLLOW;
    if ((flags & (kRelatime | MS_NOATIME)) == 0) result |= MS_STRICTATIME;
    return result;
}

namespace {

// Linux before 5.12 can do the same to one attached mount; a tree or an id map has no equal there.
long set_the_old_way(int mounted, const struct mount_attr& change, unsigned at_flags) {
    if ((at_flags & kAtRecursive) != 0 && (change.attr_set | change.attr_clr) != 0) return -ENOSYS;
    if (change.attr_set & MOUNT_ATTR_IDMAP) return -ENOSYS;
    const FdPath path(mounted);
    if ((change.attr_set | change.attr_clr) != 0) {
        constexpr unsigned long kAtimes = MS_NOATIME | MS_RELATIME | MS_STRICTATIME;
        unsigned long flags = present_flags(mounted);
        if (change.attr_clr & kAtimeBits) flags &= ~kAtimes;
        flags =
            (flags & ~mount_flags(change.attr_clr & ~kAtimeBits)) | mount_flags(change.attr_set);
        const long done =
            sys(__NR_mount, nullptr, path.text, nullptr, flags | MS_REMOUNT | MS_BIND, nullptr);
        if (done < 0) return done;
    }
    if (change.propagation == 0) return 0;
    const unsigned long recursive = at_flags & kAtRecursive ? MS_REC : 0;
    return sys(__NR_mount, nullptr, path.text, nullptr, change.propagation | recursive, nullptr);
}

Status change_mount(int mounted, struct mount_attr& change, unsigned at_flags, bool old_way) {
    if (is_empty(change)) return {};
    complete(change);
    long done =
        sys(__NR_mount_setattr, mounted, "", at_flags | AT_EMPTY_PATH, &change, sizeof change);
    if (done == -ENOSYS) {
        if (old_way) done = set_the_old_way(mounted, change, at_flags);
        if (done == -ENOSYS) return {ENOSYS, Detail::kMissingSyscall};
    }
    // Setting a flag never meets a lock; clearing one that an outer user namespace locked does.
    const bool locked = done == -EPERM && change.attr_clr != 0;
    return outcome(done, locked ? Detail::kLockedFlag : Detail::kSetAttributes);
}

} // namespace

Status set_attributes(const Context& context, int mounted, const wire::Attributes& asked, bool tree,
                      bool attached) {
    const bool old_way = attached && !context.all_or_nothing; // "/proc" is the container's then
    struct mount_attr top = {}, all = {};
    top.attr_set = asked.set;
    top.attr_clr = asked.clear;
    all.attr_set = asked.recursive_set;
    all.attr_clr = asked.recursive_clear;
    if (asked.propagation != 0)
        (asked.propagation_recursive != 0 ? all : top).propagation = asked.propagation;
    if (asked.id_map != wire::kNoSlot) {
        struct mount_attr& to = asked.id_map_recursive != 0 ? all : top;
        to.attr_set |= MOUNT_ATTR_IDMAP;
        to.userns_fd = static_cast<std::uint64_t>(context.plan.slot(asked.id_map));
    }
    if (!tree) { // then "recursive" is the same
        top.attr_set |= all.attr_set;
        top.attr_clr |= all.attr_clr;
        if (all.propagation != 0) top.propagation = all.propagation;
        if (all.attr_set & MOUNT_ATTR_IDMAP) top.userns_fd = all.userns_fd;
        return change_mount(mounted, top, 0, old_way);
    }
    REQUIRE(change_mount(mounted, top, 0, old_way));
    return change_mount(mounted, all, kAtRecursive, old_way);
}

Status make_read_only(const Context& context, int mounted) {
    wire::Attributes read_only;
    read_only.set = MOUNT_ATTR_RDONLY;
    return set_attributes(context, mounted, read_only, false, true);
}

Status attach_with(Context& context, int mounted, const wire::Attributes& asked, bool tree,
                   const char* path, Target kind) {
    // Propagation would be undone by what it is attached to, where that is shared.
    wire::Attributes early = asked, late;
    if (context.shared) {
        late.propagation = asked.propagation;
        late.propagation_recursive = asked.propagation_recursive;
        early.propagation = 0;
    }
    const Status set = set_attributes(context, mounted, early, tree, false);
    if (set.code == ENOSYS)
        late = asked;
    else
        REQUIRE(set);
    REQUIRE(kind == Target::kAny ? attach_bind(context, mounted, path)
            : kind == Target::kLinkItself
                ? attach_over_link(context, mounted, path)
                : attach(context, mounted, path, kind == Target::kPlainDirectory));
    REQUIRE(remember_mount(context, mounted));
    return set_attributes(context, mounted, late, tree, true);
}

} // namespace tare::init
