#include "runtime/relay.h"

#include "base/errno_text.h"
#include "base/log.h"
#include "base/text.h"
#include "sys/retry.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

// Linux keeps at most 64 KiB for a pty and 4 KiB in its line discipline; what comes beyond that
// after the exit was written later, by somebody else who still has the terminal.
constexpr std::size_t kMostAfterExit = 128 * 1024;

bool writable(int fd) {
    pollfd poll_fd = {.fd = fd, .events = POLLOUT, .revents = 0};
    return ::poll(&poll_fd, 1, 0) > 0;
}

} // namespace

Sink::Sink(int fd) : fd_(fd) {
    struct stat info = {};
    if (::fstat(fd, &info) < 0) return;
    socket_ = S_ISSOCK(info.st_mode);
    may_block_ = S_ISFIFO(info.st_mode) || (S_ISCHR(info.st_mode) && ::isatty(fd) != 0);
    if (!may_block_) return;
    const std::string self = "/proc/self/fd/" + std::to_string(fd);
    own_ = Fd(::open(self.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (own_) may_block_ = false;
}

ssize_t Sink::write(std::string_view bytes) const {
    const auto call = [&] {
        if (socket_) return ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (may_block_ && !writable(fd_)) {
            errno = EAGAIN;
            return ssize_t{-1};
        }
        const std::size_t most = may_block_ ? PIPE_BUF : bytes.size();
        return ::write(fd(), bytes.data(), std::min(most, bytes.size()));
    };
    return sys::retry_eintr(call);
}

Relay::Relay(const Fd& master, int input, int output)
    : master_(master), input_(input), output_(output) {
    open_slave();
}

void Relay::prepare(std::span<pollfd, kPolled> fds) const {
    const bool reads = out_.empty() && !master_quiet_;
    const bool writes = !in_.empty();
    fds[0] = {.fd = reads || writes ? master_.get() : -1,
              .events = static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)),
              .revents = 0};
    fds[1] = {.fd = in_.empty() && !input_paused_ ? input_ : -1, .events = POLLIN, .revents = 0};
    fds[2] = {.fd = out_.empty() ? -1 : output_.fd(), .events = POLLOUT, .revents = 0};
}

void Relay::handle(std::span<const pollfd, kPolled> fds) {
    if ((fds[0].revents & POLLOUT) != 0) write_master();
    if ((fds[0].revents & ~POLLOUT) != 0 && out_.empty()) read_master();
    if (fds[1].revents != 0) read_input();
    if (fds[2].revents != 0 || (fds[0].revents & POLLIN) != 0) write_output();
    if (!in_.empty()) write_master();
}

// False: nothing to read now, or ever (errno tells; 0 at the end of file).
bool Relay::fill(Buffer& buffer, int fd) const {
    const ssize_t n =
        sys::retry_eintr([&] { return ::read(fd, buffer.bytes.data(), buffer.bytes.size()); });
    if (n == 0) errno = 0;
    buffer.begin = 0;
    buffer.end = n > 0 ? static_cast<std::size_t>(n) : 0;
    return n > 0;
}

void Relay::read_master() {
    if (fill(out_, master_.get())) {
        hang_ups_ = 0;
    } else if (errno != EAGAIN) {
        // EIO: vhangup(2) took our slave with the others (agetty and login do that); a new one
        // brings the pty back to life. Not for ever: what fails each time is over.
        constexpr int kMostInARow = 8;
        open_slave();
        master_quiet_ = !slave_ || ++hang_ups_ > kMostInARow;
    }
}

void Relay::open_slave() {
    slave_ = Fd(::ioctl(master_.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
}

void Relay::write_output() {
    if (out_.empty()) return;
    const ssize_t n =
        output_lost_ ? static_cast<ssize_t>(out_.rest().size()) : output_.write(out_.rest());
    if (n >= 0) {
        out_.begin += static_cast<std::size_t>(n);
    } else if (errno != EAGAIN) {
        // The container must not notice: what it writes from now on is read and dropped.
        if (errno != EPIPE) log::warning("write to standard output: " + errno_text(errno));
        output_lost_ = true;
        out_.begin = out_.end;
    }
}

void Relay::read_input() {
    if (fill(in_, input_)) {
        last_input_ = in_.rest().back();
        return;
    }
    // EIO: the terminal is a background job's, ours, or it has gone; poll would not wait for it.
    if (errno == EIO && ::isatty(input_) != 0) {
        input_paused_ = true;
    } else if (errno != EAGAIN) {
        end_input();
    }
}

// The end of a file or pipe becomes what the end-of-file key of a terminal would be: the character,
// twice within a line, and nothing for a program that reads keys.
void Relay::end_input() {
    input_ = -1;
    termios modes = {};
    if (::tcgetattr(master_.get(), &modes) < 0 || (modes.c_lflag & ICANON) == 0) return;
    in_.begin = in_.end = 0;
    for (int times = last_input_ == '\n' ? 1 : 2; times > 0; --times)
        in_.bytes[in_.end++] = static_cast<char>(modes.c_cc[VEOF]);
}

void Relay::write_master() {
    const std::string_view rest = in_.rest();
    const ssize_t n =
        sys::retry_eintr([&] { return ::write(master_.get(), rest.data(), rest.size()); });
    if (n >= 0)
        in_.begin += static_cast<std::size_t>(n);
    else if (errno != EAGAIN)
        in_.begin = in_.end;
}

bool Relay::drain() {
    input_ = -1;
    in_.begin = in_.end = 0;
    for (bool more = !master_quiet_; more; drained_bytes_ += out_.end) {
        write_output();
        if (!out_.empty()) return false;
        more = drained_bytes_ <= kMostAfterExit && fill(out_, master_.get());
    }
    master_quiet_ = true;
    write_output();
    return out_.empty();
}

} // namespace tare::runtime
