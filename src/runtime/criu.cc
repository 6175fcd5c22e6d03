#include "runtime/criu.h"

#include "base/log.h"
#include "base/text.h"
#include "sys/child_signal.h"
#include "sys/file.h"
#include "sys/raw.h"
#include "sys/retry.h"
#include "sys/socket.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

using sys::raw::call;
using sys::raw::pointer;

constexpr std::size_t kMostAnswer = 64 * 1024;
constexpr std::size_t kMostLog = 64u << 20;
constexpr int kCannotExecute = 127;
constexpr std::size_t kMostInherited = 32;

// What the child works from; it shares our memory until it executes criu.
struct Task {
    const char* program = nullptr;
    char** environment = nullptr;
    char socket_text[12] = {};
    int socket = -1;
    int inherited[kMostInherited] = {};
    std::size_t inherited_count = 0;
    bool dies_with_us = false, own_session = false;
    int parent = 0;
};

[[noreturn]] void child_ends() {
    for (;;)
        call(SYS_exit_group, kCannotExecute);
}

// Runs in the child, on our memory: raw system calls only. sys/process.h says why.
void child_main(void* argument) {
    const Task& task = *static_cast<const Task*>(argument);
    if (task.dies_with_us) {
        call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
        if (call(SYS_getppid) != task.parent) child_ends();
    }
    if (task.own_session) call(SYS_setsid);
    const std::uint64_t none = 0;
    call(SYS_rt_sigprocmask, SIG_SETMASK, pointer(&none), 0, sizeof none);
    call(SYS_fcntl, task.socket, F_SETFD, 0);
    for (std::size_t i = 0; i < task.inherited_count; ++i)
        call(SYS_fcntl, task.inherited[i], F_SETFD, 0);
    const char* args[] = {"criu", "swrk", task.socket_text, nullptr};
    call(SYS_execve, pointer(task.program), pointer(args), pointer(task.environment));
    child_ends();
}

// Without clone3 it moves to its cgroup afterwards: it does nothing before the first request.
Result<sys::Child> spawn(const CriuPlace& place, Task& task) {
    constexpr std::uint64_t flags = CLONE_VM;
    const int cgroup = place.cgroup != nullptr ? place.cgroup->get() : -1;
    auto child = sys::spawn(flags | CLONE_CLEAR_SIGHAND, cgroup, child_main, &task);
    if (child || (child.error().code != ENOSYS && child.error().code != EPERM)) return child;
    auto classic = sys::spawn_classic(flags, child_main, &task);
    if (!classic || cgroup < 0) return classic;
    const Status moved =
        sys::write_control_at(*place.cgroup, "cgroup.procs", std::to_string(classic->pid));
    if (moved) return classic;
    (void)sys::send_signal(classic->pidfd, SIGKILL);
    (void)sys::reap(classic->pidfd);
    return Failure(moved.error());
}

// "(00.263411) Error (criu/util.c:1534): rlimit: ..."
std::string_view without_time(std::string_view line) {
    if (!line.starts_with('(')) return line;
    const std::size_t end = line.find(") ");
    return end == line.npos ? line : line.substr(end + 2);
}

// True of every failed run, and of some that succeed.
bool tells_nothing(std::string_view line) {
    constexpr std::string_view kNoise[] = {"rlimit: Can't setup RLIMIT_NOFILE", "Dumping FAILED",
                                           "Restoring FAILED",
                                           "exited, status=", "killed by signal 9"};
    return std::ranges::any_of(
        kNoise, [line](std::string_view noise) { return line.find(noise) != line.npos; });
}

std::string with_code(const plan::CriuAnswer& answer) {
    std::string text = "criu failed";
    const std::string first = answer.text.substr(0, answer.text.find('\n'));
    if (!first.empty() && !tells_nothing(first)) text += ": " + first;
    if (answer.code != 0) text += ": " + errno_text(answer.code);
    return text;
}

} // namespace

bool has_program(std::string_view name) {
    const char* path = ::getenv("PATH");
    const std::string all = std::string(path != nullptr ? path : "") + ":/usr/sbin:/sbin:/usr/bin";
    return std::ranges::any_of(split(all, ':'), [name](std::string_view directory) {
        if (directory.empty()) return false;
        const std::string file = std::string(directory) + "/" + std::string(name);
        return ::access(file.c_str(), X_OK) == 0;
    });
}

// Managers clear the environment; what is left of $PATH may lack sbin, where Debian has criu.
Result<std::string> find_criu() {
    const char* path = ::getenv("PATH");
    const std::string all =
        std::string(path != nullptr ? path : "") + ":/usr/local/sbin:/usr/sbin:/sbin";
    for (const std::string_view directory : split(all, ':')) {
        if (!directory.starts_with('/')) continue;
        std::string file = std::string(directory) + "/criu";
        if (::access(file.c_str(), X_OK) == 0) return file;
    }
    return Failure({ENOENT, "criu is not installed: checkpoint and restore need the program 'criu' "
                            "in $PATH (package criu)"});
}

Result<Criu> Criu::start(const CriuPlace& place) {
    static Task task; // the child may still read it when we have returned
    static std::string program;
    program = TRY(find_criu());
    if (place.inherited.size() > kMostInherited)
        return invalid("more than " + std::to_string(kMostInherited) + " descriptors for criu");

    sys::keep_ended_children();
    sys::SocketPair sockets = TRY(sys::socket_pair(SOCK_SEQPACKET));
    task = {.program = program.c_str(),
            .environment = environ,
            .socket = sockets.theirs.get(),
            .dies_with_us = place.dies_with_us,
            .own_session = place.own_session,
            .parent = ::getpid()};
    std::snprintf(task.socket_text, sizeof task.socket_text, "%d", task.socket);
    std::ranges::copy(place.inherited, task.inherited);
    task.inherited_count = place.inherited.size();
    sys::Child child = TRY(spawn(place, task).map_error(under("start criu")));
    return Criu(std::move(child), std::move(sockets.ours));
}

Criu::~Criu() {
    if (child_.pidfd) (void)finish();
}

Status Criu::finish() {
    socket_ = Fd();
    const Fd pidfd = std::move(child_.pidfd);
    TRY(sys::reap(pidfd));
    return {};
}

Status Criu::send(std::string_view message) const {
    if (::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL) < 0)
        return sys_failure("ask criu");
    return {};
}

Status Criu::await_message(int watched) const {
    constexpr int kPatienceMs = 2000; // for what criu has to say about the death itself
    pollfd fds[] = {{.fd = socket_.get(), .events = POLLIN, .revents = 0},
                    {.fd = watched, .events = POLLIN, .revents = 0}};
    if (sys::retry_eintr([&] { return ::poll(fds, 2, -1); }) < 0) return sys_failure("poll");
    if (fds[0].revents != 0) return {};
    if (sys::retry_eintr([&] { return ::poll(fds, 1, kPatienceMs); }) > 0) return {};
    (void)sys::send_signal(child_.pidfd, SIGKILL);
    return Failure({ESRCH, "the container's init was killed before criu was done"});
}

Result<plan::CriuAnswer> Criu::call(std::string_view message, Stages* stages) {
    TRY(send(message));
    std::vector<char> buffer(kMostAnswer);
    Status refused;
    for (;;) {
        if (stages != nullptr) TRY(await_message(stages->watched()));
        sys::Received received = TRY(sys::receive(socket_, buffer.data(), buffer.size()));
        if (received.size == 0) return Failure({EPIPE, "criu ended without an answer"});
        plan::CriuAnswer answer = TRY(plan::decode_criu_answer({buffer.data(), received.size}));
        if (answer.call == static_cast<std::uint32_t>(plan::CriuCall::kNotify)) {
            log::debug("criu: " + answer.notification);
            if (refused && stages != nullptr)
                refused = stages->reached(answer, std::move(received.fd));
            TRY(send(plan::encode_criu_notify_answer(refused.has_value())));
            continue;
        }
        if (!refused) return Failure(refused.error());
        if (!answer.success)
            return Failure({answer.code != 0 ? answer.code : EIO, with_code(answer)});
        return answer;
    }
}

Result<plan::CriuFeatures> criu_features() {
    Criu criu = TRY(Criu::start({}));
    const plan::CriuAnswer answer = TRY(
        criu.call(plan::encode_criu_feature_check(), nullptr).map_error(under("criu's features")));
    return answer.features;
}

Result<unsigned> criu_version() {
    Criu criu = TRY(Criu::start({}));
    const plan::CriuAnswer answer = TRY(
        criu.call(plan::encode_criu_version_check(), nullptr).map_error(under("criu's version")));
    return answer.version;
}

std::vector<std::string> errors_of_log(std::string_view log, std::size_t most) {
    std::vector<std::string> found;
    for (const std::string_view line : split(log, '\n')) {
        if (found.size() == most) break;
        const std::string_view text = without_time(line);
        const std::size_t error = text.find("Error (");
        if (error != text.npos && !tells_nothing(text)) found.emplace_back(text.substr(error));
    }
    return found;
}

Error explain_with_log(Error cause, const std::string& directory, const std::string& log_file) {
    const std::string path = directory + "/" + log_file;
    const auto log = sys::read_file(path, kMostLog);
    if (!log) return cause;
    constexpr std::size_t kMostLines = 3;
    for (const std::string& line : errors_of_log(*log, kMostLines))
        if (cause.text.find(line) == std::string::npos) cause.text += "; " + line;
    cause.text += "; all of it is in " + quote(path);
    return cause;
}

} // namespace tare::runtime
