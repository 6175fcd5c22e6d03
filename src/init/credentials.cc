#include "init/decimal.h"
#include "init/proc.h"
#include "init/report.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <csignal>
#include <cstring>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

namespace tare::init {

namespace {

using wire::Detail;

// Changed identities make the kernel forget both.
void protect_again(const Context& context) {
    sys(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (context.death_signal) sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

constexpr bool has(std::uint64_t set, unsigned capability) {
    return (set >> capability & 1) != 0;
}

// So that the container's process can open /dev/stdout again. Files and pipes only: a device node
// is the host's (chown of /dev/null was one of runc's bugs). Refusals mean that it is not ours.
void own_stdio(std::uint32_t uid) {
    for (int fd = 0; fd < 3; ++fd) {
        struct stat what = {};
        if (sys(__NR_fstat, fd, &what) < 0 || what.st_uid == uid) continue;
        if (S_ISREG(what.st_mode) || S_ISFIFO(what.st_mode)) sys(__NR_fchown, fd, uid, -1);
    }
}

// Whether our user namespace denies setgroups(2) for good: user_namespaces(7).
bool denies_groups(Context& context) {
    if (open_proc(context).refused()) return false;
    const Decimal pid(static_cast<unsigned long>(own_pid(context)));
    char path[40] = {}, text[4] = {};
    std::memcpy(path, pid.text, std::strlen(pid.text));
    std::memcpy(path + std::strlen(pid.text), "/setgroups", 10);
    const int file = open_in_proc(context, path, O_RDONLY);
    if (file < 0) return false;
    const long size = sys(__NR_read, file, text, sizeof text);
    discard(file);
    return size == sizeof text && std::memcmp(text, "deny", sizeof text) == 0;
}

} // namespace

Status groups(Context& context, const wire::Bytes& body) {
    const Plan::Array list = context.plan.bytes(body);
    const long set = sys(__NR_setgroups, list.size / 4, list.data);
    // None were asked for: then it is enough that there are none, or that they cannot be lost.
    if (set == -EPERM && list.size == 0)
        if (sys(__NR_getgroups, 0, nullptr) == 0 || denies_groups(context)) return {};
    return outcome(set);
}

Status bounding(const wire::Number& body) {
    constexpr unsigned kLastOfAll = 40; // CAP_CHECKPOINT_RESTORE: every kernel since 5.9 has it
    for (unsigned capability = 0; capability < 64; ++capability) {
        if (has(body.value, capability)) continue;
        const long dropped = sys(__NR_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
        if (dropped == -EINVAL && capability > kLastOfAll) return {}; // beyond the kernel's last
        if (dropped == -EPERM && sys(__NR_prctl, PR_CAPBSET_READ, capability, 0, 0, 0) == 0)
            continue;
        REQUIRE(outcome(dropped));
    }
    return {};
}

Status ids(const Context& context, const wire::Ids& body) {
    if (body.uid != 0) own_stdio(body.uid);
    if (body.uid != 0) REQUIRE(outcome(sys(__NR_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0)));
    REQUIRE(outcome(sys(__NR_setresgid, body.gid, body.gid, body.gid)));
    REQUIRE(outcome(sys(__NR_setresuid, body.uid, body.uid, body.uid)));
    if (body.uid != 0 || body.gid != 0) protect_again(context);
    return {};
}

Status capabilities(const wire::Capabilities& body) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    for (unsigned i = 0; i < 2; ++i)
        sets[i] = {static_cast<std::uint32_t>(body.effective >> (32 * i)),
                   static_cast<std::uint32_t>(body.permitted >> (32 * i)),
                   static_cast<std::uint32_t>(body.inheritable >> (32 * i))};
    REQUIRE(outcome(sys(__NR_capset, &header, sets)));
    // What is not inheritable has left the ambient set with that.
    if ((body.inheritable & ~body.ambient) != 0)
        REQUIRE(outcome(sys(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)));
    for (unsigned capability = 0; capability < 64; ++capability)
        if (has(body.ambient, capability))
            REQUIRE(
                outcome(sys(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)));
    return {};
}

Status no_new_privileges() {
    return outcome(sys(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

Status seccomp(Context& context, const wire::Seccomp& body) {
    settle(context);
    const Plan::Array program = context.plan.bytes(body.program);
    struct sock_fprog filter = {};
    filter.len = static_cast<unsigned short>(program.size / sizeof(struct sock_filter));
    filter.filter =
        const_cast<struct sock_filter*>(static_cast<const struct sock_filter*>(program.data));
    std::uint32_t flags = body.flags;
    if (body.notify != 0) flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
    const long set = sys(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
    REQUIRE(outcome(set, set == -ENOSYS ? Detail::kMissingSyscall : Detail::kNone));
    if (body.notify == 0) return {};
    const int listener = static_cast<int>(set);
    const Status passed = body.notify == wire::kTellListener
                              ? tell_descriptor(context, wire::kListener, listener)
                              : send_descriptor(context, wire::kListener, listener);
    close_now(listener);
    return passed;
}

} // namespace tare::init
