#include "init/decimal.h"
#include "init/descriptors.h"
#include "init/hook_output.h"
#include "init/proc.h"
#include "init/report.h"
#include "init/signals.h"
#include "init/steps.h"
#include "init/syscall.h"
#include "plan/wire.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <initializer_list>
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
    int stdio[3]; // its ends of three pipes
    int refused;  // where the errno of a failed exec goes
};

[[noreturn]] void become_hook(const Child& child) {
    sys(__NR_setpgid, 0, 0); // so that a timeout finds its children too
    set_default(SIGPIPE);
    sys(__NR_umask, 022);
    long failed = 0;
    for (int fd = 0; fd < 3 && failed >= 0; ++fd)
        failed = sys(__NR_dup3, child.stdio[fd], fd, 0);
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

// Our ends of its pipes.
struct Streams {
    int input = -1; // -1: it has the state, or does not want it
    HookOutput out, err;
};

// Waits for something to happen, and takes what the hook says. False: it said nothing.
bool listen_to(const Running& hook, Streams& streams, int wait) {
    struct pollfd events[4] = {{static_cast<int>(hook.pidfd), POLLIN, 0},
                               {streams.input, POLLOUT, 0},
                               {streams.out.pipe, POLLIN, 0},
                               {streams.err.pipe, POLLIN, 0}};
    struct __kernel_timespec time = {};
    time.tv_sec = wait / 1000;
    time.tv_nsec = (wait % 1000) * 1000000L;
    sys(__NR_ppoll, events, 4, wait < 0 ? nullptr : &time, nullptr, 0);
    if (events[2].revents != 0) listen(streams.out);
    if (events[3].revents != 0) listen(streams.err);
    return events[2].revents != 0 || events[3].revents != 0;
}

// Feeds the hook and waits for its end.
Status attend(const Running& hook, Streams& streams, State& state) {
    while (!has_ended(hook)) {
        if (is_late(hook)) return kill_late(hook);
        if (streams.input >= 0 && !write_some(streams.input, state)) {
            close_now(streams.input);
            streams.input = -1;
        }
        listen_to(hook, streams, patience(hook));
    }
    int status = 0;
    sys_again(__NR_wait4, hook.pid, &status, 0, nullptr);
    if (status != 0) return {status, Detail::kHookExit};
    return {};
}

// A daemon that the hook has left behind may hold its streams, and go on writing.
void tell_output(const Context& context, const Running& hook, Streams& streams) {
    constexpr int kMostReads = 1024;
    for (int i = 0; i < kMostReads && listen_to(hook, streams, 0); ++i)
        continue;
    tell(context, wire::kHookStdout, streams.out);
    tell(context, wire::kHookStderr, streams.err);
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

// The errno of an execve(2) that failed; 0: it did not.
int refusal(int pipe) {
    int code = 0;
    const long told = sys_again(__NR_read, pipe, &code, sizeof code);
    close_now(pipe);
    return told == sizeof code ? code : 0;
}

Status follow(const Context& context, Running& hook, Streams& streams, State& state) {
    sys(__NR_fcntl, streams.input, F_SETFL, O_NONBLOCK);
    hook.pidfd = sys(__NR_pidfd_open, hook.pid, 0);
    const Status status = attend(hook, streams, state);
    if (status.refused()) tell_output(context, hook, streams);
    close_now(static_cast<int>(hook.pidfd));
    return status;
}

// The pipes are in the order of the hook's descriptors, with a fourth for the errno.
Status run(const Context& context, const wire::Hook& body, Child& child, State& state) {
    int pipes[4][2];
    for (int(&ends)[2] : pipes)
        REQUIRE(outcome(sys(__NR_pipe2, ends, O_CLOEXEC)));
    const int theirs[4] = {pipes[0][0], pipes[1][1], pipes[2][1], pipes[3][1]};
    std::memcpy(child.stdio, theirs, sizeof child.stdio);
    child.refused = theirs[3];
    Running hook = {};
    if (body.timeout_ms != 0) hook.deadline = now_ms() + static_cast<std::int64_t>(body.timeout_ms);
    hook.pid = sys(__NR_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    REQUIRE(outcome(hook.pid));
    if (hook.pid == 0) become_hook(child);
    for (const int fd : theirs)
        close_now(fd);
    Streams streams;
    streams.input = pipes[0][1];
    streams.out.pipe = pipes[1][0];
    streams.err.pipe = pipes[2][0];
    Status status = {refusal(pipes[3][0])};
    if (status.refused())
        sys_again(__NR_wait4, hook.pid, nullptr, 0, nullptr);
    else
        status = follow(context, hook, streams, state);
    for (const int fd : {streams.input, streams.out.pipe, streams.err.pipe})
        close_now(fd);
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
    Child child = {plan.text(body.path), nullptr, nullptr, {-1, -1, -1}, -1};
    const Pointers memory = pointers(context, body, child);
    if (memory.at == nullptr) return {ENOMEM};
    ignore(SIGPIPE);
    const Status status = run(context, body, child, state);
    set_default(SIGPIPE);
    sys(__NR_munmap, memory.at, memory.size);
    return status;
}

} // namespace tare::init
