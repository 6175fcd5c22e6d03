#include "init/report.h"

#include "init/syscall.h"

#include <cstring>
#include <sys/socket.h>

namespace tare::init {

long send(const Context& context, const wire::Message& message) {
    const int to = context.past_ready && context.gate_out >= 0 ? context.gate_out : context.report;
    return sys_again(__NR_write, to, &message, sizeof message);
}

Status send_descriptor(const Context& context, std::uint32_t kind, int fd) {
    wire::Message message{.kind = kind, .step = context.step};
    struct iovec part = {&message, sizeof message};
    alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
    struct msghdr header = {};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    struct cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
    return outcome(sys_again(__NR_sendmsg, context.report, &header, MSG_NOSIGNAL));
}

Status tell_descriptor(Context& context, std::uint32_t kind, int fd) {
    REQUIRE(outcome(send(context, {kind, context.step, fd, 0})));
    return wait_for_go(context, context.report);
}

Status wait_for_go(Context& context, int from) {
    wire::Message message;
    const long size = sys_again(__NR_read, from, &message, sizeof message);
    if (size < 0) return outcome(size);
    // End of file: `tare` was killed. It can report no more, so this only ends us.
    if (size != sizeof message || message.kind != wire::kGo) return {ECANCELED};
    if (message.code > 0) context.pid = message.code;
    return {};
}

void fail(const Context& context, Status status) {
    send(context,
         {wire::kFailed, context.step, status.code, static_cast<std::uint32_t>(status.detail)});
    quit(1);
}

// A filter may refuse to let us end: no filter stops the signal of a wrong instruction.
void quit(int code) {
    sys(__NR_exit_group, code);
    sys(__NR_exit, code);
    for (;;)
        __builtin_trap();
}

} // namespace tare::init
