#include "sys/missing_calls.h"

#include <cerrno>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tare::sys {

namespace {

// Asked with arguments that every kernel which has the call refuses at once.
struct Question {
    const char* name;
    long number;
    long arguments[5];
    bool wants_privilege = false; // looks for CAP_SYS_ADMIN first
};

constexpr long kNoFlags = 1L << 30; // a bit that is no flag of any of them

constexpr Question kQuestions[] = {
    {"clone3", SYS_clone3, {0, 0}},
    {"close_range", SYS_close_range, {2, 1, 0}},
    {"execveat", SYS_execveat, {-1, 0, 0, 0, kNoFlags}},
    {"fsconfig", SYS_fsconfig, {-1, 0, 0, 0, 0}},
    {"fsmount", SYS_fsmount, {-1, kNoFlags, 0}, true},
    {"fsopen", SYS_fsopen, {0, kNoFlags}, true},
    {"fspick", SYS_fspick, {-1, 0, kNoFlags}, true},
    {"memfd_create", SYS_memfd_create, {0, kNoFlags}},
    {"mount_setattr", SYS_mount_setattr, {-1, 0, kNoFlags, 0, 0}},
    {"move_mount", SYS_move_mount, {-1, 0, -1, 0, kNoFlags}, true},
    {"open_tree", SYS_open_tree, {-1, 0, kNoFlags}},
    {"openat2", SYS_openat2, {-1, 0, 0, 0}},
    {"pidfd_getfd", SYS_pidfd_getfd, {-1, 0, kNoFlags}},
    {"pidfd_open", SYS_pidfd_open, {-1, 0}},
    {"pidfd_send_signal", SYS_pidfd_send_signal, {-1, 0, 0, kNoFlags}},
    {"sched_setattr", SYS_sched_setattr, {-1, 0, 0}},
    {"seccomp", SYS_seccomp, {kNoFlags, 0, 0}},
    {"set_mempolicy", SYS_set_mempolicy, {kNoFlags, 0, 0}},
    {"setns", SYS_setns, {-1, 0}},
};

bool has_admin() {
    __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct data[2] = {};
    if (::syscall(SYS_capget, &header, data) < 0) return false;
    return (data[0].effective >> CAP_SYS_ADMIN & 1) != 0;
}

int answer(const Question& question) {
    const long* a = question.arguments;
    return ::syscall(question.number, a[0], a[1], a[2], a[3], a[4]) < 0 ? errno : 0;
}

} // namespace

std::string missing_calls_text(int code) {
    if (code != ENOSYS && code != EPERM) return {};
    const bool unprivileged = code == EPERM && !has_admin();
    std::string names;
    for (const Question& question : kQuestions)
        if (!(unprivileged && question.wants_privilege) && answer(question) == code)
            names += (names.empty() ? "" : ", ") + std::string(question.name);
    if (names.empty()) return {};
    return "; this kernel, or a seccomp filter around tare, lacks " + names;
}

} // namespace tare::sys
