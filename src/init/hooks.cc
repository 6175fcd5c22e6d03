#include "init/decimal.h"
#include "init/descriptors.h"
#include "init/proc.h"
#include "init/report.h"
#include "init/signals.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <linux/time_types.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>

namespace tare::init {

namespace {

using wire::Detail;

constexpr int kMonotonic = 1;

std::int64_t now_ms() {
    struct __kernel_timespec time = {};
    sys(__NR_clock_gettime, kMonotonic, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

// The hook's own process: argv, environment, the state on its stdin, and nothing else of ours.
struct Child {
    const char* path;
    char** args;
    char** env;
    int input;   // the read end of the state's pipe
    int refused; // where the errno of a failed exec goes
};

[[noreturn]] void become_hook(const Child& child) {
    sys(__NR_setpgid, 0, 0); // so that a timeout finds its children too
    set_default(SIGPIPE);
    sys(__NR_umask, 022);
    long failed = sys(__NR_dup3, child.input, 0, 0);
    if (failed >= 0) {
        // Preserved descriptors are the container's, not a hook's; all others are O_CLOEXEC.
        close_at_exec(3);
        failed = sys(__NR_execve, child.path, child.args, child.env);
    }
    const int code = static_cast<int>(-failed);
    sys(__NR_write, child.refused, &code, sizeof code);
    quit(127);
}

struct Running {
    long pid;
    long pidfd;            // -1 where the kernel has none
    std::int64_t deadline; // 0: none
};

// What is left of the timeout, for poll(2); 10 ms where only asking again tells that it has ended.
int patience(const Running& hook) {
    int wait = -1;
    if (hook.deadline != 0) {
        const std::int64_t left = hook.deadline - now_ms();
        wait = left <= 0 ? 0 : left > 60000 ? 60000 : static_cast<int>(left);
    }
    if (hook.pidfd < 0 && (wait < 0 || wait > 10)) wait = 10;
    return wait;
}

bool is_late(const Running& hook) {
    return hook.deadline != 0 && now_ms() >= hook.deadline;
}

Status kill_late(const Running& hook) {
    sys(__NR_kill, -hook.pid, SIGKILL);
    sys(__NR_kill, hook.pid, SIGKILL); // before it had a group of its own
    sys_again(__NR_wait4, hook.pid, nullptr, 0, nullptr);
    return {ETIMEDOUT, Detail::kHookTimeout};
}

bool has_ended(const Running& hook) {
    siginfo_t info = {};
    sys(__NR_waitid, P_PID, hook.pid, &info, WEXITED | WNOHANG | WNOWAIT, nullptr);
    return info.si_pid != 0;
}

// The state, which may be larger than the pipe and need not be read at all.
struct State {
    const char* part[3];
    unsigned at = 0;
};

bool write_some(int to, State& state) {
    while (state.at < 3) {
        const std::size_t size = std::strlen(state.part[state.at]);
        if (size == 0) {
            ++state.at;
            continue;
        }
        const long written = sys_again(__NR_write, to, state.part[state.at], size);
        if (written == -EAGAIN) return true;
        if (written < 0) return false; // EPIPE: it does not want to know
        state.part[state.at] += written;
    }
    return false;
}

// Feeds the hook and waits for its end.
Status attend(const Running& hook, int input, State& state) {
    bool feeding = true;
    while (!has_ended(hook)) {
        if (is_late(hook)) {
            close_now(input);
            return kill_late(hook);
        }
        if (feeding && !write_some(input, state)) {
            close_now(input);
            input = -1;
            feeding = false;
        }
        struct pollfd events[2] = {{static_cast<int>(hook.pidfd), POLLIN, 0}, {input, POLLOUT, 0}};
        struct __kernel_timespec time = {};
        const int wait = patience(hook);
        time.tv_sec = wait / 1000;
        time.tv_nsec = (wait % 1000) * 1000000L;
        sys(__NR_ppoll, events, 2, wait < 0 ? nullptr : &time, nullptr, 0);
    }
    close_now(input);
    int status = 0;
    sys_again(__NR_wait4, hook.pid, &status, 0, nullptr);
    if (status != 0) return {status, Detail::kHookExit};
    return {};
}

// Pointers for execve(2) in memory of their own, given back when the hook has ended.
struct Pointers {
    char** at = nullptr;
    std::size_t size = 0;
};

Pointers pointers(const Context& context, const wire::Hook& body, Child& child) {
    const Plan& plan = context.plan;
    const std::uint32_t args = plan.count(body.args), env = plan.count(body.env);
    Pointers memory;
    memory.size = (std::size_t{args} + env + 2) * sizeof(char*);
    const long mapped = sys(__NR_mmap, nullptr, memory.size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped < 0 && mapped > -4096) return memory;
    memory.at = reinterpret_cast<char**>(mapped);
    child.args = memory.at;
    child.env = memory.at + args + 1;
    for (std::uint32_t i = 0; i < args; ++i)
        child.args[i] = const_cast<char*>(plan.text(body.args, i));
    for (std::uint32_t i = 0; i < env; ++i)
        child.env[i] = const_cast<char*>(plan.text(body.env, i));
    if (body.inherits != 0 && context.env != nullptr) child.env = context.env;
    return memory;
}

Status run(const wire::Hook& body, Child& child, State& state) {
    int input[2], refused[2];
    REQUIRE(outcome(sys(__NR_pipe2, input, O_CLOEXEC)));
    REQUIRE(outcome(sys(__NR_pipe2, refused, O_CLOEXEC)));
    child.input = input[0];
    child.refused = refused[1];
    Running hook = {};
    if (body.timeout_ms != 0) hook.deadline = now_ms() + static_cast<std::int64_t>(body.timeout_ms);
    hook.pid = sys(__NR_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    REQUIRE(outcome(hook.pid));
    if (hook.pid == 0) become_hook(child);
    close_now(input[0]);
    close_now(refused[1]);
    int code = 0;
    const long told = sys_again(__NR_read, refused[0], &code, sizeof code);
    close_now(refused[0]);
    if (told == sizeof code) {
        close_now(input[1]);
        sys_again(__NR_wait4, hook.pid, nullptr, 0, nullptr);
        return {code};
    }
    sys(__NR_fcntl, input[1], F_SETFL, O_NONBLOCK);
    hook.pidfd = sys(__NR_pidfd_open, hook.pid, 0);
    const Status status = attend(hook, input[1], state);
    close_now(static_cast<int>(hook.pidfd));
    return status;
}

// Our pid as `tare` sees it; procfs knows where no message has told it yet.
long pid_for_state(Context& context) {
    if (context.pid != 0) return context.pid;
    return open_proc(context).refused() ? 0 : own_pid(context);
}

} // namespace

Status hook(Context& context, const wire::Hook& body) {
    const Plan& plan = context.plan;
    const Decimal pid(static_cast<unsigned long>(pid_for_state(context)));
    State state = {{plan.text(body.state_head), pid.text, plan.text(body.state_tail)}};
    Child child = {plan.text(body.path), nullptr, nullptr, -1, -1};
    const Pointers memory = pointers(context, body, child);
    if (memory.at == nullptr) return {ENOMEM};
    ignore(SIGPIPE);
    const Status status = run(body, child, state);
    set_default(SIGPIPE);
    sys(__NR_munmap, memory.at, memory.size);
    return status;
}

} // namespace tare::init
