#include "runtime/report.h"

#include "base/log.h"
#include "plan/detail.h"
#include "runtime/launch.h"
#include "sys/socket.h"

#include <sys/socket.h>

namespace tare::runtime {

namespace {

Error failure_of(const plan::Steps& steps, const wire::Message& message) {
    if (message.step != kBeforeInit) return plan::describe(steps, message);
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
        if (message.kind == wire::kFailed) return Failure(failure_of(*steps_, message));
        if (message.kind != wire::kWarning)
            return Event{message.kind, message.code, std::move(answer.fd)};
        log::warning(plan::describe(*steps_, message).text);
    }
}

Status Report::go(pid_t pid) {
    const wire::Message message = {.kind = wire::kGo, .code = pid};
    if (::send(socket_.get(), &message, sizeof message, MSG_NOSIGNAL) < 0)
        return sys_failure("tell the container's init to go on");
    return {};
}

} // namespace tare::runtime
