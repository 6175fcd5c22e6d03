#include "sys/seccomp.h"

#include <cerrno>
#include <string>
#include <string_view>
#include <sys/syscall.h>
#include <unistd.h>

namespace tare::sys {

namespace {

// procfs alone tells without a call that another kind of file could take for something else.
bool is_listener(const Fd& fd) {
    const std::string path = "/proc/self/fd/" + std::to_string(fd.get());
    char name[64];
    const ssize_t size = ::readlink(path.c_str(), name, sizeof name);
    return size >= 0
           && std::string_view(name, static_cast<std::size_t>(size)) == "anon_inode:seccomp notify";
}

} // namespace

Result<Fd> fetch_seccomp_listener(const Fd& pidfd, int number) {
    const std::string attempt = "fetch the seccomp listener from the container's process";
    Fd fd(static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd.get(), number, 0)));
    if (!fd) return sys_failure(attempt);
    if (!is_listener(fd))
        return Failure(
            {EPERM, attempt + ": its descriptor " + std::to_string(number) + " is something else"});
    return fd;
}

} // namespace tare::sys
