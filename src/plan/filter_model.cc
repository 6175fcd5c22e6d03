#include "plan/filter_model.h"

#include "plan/classic_bpf.h"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

namespace tare::plan {

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kOwnArch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kOwnArch = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kOwnArch = 0; // nothing is let through that a filter decides by it
#endif

} // namespace

bool lets_through(const SeccompProgram& program, const ModelledCall& call) {
    seccomp_data data = {};
    data.nr = static_cast<int>(call.number);
    data.arch = kOwnArch;
    std::copy(std::begin(call.args), std::end(call.args), std::begin(data.args));
    const auto result = run_filter(program.filter, data);
    const bool allowed = result == SECCOMP_RET_ALLOW, logged = result == SECCOMP_RET_LOG;
    return allowed || logged;
}

bool lets_init_fork(const SeccompProgram& program, bool with_terminal) {
    static constexpr ModelledCall kCalls[] = {
        {__NR_pipe2, {0, O_CLOEXEC}},
        {__NR_clone, {CLONE_PARENT | SIGCHLD}},
        {__NR_write, {3}},
        {__NR_read, {3}},
        {__NR_close, {3}},
        {__NR_exit_group},
        {__NR_setsid},
        {__NR_prctl, {PR_SET_PDEATHSIG, SIGKILL}},
        {__NR_prctl, {PR_SET_PDEATHSIG}},
        {__NR_execve},
    };
    if (with_terminal && !lets_through(program, {__NR_ioctl, {0, TIOCSCTTY}})) return false;
    return std::ranges::all_of(
        kCalls, [&](const ModelledCall& call) { return lets_through(program, call); });
}

} // namespace tare::plan
