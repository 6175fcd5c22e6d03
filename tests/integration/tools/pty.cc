// pty ROWS COLUMNS COMMAND...: runs COMMAND on a terminal of that size, as a person at a terminal
// would: standard input goes there, its output comes to standard output. SIGUSR1 makes the window
// 50 by 132. Afterwards "terminal changed" is printed when COMMAND left the terminal's modes
// different. Exits with COMMAND's status.

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace {

int terminal = -1;

void grow(int) {
    winsize size = {};
    size.ws_row = 50;
    size.ws_col = 132;
    ::ioctl(terminal, TIOCSWINSZ, &size);
}

bool copy(int from, int to) {
    char buffer[4096];
    const ssize_t n = ::read(from, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) return true;
    return n > 0 && ::write(to, buffer, static_cast<std::size_t>(n)) == n;
}

[[noreturn]] void become(const char* name, char** command) {
    ::setsid();
    const int fd = ::open(name, O_RDWR); // the controlling terminal from now on
    for (int i = 0; i < 3; ++i)
        ::dup2(fd, i);
    if (fd > 2) ::close(fd);
    ::execvp(command[0], command);
    std::_Exit(127);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0) return 2;
    winsize size = {};
    size.ws_row = static_cast<unsigned short>(std::atoi(argv[1]));
    size.ws_col = static_cast<unsigned short>(std::atoi(argv[2]));
    ::ioctl(terminal, TIOCSWINSZ, &size);
    // Held open here, so that the modes can be compared and output is not lost at the end.
    const int other_side = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios before = {}, after = {};
    ::tcgetattr(other_side, &before);

    ::signal(SIGUSR1, grow);
    const pid_t child = ::fork();
    if (child == 0) become(::ptsname(terminal), argv + 3);

    int status = 0;
    pollfd files[] = {{terminal, POLLIN, 0}, {0, POLLIN, 0}};
    for (;;) {
        const int ready = ::poll(files, 2, 50);
        if (ready > 0 && files[0].revents) copy(terminal, 1);
        if (ready > 0 && files[1].revents && !copy(0, terminal)) files[1].fd = -1;
        if (ready <= 0 && ::waitpid(child, &status, WNOHANG) == child) break;
    }
    ::tcgetattr(other_side, &after);
    if (std::memcmp(&before, &after, sizeof before) != 0) std::puts("terminal changed");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
