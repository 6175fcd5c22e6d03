#include "init/proc.h"
#include "init/report.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <csignal>
#include <cstring>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace tare::init {

namespace {

// A time namespace takes in nobody who shares his memory. Whom be_succeeded() left is about to end.
long join_alone(int ns, std::uint64_t types) {
    constexpr int kPatience = 10000;
    long joined;
    for (int i = 0; (joined = sys(__NR_setns, ns, types)) == -EUSERS && i < kPatience; ++i)
        sys(__NR_sched_yield);
    return joined;
}

} // namespace

Status join(Context& context, const wire::Join& body) {
    const bool mounts = (body.types & CLONE_NEWNS) != 0;
    if (mounts) REQUIRE(keep_proc(context)); // "/proc" is another's behind it
    const int ns = context.plan.slot(body.ns);
    REQUIRE(outcome(join_alone(ns, body.types)));
    if ((body.types & CLONE_NEWUSER) != 0) {
        // What we make from now on should be owned by somebody there. Refused where `tare` does not
        // know who is mapped; then the config's own ids come soon.
        sys(__NR_setresgid, body.gid, body.gid, body.gid);
        sys(__NR_setresuid, body.uid, body.uid, body.uid);
        sys(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
        if (context.death_signal) sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    }
    if (mounts && context.root < 0) {
        context.root = open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
        return outcome(context.root);
    }
    return {};
}

// In the session of our caller the container could reach its terminal. Refused to who leads one.
Status new_session() {
    const long session = sys(__NR_setsid);
    if (session == -EPERM && sys(__NR_getsid, 0) == sys(__NR_getpid)) return {};
    return outcome(session);
}

Status unshare(Context&, const wire::Unshare& body) {
    return outcome(sys(__NR_unshare, body.flags));
}

Status fork_once(Context& context, const wire::Fork& body) {
    if (body.last != 0) settle(context);
    // The child waits until we have told its pid, so that no message of its own comes first. With
    // an end of file, nobody knows of it.
    int told[2];
    REQUIRE(outcome(sys(__NR_pipe2, told, O_CLOEXEC)));
    const long pid = sys(__NR_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    REQUIRE(outcome(pid));
    if (pid != 0) {
        const wire::Message forked = {wire::kForked, context.step, static_cast<std::int32_t>(pid),
                                      0};
        long told_it = send(context, forked);
        if (told_it >= 0) told_it = sys_again(__NR_write, told[1], "", std::size_t{1});
        REQUIRE(outcome(told_it));
        quit(0);
    }
    sys(__NR_close, told[1]);
    char sign;
    const long heard = sys_again(__NR_read, told[0], &sign, sizeof sign);
    if (heard == 0) quit(1);
    REQUIRE(outcome(heard));
    sys(__NR_close, told[0]);
    REQUIRE(new_session());
    if (context.terminal) REQUIRE(outcome(sys(__NR_ioctl, 0, TIOCSCTTY, 0)));
    return outcome(sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
}

Status loopback_up() {
    const long socket = sys(__NR_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(outcome(socket));
    struct ifreq request = {};
    std::memcpy(request.ifr_name, "lo", 3);
    request.ifr_flags = IFF_UP;
    REQUIRE(outcome(sys(__NR_ioctl, socket, SIOCSIFFLAGS, &request)));
    discard(static_cast<int>(socket));
    return {};
}

Status enter_root(Context& context, const wire::EnterRoot& body) {
    REQUIRE(keep_proc(context)); // "/proc" is the container's behind it
    const int root = context.plan.slot(body.directory);
    REQUIRE(outcome(sys(__NR_fchdir, root)));
    REQUIRE(outcome(sys(__NR_chroot, ".")));
    context.root = root;
    return {};
}

} // namespace tare::init
