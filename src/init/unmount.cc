#include "init/decimal.h"
#include "init/mount.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <cstring>
#include <linux/stat.h>

namespace tare::init {

namespace {

using wire::Detail;

bool is_mount(int fd) {
    struct statx what = {};
    return sys(__NR_statx, fd, "", AT_EMPTY_PATH, 0, &what) == 0
           && (what.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

// By the magic link of a procfs that we trust: it leads to the very mount that we hold, whatever
// has become of its path.
long detach(const Context& context, int mounted) {
    long done = sys(__NR_fchdir, context.proc);
    if (done < 0) return done;
    const Decimal number(static_cast<unsigned long>(mounted));
    char path[32] = "self/fd/";
    std::memcpy(path + 8, number.text, std::strlen(number.text) + 1);
    return sys(__NR_umount2, path, kUnmountDetach);
}

Status remember(Context& context, int mounted) {
    if (context.mount_count == sizeof context.mounts / sizeof context.mounts[0]) return {E2BIG};
    context.mounts[context.mount_count++] = mounted;
    return {};
}

} // namespace

Status remember_mount(Context& context, int mounted) {
    return context.all_or_nothing ? remember(context, mounted) : Status{};
}

void let_go(const Context& context, int mounted) {
    if (!context.all_or_nothing) discard(mounted);
}

Status find_mount(Context& context, const wire::Path& body) {
    const int found = open_in_root(context.root, context.plan.text(body.path), Symlinks::kRefuse);
    if (found == -ELOOP) return {ELOOP, Detail::kSymlink};
    REQUIRE(outcome(found));
    if (!is_mount(found)) return {EINVAL, Detail::kNotMounted};
    return remember(context, found);
}

Status unmount(Context& context) {
    while (context.mount_count != 0) {
        const int mounted = context.mounts[--context.mount_count];
        REQUIRE(outcome(detach(context, mounted), Detail::kUnmount));
    }
    return {};
}

void undo_mounts(Context& context) {
    if (!context.all_or_nothing) return;
    while (context.mount_count != 0)
        detach(context, context.mounts[--context.mount_count]);
}

} // namespace tare::init
