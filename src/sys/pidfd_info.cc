#include "sys/pidfd_info.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace tare::sys {

namespace {

// linux/pidfd.h, as far as its first version goes; the headers here may be older.
struct PidfdInfo {
    std::uint64_t mask;
    std::uint64_t cgroup_id;
    std::uint32_t ids[11];
    std::int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64);

constexpr unsigned long kGetInfo = _IOWR(0xFF, 11, PidfdInfo);
constexpr std::uint64_t kInfoCgroup = 1 << 2, kInfoExit = 1 << 3;
constexpr auto kPidfs = 0x50494446; // linux/magic.h

std::optional<PidfdInfo> ask(const Fd& pidfd, std::uint64_t what) {
    PidfdInfo info = {.mask = what};
    if (::syscall(SYS_ioctl, pidfd.get(), kGetInfo, &info) < 0 || (info.mask & what) == 0)
        return std::nullopt;
    return info;
}

} // namespace

std::optional<std::uint64_t> cgroup_of(const Fd& pidfd) {
    const auto info = ask(pidfd, kInfoCgroup);
    return info ? std::optional(info->cgroup_id) : std::nullopt;
}

std::optional<int> reaped_status(const Fd& pidfd) {
    const auto info = ask(pidfd, kInfoExit);
    return info ? std::optional(info->exit_code) : std::nullopt;
}

// Before pidfs all pidfds had one inode of anon_inodefs.
std::optional<std::uint64_t> unique_number(const Fd& pidfd) {
    struct statfs file_system = {};
    struct stat facts = {};
    if (::fstatfs(pidfd.get(), &file_system) < 0 || file_system.f_type != kPidfs
        || ::fstat(pidfd.get(), &facts) < 0)
        return std::nullopt;
    return facts.st_ino;
}

} // namespace tare::sys
