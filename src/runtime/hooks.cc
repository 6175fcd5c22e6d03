#include "runtime/hooks.h"

#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "runtime/signal_mask.h"
#include "sys/child_signal.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/retry.h"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace tare::runtime {

namespace {

constexpr std::size_t kOutputCap = 4096;
// What a hook's last words may amount to beyond a full pipe, when others still write into it.
constexpr std::size_t kDrainCap = 1 << 20;

// While a hook runs: one that does not read its stdin must not kill us.
class HookSignals {
public:
    HookSignals() {
        pipe_ = ::signal(SIGPIPE, SIG_IGN);
        // a blocked signal waits for its time even if it is ignored
        mask_ = change_signal_mask(SIG_UNBLOCK, signal_bit(SIGPIPE));
    }
    ~HookSignals() {
        change_signal_mask(SIG_SETMASK, mask_);
        ::signal(SIGPIPE, pipe_);
    }
    HookSignals(const HookSignals&) = delete;
    HookSignals& operator=(const HookSignals&) = delete;

private:
    sighandler_t pipe_;
    SignalMask mask_;
};

struct Pipe {
    Fd read, write;
};

Result<Pipe> make_pipe() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) < 0) return sys_failure("pipe2");
    return Pipe{Fd(fds[0]), Fd(fds[1])};
}

std::vector<char*> c_strings(const std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    for (const std::string& string : strings)
        pointers.push_back(const_cast<char*>(string.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

// One hook at work: the process, and our ends of its three pipes.
class HookProcess {
public:
    static Result<HookProcess> start(const spec::Hook& hook, const std::string& directory);

    // Feeds and listens until it has exited, and reaps it; nullopt: the time was over.
    Result<std::optional<int>> finish(std::string_view input, std::optional<int> timeout_seconds);

    std::string output() const { return "stdout: " + shown(out_) + ", stderr: " + shown(err_); }

private:
    static std::string shown(const std::string& text);
    void feed(std::string_view& input);
    static void listen(Fd& pipe, std::string& text, std::size_t most);

    pid_t pid_ = -1;
    Fd pidfd_, to_stdin_, from_stdout_, from_stderr_;
    std::string out_, err_;
};

// posix_spawn(3) is vfork where it matters: nothing of ours is copied.
int spawn_hook(const spec::Hook& hook, const std::string& directory, const Fd (&stdio)[3],
               pid_t& pid) {
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    for (int fd = 0; fd < 3; ++fd)
        ::posix_spawn_file_actions_adddup2(&files, stdio[fd].get(), fd);
    ::posix_spawn_file_actions_addchdir_np(&files, directory.c_str());

    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none, defaults;
    ::sigemptyset(&none);
    ::sigemptyset(&defaults);
    ::sigaddset(&defaults, SIGPIPE);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &defaults);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK
                                                | POSIX_SPAWN_SETSIGDEF);

    const std::vector<std::string> path_alone = {hook.path};
    const auto args = c_strings(hook.args.empty() ? path_alone : hook.args);
    const auto given = hook.env ? c_strings(*hook.env) : std::vector<char*>();
    char* const* env = hook.env ? given.data() : environ; // as runc and crun
    const int problem =
        ::posix_spawn(&pid, hook.path.c_str(), &files, &attributes, args.data(), env);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
    return problem;
}

Result<HookProcess> HookProcess::start(const spec::Hook& hook, const std::string& directory) {
    Pipe in = TRY(make_pipe());
    Pipe out = TRY(make_pipe());
    Pipe err = TRY(make_pipe());
    for (const Fd* ours : {&in.write, &out.read, &err.read})
        TRY(sys::make_nonblocking(*ours));
    const Fd theirs[3] = {std::move(in.read), std::move(out.write), std::move(err.write)};

    sys::keep_ended_children();
    HookProcess process;
    if (const int problem = spawn_hook(hook, directory, theirs, process.pid_)) {
        if (::access(directory.c_str(), X_OK) < 0)
            return sys_failure("change to the directory " + quote(directory));
        return sys_failure("execute " + quote(hook.path), problem);
    }
    auto pidfd = sys::open_pidfd(process.pid_);
    if (!pidfd) {
        ::kill(-process.pid_, SIGKILL);
        ::waitpid(process.pid_, nullptr, 0);
        return Failure(pidfd.error());
    }
    process.pidfd_ = *std::move(pidfd);
    process.to_stdin_ = std::move(in.write);
    process.from_stdout_ = std::move(out.read);
    process.from_stderr_ = std::move(err.read);
    return process;
}

// One write; the pipe is closed when all is written, or when nobody reads: that is no error.
void HookProcess::feed(std::string_view& input) {
    const ssize_t n =
        sys::retry_eintr([&] { return ::write(to_stdin_.get(), input.data(), input.size()); });
    if (n > 0) input.remove_prefix(static_cast<std::size_t>(n));
    if (input.empty() || (n < 0 && errno != EAGAIN)) to_stdin_ = Fd();
}

// Whatever is there, at most `most` bytes; what exceeds the cap is read and dropped, so that the
// hook does not block.
void HookProcess::listen(Fd& pipe, std::string& text, std::size_t most) {
    char buffer[kOutputCap];
    for (std::size_t all = 0; pipe && all < most;) {
        const ssize_t n =
            sys::retry_eintr([&] { return ::read(pipe.get(), buffer, sizeof buffer); });
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            pipe = Fd();
            return;
        }
        all += static_cast<std::size_t>(n);
        const std::size_t room = kOutputCap + 1 - text.size(); // one more tells that it was cut
        text.append(buffer, std::min(room, static_cast<std::size_t>(n)));
    }
}

std::string HookProcess::shown(const std::string& text) {
    if (text.size() > kOutputCap) return text.substr(0, kOutputCap) + " [cut]";
    const std::size_t end = text.find_last_not_of('\n');
    return text.substr(0, end == text.npos ? 0 : end + 1);
}

std::int64_t now_ms() {
    timespec now = {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

Result<std::optional<int>> HookProcess::finish(std::string_view input,
                                               std::optional<int> timeout_seconds) {
    constexpr std::int64_t kForever = 1'000'000'000; // ms; poll(2) again after it
    const std::int64_t deadline =
        timeout_seconds ? now_ms() + std::int64_t{*timeout_seconds} * 1000 : 0;
    bool in_time = true;
    for (bool exited = false; !exited && in_time;) {
        const std::int64_t left = timeout_seconds ? deadline - now_ms() : kForever;
        pollfd fds[] = {{.fd = pidfd_.get(), .events = POLLIN},
                        {.fd = to_stdin_.get(), .events = POLLOUT},
                        {.fd = from_stdout_.get(), .events = POLLIN},
                        {.fd = from_stderr_.get(), .events = POLLIN}};
        const auto wait = static_cast<int>(std::clamp<std::int64_t>(left, 0, kForever));
        if (sys::retry_eintr([&] { return ::poll(fds, 4, wait); }) < 0) return sys_failure("poll");
        exited = fds[0].revents != 0;
        if (fds[1].revents != 0) feed(input);
        if (fds[2].revents != 0) listen(from_stdout_, out_, kOutputCap);
        if (fds[3].revents != 0) listen(from_stderr_, err_, kOutputCap);
        in_time = exited || left > 0;
    }
    if (!in_time) {
        ::kill(-pid_, SIGKILL);
        (void)sys::send_signal(pidfd_, SIGKILL); // it may have left its group
    }
    const int status = TRY(sys::reap(pidfd_));
    listen(from_stdout_, out_, kDrainCap);
    listen(from_stderr_, err_, kDrainCap);
    return in_time ? std::optional(status) : std::nullopt;
}

Status run_hook(const HookRun& run, const spec::Hook& hook) {
    HookProcess process = TRY(HookProcess::start(hook, run.directory));
    const std::optional<int> status = TRY(process.finish(run.state, hook.timeout));
    if (!status)
        return Failure({ETIMEDOUT, "timeout of " + std::to_string(*hook.timeout)
                                       + " s is over, killed, " + process.output()});
    if (WIFSIGNALED(*status))
        return invalid("killed by signal " + std::to_string(WTERMSIG(*status)) + ", "
                       + process.output());
    if (WEXITSTATUS(*status) != 0)
        return invalid("exit status " + std::to_string(WEXITSTATUS(*status)) + ", "
                       + process.output());
    return {};
}

std::string origin(std::string_view kind, std::size_t index) {
    const std::string name(kind), number = std::to_string(index);
    return "config.json#/hooks/" + name + "/" + number + ": error running " + name + " hook #"
           + number;
}

} // namespace

Status run_hooks(const HookRun& run, const std::vector<spec::Hook>& hooks) {
    if (hooks.empty()) return {};
    const HookSignals signals;
    TRY(sys::close_on_exec_from(3)); // what our caller left open is none of their business
    for (std::size_t i = 0; i < hooks.size(); ++i)
        TRY(run_hook(run, hooks[i]).map_error(under(origin(run.kind, i))));
    return {};
}

void run_hooks_regardless(const HookRun& run, const std::vector<spec::Hook>& hooks) {
    if (hooks.empty()) return;
    const HookSignals signals;
    if (const Status closed = sys::close_on_exec_from(3); !closed)
        log::warning("hooks: " + closed.error().text);
    for (std::size_t i = 0; i < hooks.size(); ++i)
        if (const Status status = run_hook(run, hooks[i]); !status)
            log::warning(origin(run.kind, i) + ": " + status.error().text);
}

} // namespace tare::runtime
