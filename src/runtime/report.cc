#include "runtime/report.h"

#include "base/log.h"
#include "runtime/launch.h"
#include "sys/process.h"
#include "sys/retry.h"
#include "sys/socket.h"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/socket.h>

namespace tare::runtime {

namespace {

constexpr const char* kTellInit = "tell the container's init to go on";

Error failure_of(const plan::Steps& steps, const wire::Message& message,
                 const plan::HookOutput& hook_output) {
    if (message.step != kBeforeInit) return plan::describe(steps, message, hook_output);
    return {message.code,
            describe(static_cast<ChildCall>(message.detail)) + ": " + errno_text(message.code)};
}

// An init that died before it had read what we sent resets the socket; what it said before that
// comes only after this error.
Result<sys::Received> receive(const Fd& socket, wire::Message& message) {
    auto received = sys::receive(socket, &message, sizeof message);
    if (received || received.error().code != ECONNRESET) return received;
    return sys::receive(socket, &message, sizeof message);
}

} // namespace

Result<Report::Event> Report::next() {
    for (;;) {
        wire::Message message;
        sys::Received answer = TRY(receive(socket_, message));
        if (answer.size == 0) return Event{};
        if (answer.size != sizeof message) return sys_failure("init's report", EPROTO);
        if (message.kind == wire::kFailed && untold_ != 0 && message.code == ECANCELED)
            return sys_failure(kTellInit, untold_);
        if (message.kind == wire::kFailed)
            return Failure(failure_of(*steps_, message, hook_output_));
        if (hook_output_.take(message)) continue;
        if (message.kind != wire::kWarning)
            return Event{message.kind, message.code, std::move(answer.fd)};
        log::warning(plan::describe(*steps_, message).text);
    }
}

Status Report::wait_beside(const Fd& process) const {
    pollfd fds[] = {{.fd = socket_.get(), .events = POLLIN, .revents = 0},
                    {.fd = process.get(), .events = POLLIN, .revents = 0}};
    if (sys::retry_eintr([&] { return ::poll(fds, 2, -1); }) < 0) return sys_failure("poll");
    if (fds[0].revents == 0) return sys_failure("wait for its report", ESRCH);
    return {};
}

Status Report::go(pid_t pid) {
    const wire::Message message = {.kind = wire::kGo, .code = pid};
    if (::send(socket_.get(), &message, sizeof message, MSG_NOSIGNAL) >= 0) return {};
    // ECONNRESET: it has not read its plan either.
    if (errno != EPIPE && errno != ECONNRESET) return sys_failure(kTellInit);
    untold_ = errno;
    ::shutdown(socket_.get(), SHUT_WR); // whoever waits all the same is not to wait for ever
    return {};
}

Status await_exec(Report& report, std::string_view who, const Fd& process) {
    bool executing = false;
    for (;;) {
        const Report::Event event = TRY(report.next());
        if (event.kind == wire::kExecuting)
            executing = true;
        else if (event.kind == 0)
            return executing ? Status() : died_early(who, process);
    }
}

// An exit status is an errno, of an init that could not read its plan and so did not know where to
// report.
Failure died_early(std::string_view who, const Fd& process) {
    constexpr int kPatienceMs = 2000; // what has closed its end is about to end
    if (!sys::wait_for_end(process, kPatienceMs).value_or(false))
        return Failure({EPROTO, std::string(who) + " has stopped reporting"});
    std::string text = std::string(who) + " died before it was ready";
    const auto status = sys::reap(process);
    const int signal = status ? *status & 0x7f : 0;
    if (signal != 0) text += ": killed by signal " + std::to_string(signal);
    // The latter two are how init ends where it may not exit.
    if (signal == SIGSYS || signal == SIGILL || signal == SIGTRAP)
        text += ": a seccomp filter forbids what it needs, config.json#/linux/seccomp or one that "
                "tare is under";
    if (status && signal == 0 && *status != 0) text += ": " + errno_text(sys::exit_code(*status));
    return Failure({ESRCH, std::move(text)});
}

} // namespace tare::runtime
