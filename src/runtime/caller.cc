#include "runtime/caller.h"

#include "base/text.h"
#include "runtime/console.h"
#include "sys/file.h"

#include <cstdlib>
#include <optional>
#include <unistd.h>

namespace tare::runtime {

namespace {

std::optional<std::uint64_t> number_of(const char* variable) {
    const char* text = ::getenv(variable);
    if (text == nullptr) return std::nullopt;
    return parse_unsigned(text);
}

} // namespace

Status check_terminal(bool terminal, const std::string& origin, bool stays,
                      const std::string& console_socket) {
    if (terminal && !stays && console_socket.empty())
        return invalid("cannot allocate tty if tare will detach without setting console socket: "
                       + origin + " asks for one, so --console-socket SOCKET is needed");
    if ((!terminal || stays) && !console_socket.empty())
        return invalid("cannot use console socket if tare will not detach or allocate tty");
    return {};
}

PassedFds passed_fds(unsigned preserve_fds) {
    const PassedFds preserved = {.preserved = preserve_fds};
    const auto listening = number_of("LISTEN_FDS");
    const auto pid = number_of("LISTEN_PID");
    constexpr std::uint64_t kMost = 1024;
    if (!listening || *listening > kMost || !pid) return preserved;
    const auto count = static_cast<unsigned>(*listening);
    const bool ours = *pid == static_cast<std::uint64_t>(::getpid());
    const bool old_podmans = *pid == 1 && count != preserve_fds;
    return ours || old_podmans ? PassedFds{count, preserve_fds} : preserved;
}

Status check_passed_fds(const PassedFds& passed) {
    for (unsigned i = 0; i < passed.count(); ++i) {
        const int fd = static_cast<int>(3 + i);
        if (!sys::is_inherited(fd))
            return Failure(
                {EBADF, std::string(i < passed.listening ? "LISTEN_FDS" : "--preserve-fds")
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
