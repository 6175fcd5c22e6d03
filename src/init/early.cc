#include "init/early.h"

#include "init/report.h"
#include "init/signals.h"
#include "init/syscall.h"

#include <csignal>
#include <cstring>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <sys/socket.h>

// The linker's.
extern "C" const char __bss_start[], _end[];

namespace tare::init {

namespace {

int handed[wire::kMostDescriptors];
constexpr int kReport = 1;

// What our child works in, touched now that nobody waits for us. Since Linux 5.14. The code is
// there as a whole since its first page was touched, as the kernel maps files.
void populate() {
    constexpr std::uintptr_t kPage = 4096, kStack = 6 * kPage;
    const auto touch = [](const void* begin, const void* end) {
        const auto from = reinterpret_cast<std::uintptr_t>(begin) & ~(kPage - 1);
        sys(__NR_madvise, from, reinterpret_cast<std::uintptr_t>(end) - from, MADV_POPULATE_WRITE);
    };
    const char* stack = static_cast<const char*>(__builtin_frame_address(0));
    touch(__bss_start, _end);
    touch(stack - kStack, stack);
}

// Told apart by their sizes.
union Order {
    Order() : launch() {}
    wire::Launch launch;
    wire::Unshare unshare;
};

// The number of descriptors that came with a Launch; 0: `tare` needs us no more, or is dead. An
// Unshare that comes first is carried out.
std::uint32_t receive(int socket, Order& order) {
    struct iovec part = {&order, sizeof order};
    alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof handed)];
    struct msghdr header = {};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    const long size = sys_again(__NR_recvmsg, socket, &header, MSG_CMSG_CLOEXEC);
    if (size == sizeof order.unshare) {
        const long made = sys(__NR_unshare, order.unshare.flags);
        if (made < 0) quit(static_cast<int>(-made));
        return receive(socket, order);
    }
    const struct cmsghdr* rights = CMSG_FIRSTHDR(&header);
    if (size != sizeof order.launch || (header.msg_flags & MSG_CTRUNC) != 0 || rights == nullptr
        || rights->cmsg_type != SCM_RIGHTS)
        return 0;
    const std::size_t bytes = rights->cmsg_len - CMSG_LEN(0);
    std::memcpy(handed, CMSG_DATA(rights), bytes);
    return static_cast<std::uint32_t>(bytes / sizeof handed[0]);
}

long fork_as(const wire::Launch& launch, const Descriptors& row) {
    for (const wire::NamespaceToJoin& join : launch.joins) {
        if (join.type == 0) break;
        if (const long joined = sys(__NR_setns, row.at(join.ns), join.type); joined < 0)
            return joined;
    }
    struct clone_args args = {};
    args.flags = launch.namespaces | CLONE_VM | CLONE_PARENT; // a child of `tare`, as it were
    if (launch.cgroup >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = static_cast<std::uint64_t>(row.at(launch.cgroup));
    }
    return be_succeeded(&args, sizeof args);
}

void wait(int report) {
    wire::Message go;
    const long size = sys_again(__NR_read, report, &go, sizeof go);
    if (size != sizeof go) quit(size < 0 ? static_cast<int>(-size) : ECANCELED);
}

} // namespace

Descriptors fork_when_told(int socket) {
    populate();
    Order order;
    const Descriptors row = {handed, receive(socket, order)};
    if (row.count == 0) quit(0);
    reset_signals(order.launch.ignored); // our child inherits it
    if (const long refused = fork_as(order.launch, row); refused < 0)
        quit(static_cast<int>(-refused));

    // A `tare` that died before this does not read what comes next.
    sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    const wire::Message made = {.kind = wire::kForked};
    if (sys_again(__NR_write, socket, &made, sizeof made) < 0) quit(0);
    if (order.launch.waits != 0) wait(row.at(kReport));
    return row;
}

} // namespace tare::init
