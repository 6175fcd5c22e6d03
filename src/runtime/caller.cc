#include "runtime/caller.h"

#include "base/text.h"
#include "runtime/console.h"
#include "sys/file.h"

#include <cstdlib>

namespace tare::runtime {

Status check_terminal(bool terminal, const std::string& origin, bool stays,
                      const std::string& console_socket) {
    if (terminal && !stays && console_socket.empty())
        return invalid("cannot allocate tty if tare will detach without setting console socket: "
                       + origin + " asks for one, so --console-socket SOCKET is needed");
    if ((!terminal || stays) && !console_socket.empty())
        return invalid("cannot use console socket if tare will not detach or allocate tty");
    return {};
}

unsigned listen_fds() {
    const char* count = ::getenv("LISTEN_FDS");
    if (count == nullptr) return 0;
    constexpr std::uint64_t kMost = 1024;
    const auto number = parse_unsigned(count);
    return number && *number <= kMost ? static_cast<unsigned>(*number) : 0;
}

Status check_passed_fds(unsigned listening, unsigned preserved) {
    for (unsigned i = 0; i < listening + preserved; ++i) {
        const int fd = static_cast<int>(3 + i);
        if (!sys::is_inherited(fd))
            return Failure({EBADF, std::string(i < listening ? "LISTEN_FDS" : "--preserve-fds")
                                       + ": descriptor " + std::to_string(fd) + " is not open"});
    }
    return {};
}

Result<Receivers> connect_receivers(const std::string& console_socket,
                                    const std::string& pidfd_socket) {
    Receivers receivers;
    if (!console_socket.empty())
        receivers.console = TRY(connect_receiver(console_socket, "--console-socket"));
    if (!pidfd_socket.empty())
        receivers.pidfd = TRY(connect_receiver(pidfd_socket, "--pidfd-socket"));
    return receivers;
}

} // namespace tare::runtime
