#include "sys/network.h"

#include "sys/file.h"
#include "sys/namespace.h"

#include <cstring>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tare::sys {

namespace {

Status loopback_up() {
    const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return sys_failure("socket");
    ifreq request = {};
    std::memcpy(request.ifr_name, "lo", 3);
    request.ifr_flags = IFF_UP;
    if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) < 0)
        return sys_failure("bring the loopback device up");
    return {};
}

} // namespace

Status loopback_up_of(pid_t pid) {
    const Fd theirs = TRY(open_file("/proc/" + std::to_string(pid) + "/ns/net", O_RDONLY));
    const Fd ours = TRY(open_file("/proc/self/ns/net", O_RDONLY));
    TRY(enter_namespace(theirs, CLONE_NEWNET));
    const Status up = loopback_up();
    TRY(enter_namespace(ours, CLONE_NEWNET));
    return up;
}

} // namespace tare::sys
