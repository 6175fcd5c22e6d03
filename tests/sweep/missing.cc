#include "missing.h"

#include "calls.h"

#include <cerrno>
#include <sys/syscall.h>

namespace sweep {

namespace {

constexpr const char* kNewer[] = {"openat2",
                                  "clone3",
                                  "fsopen",
                                  "fsconfig",
                                  "fsmount",
                                  "open_tree",
                                  "move_mount",
                                  "mount_setattr",
                                  "close_range",
                                  "pidfd_open",
                                  "pidfd_send_signal",
                                  "memfd_create",
                                  "execveat",
                                  "statx",
                                  "faccessat2",
                                  "epoll_pwait2",
                                  "bpf",
                                  "keyctl",
                                  "seccomp",
                                  "setns",
                                  "waitid",
                                  "prlimit64",
                                  "renameat2"};

constexpr const char* kFiles[] = {"cgroup.kill", "cgroup.freeze", "cgroup.events",
                                  "/proc/self/mountinfo"};

Missing flag(long number, int error, std::uint64_t flags, unsigned argument) {
    return {name_of(number) + ":flags",
            {.kind = Fault::kMissing,
             .number = number,
             .error = error,
             .flags = flags,
             .argument = argument}};
}

} // namespace

std::vector<Missing> missing_things() {
    std::vector<Missing> all;
    for (const char* name : kNewer)
        for (const int error : {ENOSYS, EPERM})
            all.push_back(
                {name, {.kind = Fault::kMissing, .number = number_of(name), .error = error}});
    all.push_back(flag(SYS_memfd_create, EINVAL, 0x10 | 0x8, 1)); // MFD_EXEC, MFD_NOEXEC_SEAL
    all.push_back(flag(SYS_memfd_create, EACCES, 0x10, 1));       // vm.memfd_noexec=2
    all.push_back(flag(SYS_close_range, EINVAL, 4, 2));           // CLOSE_RANGE_CLOEXEC
    for (const char* file : kFiles)
        for (const long number : {SYS_open, SYS_openat})
            all.push_back({name_of(number) + ":" + file,
                           {.kind = Fault::kMissing,
                            .number = number,
                            .error = ENOENT,
                            .argument = number == SYS_open ? 0U : 1U,
                            .file = file}});
    return all;
}

} // namespace sweep
