#include "init/descriptors.h"

#include "init/decimal.h"
#include "init/directory_entry.h"
#include "init/proc.h"
#include "init/syscall.h"

#include <linux/close_range.h>

namespace tare::init {

namespace {

// Without a procfs it is enough to try the low numbers: `tare` saw to it that we inherit nothing
// but what the plan names.
constexpr unsigned kHighest = 4096;

// Calls `act` with each open descriptor of first..last. False: not all could be listed.
template <class Act>
bool for_each_open(unsigned first, unsigned last, Act act) {
    const int list = open_own_descriptors();
    if (list < 0) return false;
    alignas(DirectoryEntry) char entries[1024];
    long size;
    // procfs counts on from the last number that it gave: closing meanwhile makes it miss nothing.
    while ((size = sys(__NR_getdents64, list, entries, sizeof entries)) > 0)
        for (long at = 0; at < size;) {
            const auto* entry = reinterpret_cast<const DirectoryEntry*>(entries + at);
            at += entry->size;
            const unsigned fd = number_of(entry->name); // 0: "." and ".."
            if (fd >= first && fd <= last && fd != static_cast<unsigned>(list)) act(fd);
        }
    sys(__NR_close, list);
    return size == 0;
}

// Where close_range(2) is missing (Linux before 5.9, its flag before 5.11, an outer seccomp
// filter).
template <class Act>
void one_by_one(unsigned first, unsigned last, Act act) {
    if (for_each_open(first, last, act)) return;
    for (unsigned fd = first; fd <= last && fd < kHighest; ++fd)
        act(fd);
}

} // namespace

void close_descriptors(unsigned first, unsigned last) {
    if (sys(__NR_close_range, first, last, 0) >= 0) return;
    one_by_one(first, last, [](unsigned fd) { sys(__NR_close, fd); });
}

void close_at_exec(unsigned first) {
    if (sys(__NR_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC) >= 0) return;
    one_by_one(first, ~0U, [](unsigned fd) { sys(__NR_fcntl, fd, F_SETFD, FD_CLOEXEC); });
}

} // namespace tare::init
