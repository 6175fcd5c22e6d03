#include "runtime/foreground.h"

#include "sys/file.h"
#include "sys/process.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

// A shell script plays the container's init, and a child of the test plays `tare run`, so that the
// test can be its caller: with pipes, files or another pty as its stdio.

namespace tare::runtime {
namespace {

struct Pty {
    Fd master, slave;
};

Pty open_pty() {
    Pty pty;
    pty.master = Fd(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    ::unlockpt(pty.master.get());
    pty.slave = Fd(::ioctl(pty.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    termios modes = {};
    ::tcgetattr(pty.slave.get(), &modes);
    modes.c_oflag &= ~static_cast<tcflag_t>(ONLCR);
    ::tcsetattr(pty.slave.get(), TCSANOW, &modes);
    return pty;
}

struct Pipe {
    Fd read, write;
};

Pipe open_pipe() {
    int fds[2];
    EXPECT_EQ(::pipe2(fds, O_CLOEXEC), 0);
    return {Fd(fds[0]), Fd(fds[1])};
}

[[noreturn]] void play_init(const std::string& script, const Fd& slave, SignalMask mask) {
    ::setsid();
    if (slave) {
        ::ioctl(slave.get(), TIOCSCTTY, 0);
        for (int fd = 0; fd < 3; ++fd)
            ::dup2(slave.get(), fd);
    }
    for (int signal = 1; signal < SIGRTMIN;
         ++signal) // our caller may ignore some, a shell's `&` does
        ::signal(signal, SIG_DFL);
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, sizeof mask);
    ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
    ::_exit(127);
}

// What `tare run` makes of the script's end.
[[noreturn]] void play_tare(const std::string& script, bool terminal) {
    Foreground foreground;
    foreground.hold_signals();
    Pty pty;
    if (terminal) pty = open_pty();
    const pid_t other = ::fork(); // a child that is none of ours: it must still be there at the end
    if (other == 0) ::_exit(9);
    const pid_t pid = ::fork();
    if (pid == 0) play_init(script, pty.slave, foreground.callers_mask());
    const auto init = sys::open_pidfd(pid);
    if (terminal) {
        pty.slave = Fd();
        if (!foreground.set_console(std::move(pty.master))) ::_exit(250);
    }
    const auto status = foreground.wait(*init, nullptr);
    int others = 0;
    if (::waitpid(other, &others, 0) != other || WEXITSTATUS(others) != 9) ::_exit(251);
    ::_exit(status ? *status : 252);
}

class Tare {
public:
    // Descriptors of -1 are /dev/null.
    Tare(const std::string& script, bool terminal, int in = -1, int out = -1, int err = -1) {
        pid_ = ::fork();
        if (pid_ != 0) return;
        const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        const int wanted[] = {in, out, err};
        ::setsid();
        ::ioctl(in, TIOCSCTTY, 0); // where it is one
        for (int fd = 0; fd < 3; ++fd)
            ::dup2(wanted[fd] < 0 ? null : wanted[fd], fd);
        ::syscall(SYS_close_range, 3u, ~0u, 0u); // the test's own ends of its pipes
        play_tare(script, terminal);
    }
    ~Tare() {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
        if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
    }
    Tare(const Tare&) = delete;
    Tare& operator=(const Tare&) = delete;

    pid_t pid() const { return pid_; }
    void send(int signal) const { ::kill(pid_, signal); }

    // -1: killed by a signal, or not over within ten seconds.
    int status() {
        const auto pidfd = sys::open_pidfd(pid_);
        if (!sys::wait_for_end(*pidfd, 10'000).value_or(false)) return -1;
        int status = 0;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    pid_t pid_ = -1;
};

// What arrives until `end` was seen, end of file, or for ten seconds.
std::string read_until(const Fd& fd, std::string_view end) {
    std::string text;
    char buffer[4096];
    while (end.empty() || text.find(end) == text.npos) {
        pollfd poll_fd = {.fd = fd.get(), .events = POLLIN, .revents = 0};
        if (::poll(&poll_fd, 1, 10'000) <= 0) break;
        const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
        if (n <= 0) break;
        text.append(buffer, static_cast<std::size_t>(n));
    }
    return text;
}

void put(const Fd& fd, std::string_view text) {
    EXPECT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

TEST(Foreground, ExitStatusIsTheProcesss) {
    EXPECT_EQ(Tare("exit 0", false).status(), 0);
    EXPECT_EQ(Tare("exit 42", false).status(), 42);
    EXPECT_EQ(Tare("kill -9 $$", false).status(), 137);
    EXPECT_EQ(Tare("kill -TERM $$", true).status(), 143);
}

TEST(Foreground, SignalsAreForwarded) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGQUIT, SIGWINCH, SIGTSTP, SIGPIPE,
                             SIGSEGV, SIGALRM, 34, 64}) {
        const Pipe out = open_pipe();
        Tare tare("trap 'exit 7' " + std::to_string(signal)
                      + "; echo up; for i in $(seq 3000); do sleep 0.01; done",
                  false, -1, out.write.get());
        EXPECT_EQ(read_until(out.read, "up\n"), "up\n");
        tare.send(signal);
        EXPECT_EQ(tare.status(), 7) << signal;
    }
}

// Whether the process executes at all is asked only when it must be known.
TEST(Foreground, WhatComesFirstComesOnceBeforeASignalAndBeforeTheStatus) {
    Foreground foreground;
    foreground.hold_signals();
    const Fd none;
    for (const bool signalled : {false, true}) {
        const pid_t pid = ::fork();
        const std::string script = signalled ? "trap 'exit 5' USR1; kill -USR2 $PPID; while :; do "
                                               "sleep 0.01; done"
                                             : "exit 5";
        if (pid == 0) play_init(script, none, foreground.callers_mask());
        const auto init = sys::open_pidfd(pid);
        int calls = 0;
        const auto status = foreground.wait(*init, nullptr, [&] {
            ++calls;
            EXPECT_EQ(sys::has_ended(*init), !signalled);
            if (signalled) ::kill(pid, SIGUSR1);
            return Status();
        });
        EXPECT_TRUE(status && (*status == 5 || *status == 128 + SIGUSR2));
        EXPECT_EQ(calls, 1);
    }
    const pid_t pid = ::fork();
    if (pid == 0) play_init("exit 5", none, foreground.callers_mask());
    const auto init = sys::open_pidfd(pid);
    const auto failed =
        foreground.wait(*init, nullptr, [] { return invalid("it never executed"); });
    EXPECT_EQ(failed.error().text, "it never executed");
    EXPECT_EQ(sys::exit_code(*sys::reap(*init)), 5); // it is still there to be reaped
}

TEST(Foreground, TerminalsOutputGoesToAPipeWhole) {
    Pipe out = open_pipe();
    Tare tare("seq 30000; printf end", true, -1, out.write.get());
    out.write = Fd();
    ::usleep(100'000); // a reader that lets the pipe fill up
    std::string expected;
    for (int i = 1; i <= 30000; ++i)
        expected += std::to_string(i) + "\n";
    EXPECT_EQ(read_until(out.read, ""), expected + "end");
    EXPECT_EQ(tare.status(), 0);
}

TEST(Foreground, TerminalsOutputGoesToARegularFile) {
    char path[] = "/tmp/tare-foreground-XXXXXX";
    const Fd file(::mkstemp(path));
    ::unlink(path);
    EXPECT_EQ(Tare("test -t 0 && echo yes", true, -1, file.get()).status(), 0);
    ::lseek(file.get(), 0, SEEK_SET);
    EXPECT_EQ(read_until(file, ""), "yes\n");
}

TEST(Foreground, ContainerDoesNotNoticeAReaderThatLeft) {
    Pipe out = open_pipe();
    Tare tare("sleep 0.1; seq 30000; exit 5", true, -1, out.write.get());
    out = {};
    EXPECT_EQ(tare.status(), 5);
}

TEST(Foreground, FullDiskIsTheCallersProblem) {
    const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    EXPECT_EQ(Tare("seq 30000; exit 5", true, -1, full.get()).status(), 5);
}

TEST(Foreground, InputEndsForTheTerminalToo) {
    Pipe in = open_pipe(), out = open_pipe();
    Tare tare("stty -echo; echo up; cat; echo done", true, in.read.get(), out.write.get());
    EXPECT_EQ(read_until(out.read, "up\n"), "up\n");
    put(in.write, "one\ntwo");
    in.write = Fd();
    EXPECT_EQ(read_until(out.read, "done\n"), "one\ntwodone\n");
    EXPECT_EQ(tare.status(), 0);
}

TEST(Foreground, ReaderThatNeverReadsDoesNotHoldATermination) {
    const Pipe out = open_pipe();
    Tare tare("seq 30000 & sleep 0.3; exit 0", true, -1, out.write.get());
    ::usleep(600'000);
    tare.send(SIGTERM);
    EXPECT_EQ(tare.status(), 0);
}

TEST(Foreground, HungUpTerminalComesBack) {
    Pipe out = open_pipe();
    // closes every descriptor of the terminal for a while
    Tare tare("t=$(tty); exec 0<&- 1>&- 2>&-; sleep 0.1; exec >$t; echo back", true, -1,
              out.write.get());
    EXPECT_EQ(read_until(out.read, "back\n"), "back\n");
    EXPECT_EQ(tare.status(), 0);
}

// A shell may run a trap twice, so that only the end is certain.
void expect_text(const Fd& fd, std::string_view text) {
    const std::string all = read_until(fd, text);
    EXPECT_NE(all.find(text), all.npos) << all;
}

TEST(Foreground, CallersTerminalIsRawMeanwhileAndHasTheSize) {
    const Pty caller = open_pty();
    winsize size = {.ws_row = 33, .ws_col = 77, .ws_xpixel = 0, .ws_ypixel = 0};
    ASSERT_EQ(::ioctl(caller.master.get(), TIOCSWINSZ, &size), 0);
    termios before = {}, during = {}, after = {};
    ASSERT_EQ(::tcgetattr(caller.slave.get(), &before), 0);
    const int fd = caller.slave.get();
    Tare tare("trap 'stty size' WINCH; trap 'echo int' INT; stty size; while :; do read x && "
              "echo got $x; test \"$x\" = end && exit 4; done",
              true, fd, fd, fd);
    expect_text(caller.master, "33 77\n");
    for (int tries = 0; tries < 100; ++tries) {
        ASSERT_EQ(::tcgetattr(caller.slave.get(), &during), 0);
        if ((during.c_lflag & (ICANON | ISIG | ECHO)) == 0) break;
        ::usleep(10'000);
    }
    EXPECT_EQ(during.c_lflag & (ICANON | ISIG | ECHO), 0u);
    EXPECT_NE(during.c_oflag & OPOST, 0u);

    size.ws_row = 44;
    ASSERT_EQ(::ioctl(caller.master.get(), TIOCSWINSZ, &size), 0);
    expect_text(caller.master, "44 77\n");
    put(caller.master, "\x03"); // not a signal for tare: a key for the container
    expect_text(caller.master, "int\n");
    put(caller.master, "a\r");
    expect_text(caller.master, "got a\n");
    put(caller.master, "end\r");
    EXPECT_EQ(tare.status(), 4);
    ASSERT_EQ(::tcgetattr(caller.slave.get(), &after), 0);
    EXPECT_EQ(after.c_lflag, before.c_lflag);
    EXPECT_EQ(after.c_iflag, before.c_iflag);
}

// CPU time of a process and its waited-for children, in clock ticks: proc(5), fields 14 to 17.
long ticks_of(pid_t pid) {
    const auto text = sys::read_small_file("/proc/" + std::to_string(pid) + "/stat");
    long ticks = -1;
    long user = 0, system = 0;
    if (text
        && std::sscanf(text->c_str() + text->rfind(')'), // NOLINT(cert-err34-c)
                       ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system)
               == 2)
        ticks = user + system;
    return ticks;
}

TEST(Foreground, WaitingCostsNoTime) {
    Pipe in = open_pipe();
    const Pipe out = open_pipe(); // nobody reads
    Tare tare("exec <&-; seq 100000 & exec >&- 2>&-; wait", true, in.read.get(), out.write.get());
    in.write = Fd();
    ::usleep(300'000);
    const long before = ticks_of(tare.pid());
    ::usleep(300'000);
    EXPECT_LE(ticks_of(tare.pid()) - before, 3);
}

TEST(Foreground, LinesOfItsConsoleEndAsTheyAre) {
    Foreground foreground;
    Pty pty = open_pty();
    termios modes = {};
    ASSERT_EQ(::tcgetattr(pty.slave.get(), &modes), 0);
    modes.c_oflag |= ONLCR;
    ASSERT_EQ(::tcsetattr(pty.slave.get(), TCSANOW, &modes), 0);
    ASSERT_TRUE(foreground.set_console(std::move(pty.master)));
    ASSERT_EQ(::tcgetattr(pty.slave.get(), &modes), 0);
    EXPECT_EQ(modes.c_oflag & ONLCR, 0u);
}

TEST(Foreground, RefusesAnythingButAMaster) {
    Foreground foreground;
    foreground.hold_signals();
    EXPECT_EQ(foreground.set_console(Fd(::open("/dev/null", O_RDWR))).error().text,
              "what came as the container's terminal is no pseudoterminal's master");
}

} // namespace
} // namespace tare::runtime
