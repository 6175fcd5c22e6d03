#include "init/descriptors.h"

#include "init/syscall.h"

#include <linux/close_range.h>

namespace tare::init {

namespace {

// Where close_range(2) is missing (Linux before 5.9, its flag before 5.11) it is enough to try the
// low numbers: `tare` saw to it that we inherit nothing but what the plan names.
constexpr unsigned kHighest = 4096;

} // namespace

void close_descriptors(unsigned first, unsigned last) {
    if (sys(__NR_close_range, first, last, 0) >= 0) return;
    for (unsigned fd = first; fd <= last && fd < kHighest; ++fd)
        sys(__NR_close, fd);
}

void close_at_exec(unsigned first) {
    if (sys(__NR_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC) >= 0) return;
    for (unsigned fd = first; fd < kHighest; ++fd)
        sys(__NR_fcntl, fd, F_SETFD, FD_CLOEXEC);
}

} // namespace tare::init
