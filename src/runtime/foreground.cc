#include "runtime/foreground.h"

#include "base/log.h"
#include "runtime/console.h"
#include "runtime/notify_socket.h"
#include "runtime/relay.h"
#include "runtime/terminal.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/retry.h"

#include <csignal>
#include <ctime>
#include <memory>
#include <sys/signalfd.h>

namespace tare::runtime {

namespace {

// KILL and STOP cannot be caught, CHLD is about us. Blocking what a fault of our own raises (SEGV)
// changes nothing: the kernel then kills all the same.
constexpr SignalMask kForwarded =
    ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP) | signal_bit(SIGCHLD));

// What ends the passing on of output that nobody takes, after the process has exited.
constexpr SignalMask kGiveUp =
    signal_bit(SIGINT) | signal_bit(SIGTERM) | signal_bit(SIGHUP) | signal_bit(SIGQUIT);

constexpr int kForegroundCheckMs = 500;

std::int64_t now_ms() {
    timespec now = {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

Result<Fd> open_signals() {
    Fd fd(static_cast<int>(
        ::syscall(SYS_signalfd4, -1, &kForwarded, sizeof kForwarded, SFD_CLOEXEC | SFD_NONBLOCK)));
    if (!fd) return sys_failure("signalfd");
    return fd;
}

// One container, from its start to its exit.
class Watch {
public:
    Watch(const Fd& init, const Fd& console, const Fd& signals, NotifyProxy* notify,
          const std::function<Status()>& first)
        : init_(init), console_(console), signals_(signals), notify_(notify), first_(first),
          raw_(input(console)) {
        if (!console) return;
        relay_ = std::make_unique<Relay>(console, STDIN_FILENO, STDOUT_FILENO);
        enter_foreground();
    }

    Status until_exit() {
        while (!exited_ || (relay_ && !given_up_ && !relay_->drain()))
            TRY(once());
        TRY(do_first());
        forward_notifications(); // STOPPING=1 may have come last
        return {};
    }

private:
    enum { kSignals, kInit, kNotify, kRelay, kPolled = kRelay + Relay::kPolled };

    // Whose keys the container gets; -1 is no terminal.
    static int input(const Fd& console) { return console ? STDIN_FILENO : -1; }

    // A background job is not told when it comes to the foreground, so it looks now and then.
    void enter_foreground() {
        next_check_ = now_ms() + kForegroundCheckMs;
        relay_->pause_input(!raw_.in_foreground());
        raw_.enter();
    }

    Status once() {
        pollfd fds[kPolled] = {};
        fds[kSignals] = {.fd = signals_.get(), .events = POLLIN, .revents = 0};
        fds[kInit] = {.fd = exited_ ? -1 : init_.get(), .events = POLLIN, .revents = 0};
        fds[kNotify] = {.fd = notify_ != nullptr ? notify_->socket().get() : -1,
                        .events = POLLIN,
                        .revents = 0};
        const std::span<pollfd, Relay::kPolled> relayed(fds + kRelay, Relay::kPolled);
        const nfds_t count = relay_ ? kPolled : kRelay;
        if (relay_) relay_->prepare(relayed);
        const int timeout = relay_ && relay_->input_paused() ? kForegroundCheckMs : -1;
        if (sys::retry_eintr([&] { return ::poll(fds, count, timeout); }) < 0)
            return sys_failure("poll");

        if (fds[kSignals].revents != 0) {
            TRY(do_first());
            take_signals();
        }
        if (fds[kNotify].revents != 0) forward_notifications();
        if (fds[kInit].revents != 0) exited_ = true;
        if (!relay_) return {};
        relay_->handle(relayed);
        if (relay_->input_paused() && now_ms() >= next_check_) enter_foreground();
        return {};
    }

    Status do_first() { return first_ ? std::exchange(first_, nullptr)() : Status(); }

    void take_signals() {
        signalfd_siginfo info;
        while (::read(signals_.get(), &info, sizeof info) == sizeof info)
            take_signal(info);
    }

    void take_signal(const signalfd_siginfo& info) {
        const auto signal = static_cast<int>(info.ssi_signo);
        // what our own write to a closed pipe brought
        if (signal == SIGPIPE && info.ssi_pid == static_cast<std::uint32_t>(::getpid())) return;
        if (signal == SIGWINCH && relay_) return copy_window_size(console_);
        if (signal == SIGCONT && relay_) enter_foreground();
        if (exited_) {
            given_up_ = given_up_ || (signal_bit(signal) & kGiveUp) != 0;
            return;
        }
        if (const Status sent = sys::send_signal(init_, signal);
            !sent && sent.error().code != ESRCH)
            log::warning("forward signal " + std::to_string(signal) + ": " + sent.error().text);
    }

    void forward_notifications() {
        if (notify_ == nullptr) return;
        // 0: the manager knows us as the main process, and ours stays it
        const auto forwarded = notify_->forward(0);
        if (forwarded) return;
        log::warning(forwarded.error().text);
        notify_ = nullptr;
    }

    const Fd& init_;
    const Fd& console_;
    const Fd& signals_;
    NotifyProxy* notify_;
    std::function<Status()> first_;
    RawMode raw_;
    std::unique_ptr<Relay> relay_; // its buffers would make the stack four times as deep
    bool exited_ = false, given_up_ = false;
    std::int64_t next_check_ = 0;
};

} // namespace

void Foreground::hold_signals() {
    callers_mask_ = change_signal_mask(SIG_BLOCK, kForwarded);
}

Foreground::~Foreground() {
    if (callers_mask_) change_signal_mask(SIG_SETMASK, *callers_mask_);
}

Status Foreground::set_console(Fd master) {
    TRY(check_pty_master(master));
    TRY(sys::make_nonblocking(master));
    TRY(keep_line_ends(master));
    copy_window_size(master);
    console_ = std::move(master);
    return {};
}

Result<int> Foreground::wait(const Fd& init, NotifyProxy* notify,
                             const std::function<Status()>& first) {
    const Fd signals = TRY(open_signals());
    TRY(Watch(init, console_, signals, notify, first).until_exit());
    const int status = TRY(sys::reap(init));
    return sys::exit_code(status);
}

} // namespace tare::runtime
