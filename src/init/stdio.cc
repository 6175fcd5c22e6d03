#include "init/null_device.h"
#include "init/path.h"
#include "init/steps.h"
#include "init/syscall.h"

namespace tare::init {

namespace {

// Looked at before it is opened for good: opening a stranger's FIFO or tape has effects.
int open_own_null(int root) {
    const int dir = open_in_root(root, "/dev", Symlinks::kRefuse, O_DIRECTORY);
    if (dir < 0) return dir;
    const int seen = open_at(dir, "null", O_PATH | O_NOFOLLOW);
    const bool right = seen >= 0 && is_null_device(seen);
    const int null = right ? open_at(dir, "null", O_RDWR | O_NOFOLLOW | O_NOCTTY) : -ENODEV;
    discard(dir);
    if (seen >= 0) discard(seen);
    return null;
}

} // namespace

void reopen_null(const Context& context) {
    int null = -1;
    for (int fd = 0; fd < 3; ++fd) {
        if (!is_null_device(fd)) continue;
        if (null < 0) null = open_own_null(context.root);
        if (null < 0 || !is_null_device(null)) return;
        sys(__NR_dup3, null, fd, 0);
    }
    if (null >= 0) discard(null);
}

} // namespace tare::init
