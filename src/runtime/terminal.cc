#include "runtime/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

bool read_window_size(winsize& size) {
    for (const int fd : {STDERR_FILENO, STDOUT_FILENO, STDIN_FILENO})
        if (::ioctl(fd, TIOCGWINSZ, &size) == 0) return true;
    const Fd tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    return tty && ::ioctl(tty.get(), TIOCGWINSZ, &size) == 0;
}

} // namespace

void copy_window_size(const Fd& master) {
    winsize size = {};
    if (read_window_size(size)) ::ioctl(master.get(), TIOCSWINSZ, &size);
}

Status keep_line_ends(const Fd& master) {
    termios modes = {};
    if (::tcgetattr(master.get(), &modes) < 0) return sys_failure("get the terminal's modes");
    modes.c_oflag &= ~static_cast<tcflag_t>(ONLCR);
    if (::tcsetattr(master.get(), TCSANOW, &modes) < 0)
        return sys_failure("set the terminal's modes");
    return {};
}

RawMode::RawMode(int fd) {
    if (::tcgetattr(fd, &before_) == 0) fd_ = fd;
}

RawMode::~RawMode() {
    if (entered_) ::tcsetattr(fd_, TCSANOW, &before_); // not TCSADRAIN: ^S must not hold us
}

bool RawMode::in_foreground() const {
    if (fd_ < 0) return true;
    const pid_t group = ::tcgetpgrp(fd_);
    return group < 0 || group == ::getpgrp(); // -1: not our controlling terminal, no job control
}

void RawMode::enter() {
    if (fd_ < 0 || !in_foreground()) return;
    termios raw = before_;
    ::cfmakeraw(&raw);
    raw.c_oflag |= OPOST & before_.c_oflag;
    entered_ = ::tcsetattr(fd_, TCSANOW, &raw) == 0 || entered_;
}

} // namespace tare::runtime
