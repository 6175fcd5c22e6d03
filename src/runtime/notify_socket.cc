#include "runtime/notify_socket.h"

#include "base/log.h"
#include "base/text.h"
#include "sys/file.h"
#include "sys/retry.h"
#include "sys/socket.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

constexpr std::size_t kMostBytes = 4096;
// At a time, and more than a socket's queue holds (net.unix.max_dgram_qlen): who floods us shall
// not keep signals waiting.
constexpr int kMostMessages = 1024;

// sd_notify(3). Not here: MAINPID=, MAINPIDFDID=, FDSTORE=, FDNAME=, BARRIER=, NOTIFYACCESS= and
// whatever comes in future: they act on the unit, or on descriptors, in the manager's hands.
constexpr std::string_view kWholeLines[] = {"READY=1", "RELOADING=1", "STOPPING=1", "WATCHDOG=1",
                                            "WATCHDOG=trigger"};
constexpr std::string_view kTexts[] = {"STATUS=",        "ERRNO=",         "BUSERROR=",
                                       "EXIT_STATUS=",   "WATCHDOG_USEC=", "EXTEND_TIMEOUT_USEC=",
                                       "MONOTONIC_USEC="};

bool allowed(std::string_view line) {
    return std::ranges::find(kWholeLines, line) != std::end(kWholeLines)
           || std::ranges::any_of(kTexts, [&](auto start) { return line.starts_with(start); });
}

struct Address {
    sockaddr_un name = {};
    socklen_t size = 0;
};

// unix(7): a leading '@' stands for the NUL byte of an abstract name, whose length counts.
Result<Address> address_of(const std::string& path) {
    Address address;
    address.name.sun_family = AF_UNIX;
    const bool abstract = path.starts_with('@');
    if (!abstract && !path.starts_with('/'))
        return invalid("NOTIFY_SOCKET: " + quote(path)
                       + " is neither an absolute path nor an "
                         "abstract name ('@...')");
    if (path.size() >= sizeof address.name.sun_path)
        return sys_failure("NOTIFY_SOCKET: " + quote(path), ENAMETOOLONG);
    std::memcpy(address.name.sun_path, path.data(), path.size());
    if (abstract) address.name.sun_path[0] = '\0';
    address.size =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1));
    return address;
}

} // namespace

std::string callers_notify_socket() {
    const char* name = ::getenv("NOTIFY_SOCKET");
    return name != nullptr && (name[0] == '/' || name[0] == '@') ? name : "";
}

std::string allowed_lines(std::string_view message) {
    std::string out;
    for (const std::string_view line : split(message, '\n'))
        if (allowed(line) && line.find('\0') == line.npos) out += std::string(line) + "\n";
    return out;
}

Status make_notify_directory(const Fd& state_directory) {
    if (::mkdirat(state_directory.get(), kNotifyDirectory, 0755) < 0)
        return sys_failure("make the directory of the notify socket");
    // whatever the umask
    if (::fchmodat(state_directory.get(), kNotifyDirectory, 0755, 0) < 0)
        return sys_failure("chmod the directory of the notify socket");
    return {};
}

Result<NotifyProxy> NotifyProxy::open(const Fd& state_directory, std::string host) {
    TRY(address_of(host));
    const Fd directory =
        TRY(sys::open_at(state_directory, kNotifyDirectory, O_PATH | O_DIRECTORY | O_NOFOLLOW));
    ::unlinkat(directory.get(), kNotifyName, 0); // a `start` that failed may have left one

    Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return sys_failure("make the notify socket");
    const std::string path = "/proc/self/fd/" + std::to_string(directory.get()) + "/" + kNotifyName;
    const Address address = TRY(address_of(path));
    // For any user of the container's. By its name a chmod might meet what somebody put there.
    const mode_t before = ::umask(0);
    const int bound =
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address.name), address.size);
    const int problem = errno;
    ::umask(before);
    if (bound < 0) return sys_failure("bind the notify socket", problem);
    return NotifyProxy(std::move(socket), std::move(host));
}

Result<bool> NotifyProxy::forward(pid_t main_pid) {
    // What does not fit is dropped whole: half a line could mean something else.
    char buffer[kMostBytes];
    for (int i = 0; i < kMostMessages && (!ready_ || main_pid == 0); ++i) {
        const ssize_t n = sys::retry_eintr(
            [&] { return ::recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT | MSG_TRUNC); });
        if (n < 0) break;
        if (static_cast<std::size_t>(n) > sizeof buffer) continue;
        std::string lines = allowed_lines({buffer, static_cast<std::size_t>(n)});
        if (lines.empty()) continue;
        const bool now_ready = ("\n" + lines).find("\nREADY=1\n") != std::string::npos;
        if (now_ready && main_pid != 0) lines += "MAINPID=" + std::to_string(main_pid) + "\n";
        TRY(send(lines));
        ready_ = ready_ || now_ready;
    }
    return ready_;
}

Result<Fd> NotifyProxy::connect() const {
    const Address address = TRY(address_of(host_));
    Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return sys_failure("NOTIFY_SOCKET: make a socket");
    const auto* where = reinterpret_cast<const sockaddr*>(&address.name);
    if (::connect(socket.get(), where, address.size) < 0)
        return sys_failure("NOTIFY_SOCKET: connect to " + quote(host_));
    return socket;
}

Status NotifyProxy::send(std::string_view lines) {
    const Fd socket = TRY(connect());
    if (::send(socket.get(), lines.data(), lines.size(), MSG_NOSIGNAL) < 0)
        return sys_failure("NOTIFY_SOCKET: send to " + quote(host_));
    return {};
}

// sd_notify_barrier(3): the manager takes messages in their order, and closes the descriptor that
// comes with this one.
Status NotifyProxy::wait_for_manager(int limit_ms) {
    const Fd socket = TRY(connect());
    timeval limit = {.tv_sec = limit_ms / 1000, .tv_usec = limit_ms % 1000 * 1000};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit,
                 sizeof limit); // its queue may be full
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return sys_failure("NOTIFY_SOCKET: make a pipe");
    const Fd ours(ends[0]);
    Fd theirs(ends[1]);
    TRY(sys::send_with_fd(socket, "BARRIER=1", theirs)
            .map_error(under("NOTIFY_SOCKET " + quote(host_))));
    theirs = Fd();
    pollfd closed = {.fd = ours.get(), .events = 0, .revents = 0};
    const int count = sys::retry_eintr([&] { return ::poll(&closed, 1, limit_ms); });
    if (count < 0) return sys_failure("poll");
    if (count == 0)
        return Failure({ETIMEDOUT, "NOTIFY_SOCKET: " + quote(host_)
                                       + " has not answered BARRIER=1 within "
                                       + std::to_string(limit_ms / 1000) + " s"});
    return {};
}

Status NotifyProxy::wait_ready(const Fd& init, pid_t main_pid, int barrier_ms) {
    for (;;) {
        pollfd fds[] = {{.fd = socket_.get(), .events = POLLIN, .revents = 0},
                        {.fd = init.get(), .events = POLLIN, .revents = 0}};
        if (sys::retry_eintr([&] { return ::poll(fds, 2, -1); }) < 0) return sys_failure("poll");
        const bool ready = TRY(forward(main_pid));
        if (ready || fds[1].revents != 0) break;
    }
    if (!ready_) return {};
    // It has been told, and the container runs: that nobody answers is no failure.
    if (const Status passed = wait_for_manager(barrier_ms); !passed)
        log::warning(passed.error().text);
    return {};
}

} // namespace tare::runtime
