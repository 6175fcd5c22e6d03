#include "runtime/console.h"

#include "base/text.h"
#include "sys/socket.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace tare::runtime {

namespace {

// Documentation/admin-guide/devices.txt: 5:2 is /dev/ptmx, the only node whose opening makes a
// master; that of every devpts instance has the same number.
constexpr unsigned kPtmxMajor = 5, kPtmxMinor = 2;

// "/dev/pts/3"; receivers show it, none opens it.
Result<std::string> pty_name(const Fd& master) {
    unsigned number = 0;
    if (::ioctl(master.get(), TIOCGPTN, &number) < 0)
        return sys_failure("ask for the number of the container's terminal");
    return "/dev/pts/" + std::to_string(number);
}

} // namespace

Result<Fd> connect_receiver(const std::string& path, std::string_view option) {
    return sys::connect_unix(path, SOCK_STREAM).map_error(under(option));
}

Status check_pty_master(const Fd& fd) {
    struct stat info = {};
    if (::fstat(fd.get(), &info) < 0) return sys_failure("examine the container's terminal");
    if (!S_ISCHR(info.st_mode) || info.st_rdev != makedev(kPtmxMajor, kPtmxMinor))
        return invalid("what came as the container's terminal is no pseudoterminal's master");
    // A number means a master: a bare O_PATH descriptor of ptmx has none.
    TRY(pty_name(fd));
    return {};
}

Status send_console(const Fd& receiver, const Fd& master) {
    TRY(check_pty_master(master));
    const std::string name = TRY(pty_name(master));
    return sys::send_with_fd(receiver, name, master).map_error(under("--console-socket"));
}

Status send_pidfd(const Fd& receiver, const Fd& pidfd) {
    return sys::send_with_fd(receiver, "pidfd", pidfd).map_error(under("--pidfd-socket"));
}

} // namespace tare::runtime
