#include "sys/process.h"

#include "base/text.h"
#include "sys/file.h"
#include "sys/raw.h"
#include "sys/retry.h"

#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

namespace tare::sys {

namespace {

// One is enough: a process of ours never has two children before their exec.
alignas(16) char child_stack[16 * 1024];

// clone3 on another stack cannot be called through syscall(2): the child would return into a frame
// that it does not have.
long clone3_call(clone_args* args, void (*entry)(void*), void* argument) {
#if defined(__x86_64__)
    long result = SYS_clone3;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %4, %%rdi\n\t"
                     "call *%3\n\t"
                     "hlt\n"
                     "1:"
                     : "+a"(result)
                     : "D"(args), "S"(sizeof *args), "r"(entry), "r"(argument)
                     : "rcx", "r11", "memory");
    return result;
#else
    register long x8 __asm__("x8") = SYS_clone3;
    register long x0 __asm__("x0") = raw::pointer(args);
    register long x1 __asm__("x1") = sizeof *args;
    __asm__ volatile("svc 0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, xzr\n\t"
                     "mov x0, %3\n\t"
                     "blr %2\n\t"
                     "brk 1\n"
                     "1:"
                     : "+r"(x0)
                     : "r"(x1), "r"(entry), "r"(argument), "r"(x8)
                     : "x30", "memory");
    return x0;
#endif
}

struct Entry {
    void (*function)(void*);
    void* argument;
};

int call_entry(void* entry) {
    const auto* it = static_cast<Entry*>(entry);
    it->function(it->argument);
    return 1;
}

} // namespace

Result<Child> spawn(std::uint64_t flags, int cgroup_fd, void (*entry)(void*), void* argument) {
    int pidfd = -1;
    clone_args args = {};
    args.flags = flags | CLONE_PIDFD | (cgroup_fd >= 0 ? CLONE_INTO_CGROUP : 0);
    args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
    args.exit_signal = SIGCHLD;
    args.stack = reinterpret_cast<std::uintptr_t>(child_stack);
    args.stack_size = sizeof child_stack;
    args.cgroup = static_cast<std::uint64_t>(cgroup_fd < 0 ? 0 : cgroup_fd);

    const long pid = clone3_call(&args, entry, argument);
    if (pid < 0) return sys_failure("clone3", static_cast<int>(-pid));
    return Child{static_cast<pid_t>(pid), Fd(pidfd)};
}

Result<Child> spawn_classic(std::uint64_t flags, void (*entry)(void*), void* argument) {
    static Entry start; // the child reads it after we have returned
    start = {entry, argument};
    int pidfd = -1;
    const pid_t pid = ::clone(
        call_entry, child_stack + sizeof child_stack,
        static_cast<int>(static_cast<unsigned>(flags | CLONE_PIDFD | SIGCHLD)), &start, &pidfd);
    if (pid < 0) return sys_failure("clone");
    return Child{pid, Fd(pidfd)};
}

std::uint64_t ignored_signals() {
    constexpr std::string_view kName = "\nSigIgn:\t";
    const auto status = read_small_file("/proc/self/status");
    if (!status) return ~std::uint64_t{0};
    const std::size_t at = status->find(kName), digits = at + kName.size();
    // All of them must be there: a long list of groups in front may have cut them off.
    if (at == std::string::npos || status->size() < digits + 16) return ~std::uint64_t{0};
    return std::strtoull(status->c_str() + digits, nullptr, 16);
}

Result<Fd> open_pidfd(pid_t pid) {
    Fd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!fd) return sys_failure("pidfd_open of process " + std::to_string(pid));
    return fd;
}

Status send_signal(const Fd& pidfd, int signal) {
    if (::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) < 0)
        return sys_failure("send signal " + std::to_string(signal));
    return {};
}

void end_child(const Child& child) {
    (void)send_signal(child.pidfd, SIGKILL);
    (void)reap(child.pidfd);
}

bool has_ended(const Fd& pidfd) {
    return wait_for_end(pidfd, 0).value_or(false);
}

Result<bool> wait_for_end(const Fd& pidfd, int timeout_ms) {
    pollfd poll_fd = {.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    const int ready = retry_eintr([&] { return ::poll(&poll_fd, 1, timeout_ms); });
    if (ready < 0) return sys_failure("wait for the end of a process");
    return ready > 0;
}

Result<int> reap(const Fd& pidfd) {
    siginfo_t info = {};
    const auto id = static_cast<id_t>(pidfd.get());
    if (retry_eintr([&] { return ::waitid(static_cast<idtype_t>(P_PIDFD), id, &info, WEXITED); })
        < 0)
        return sys_failure("wait for the container's process");
    if (info.si_code == CLD_EXITED) return (info.si_status & 0xff) << 8;
    return info.si_status | (info.si_code == CLD_DUMPED ? 0x80 : 0);
}

Status check_own_child(const Fd& pidfd) {
    siginfo_t info = {};
    const auto id = static_cast<id_t>(pidfd.get());
    const int looked = retry_eintr([&] {
        return ::waitid(static_cast<idtype_t>(P_PIDFD), id, &info, WEXITED | WNOHANG | WNOWAIT);
    });
    if (looked < 0) return sys_failure("look whether it is a child of ours");
    return {};
}

int exit_code(int wait_status) {
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

uid_t effective_uid() {
    return static_cast<uid_t>(::getauxval(AT_EUID));
}

gid_t effective_gid() {
    return static_cast<gid_t>(::getauxval(AT_EGID));
}

// As the system calls, whose sets are as large as the kernel's: not as the C library, whose are
// not.
Result<std::vector<std::uint64_t>> own_affinity() {
    std::vector<std::uint64_t> cpus(1024); // 65,536 CPUs
    const long size =
        ::syscall(SYS_sched_getaffinity, 0, cpus.size() * sizeof cpus[0], cpus.data());
    if (size < 0) return sys_failure("sched_getaffinity");
    cpus.resize(static_cast<std::size_t>(size) / sizeof cpus[0]);
    return cpus;
}

Status set_affinity(const std::vector<std::uint64_t>& cpus) {
    if (::syscall(SYS_sched_setaffinity, 0, cpus.size() * sizeof cpus[0], cpus.data()) < 0)
        return sys_failure("sched_setaffinity");
    return {};
}

// The name, in parentheses, may hold anything: count from its last parenthesis.
std::optional<ProcessStat> parse_stat(std::string_view text) {
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string_view::npos || name_end + 3 > text.size()) return std::nullopt;
    const std::vector<std::string_view> fields = split(text.substr(name_end + 2), ' ');
    constexpr std::size_t kState = 0, kStartTime = 19; // fields 3 and 22, counted from 1
    if (fields.size() <= kStartTime || fields[kState].size() != 1) return std::nullopt;
    const auto start_time = parse_unsigned(fields[kStartTime]);
    if (!start_time) return std::nullopt;
    return ProcessStat{fields[kState][0], *start_time};
}

Result<ProcessStat> read_stat(pid_t pid) {
    const std::string path = "/proc/" + std::to_string(pid) + "/stat";
    const std::string text = TRY(read_small_file(path));
    const auto stat = parse_stat(text);
    if (!stat) return invalid("read " + quote(path) + ": not in the format of proc(5)");
    return *stat;
}

} // namespace tare::sys
