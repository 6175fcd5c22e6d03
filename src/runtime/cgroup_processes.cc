#include "runtime/cgroup.h"

#include "base/text.h"
#include "sys/directory.h"
#include "sys/file.h"
#include "sys/process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

constexpr std::size_t kMaxProcs = 64u << 20; // of cgroup.procs: some seven million processes
constexpr int kPollMs = 50; // between looks where the kernel cannot tell: old ones, tests

std::int64_t now_ms() {
    timespec time = {};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
}

bool is_gone(const Error& error) {
    return error.code == ENOENT || error.code == ENODEV;
}

// A container that has been given its cgroup can close it even to whom it belongs: chmod(2).
template <class Act>
auto even_if_closed(const std::string& path, const Act& act) {
    auto done = act();
    if (done || done.error().code != EACCES || ::chmod(path.c_str(), 0755) < 0) return done;
    for (const char* file : {"cgroup.events", "cgroup.freeze", "cgroup.kill", "cgroup.procs"})
        ::chmod((path + "/" + file).c_str(), 0644);
    return act();
}

// cgroup.procs of a threaded cgroup cannot be read: its processes are listed further up.
Status add_processes(const Fd& parent, const std::string& file, std::vector<pid_t>& pids) {
    auto text = sys::read_file_at(parent, file, kMaxProcs);
    if (!text && text.error().code == EACCES
        && ::fchmodat(parent.get(), file.c_str(), 0644, 0) == 0)
        text = sys::read_file_at(parent, file, kMaxProcs);
    if (!text && text.error().code == EOPNOTSUPP) return {};
    if (!text) return Failure(text.error());
    for (const std::string_view line : split(*text, '\n'))
        if (const auto pid = parse_unsigned(line); pid && *pid != 0) // 0: of an outer pid namespace
            pids.push_back(static_cast<pid_t>(*pid));
    return {};
}

// Waits for the next change of cgroup.events, which the kernel announces as POLLPRI.
void wait_for_event(const Fd& events, std::int64_t deadline) {
    const auto left = static_cast<int>(std::clamp<std::int64_t>(deadline - now_ms(), 0, kPollMs));
    pollfd poll = {.fd = events.get(), .events = POLLPRI};
    ::poll(&poll, events ? 1 : 0, left);
}

// Until `line` is in cgroup.events, or the cgroup is gone. False: not in time.
Result<bool> wait_for(const std::string& path, std::string_view line, std::int64_t deadline) {
    for (;;) {
        auto file =
            even_if_closed(path, [&] { return sys::open_file(path + "/cgroup.events", O_RDONLY); });
        if (!file && is_gone(file.error())) return true;
        const Fd events = TRY(std::move(file));
        const auto text = sys::read_all(events, 4096, "cgroup.events");
        if (!text && is_gone(text.error())) return true;
        if (text && text->find(line) != std::string::npos) return true;
        if (now_ms() >= deadline) return false;
        wait_for_event(events, deadline);
    }
}

// A pid may be that of another process by the time the signal is sent. So hold each process by a
// pidfd, look again, and signal only those that were in the cgroup all the time.
Status signal_each(const std::string& path, int signal) {
    const std::vector<pid_t> pids = TRY(list_cgroup(path));
    std::vector<std::pair<pid_t, Fd>> processes;
    for (const pid_t pid : pids) {
        auto process = sys::open_pidfd(pid);
        if (process) processes.emplace_back(pid, *std::move(process));
    }
    const std::vector<pid_t> still = TRY(list_cgroup(path));
    for (const auto& [pid, process] : processes) {
        if (std::ranges::find(still, pid) == still.end()) continue;
        const Status sent = sys::send_signal(process, signal);
        if (!sent && sent.error().code != ESRCH) return sent;
    }
    return {};
}

// Before Linux 5.14 there is no cgroup.kill: frozen processes cannot fork away from us, and take
// the signal as soon as they go on. Those that do not freeze in time are signalled all the same:
// whoever waits for the end looks again.
Status kill_without_help(const std::string& path) {
    (void)freeze_cgroup(path, true, 1000);
    const Status sent = signal_each(path, SIGKILL);
    (void)freeze_cgroup(path, false, 1000);
    if (!sent && is_gone(sent.error())) return {};
    return sent;
}

Status kill_all(const std::string& path) {
    const Status killed =
        even_if_closed(path, [&] { return sys::write_control(path + "/cgroup.kill", "1"); });
    if (killed || !is_gone(killed.error())) return killed;
    if (sys::check_writable(path) == ENOENT) return {};
    return kill_without_help(path);
}

Status remove_tree(const std::string& path) {
    return sys::visit_cgroups(path, [](const Fd& parent, const std::string& name) -> Status {
        if (::unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) == 0) return {};
        return sys_failure("rmdir " + quote(name));
    });
}

Failure still_busy(const std::string& path, Error error) {
    const auto pids = list_cgroup(path);
    if (pids && !pids->empty())
        error.text += " (" + std::to_string(pids->size()) + " processes do not end, the first is "
                      + std::to_string(pids->front()) + ")";
    return Failure(std::move(error));
}

std::string value_in(const std::string& path, std::string_view key) {
    const auto text = sys::read_small_file(path);
    if (!text) return {};
    for (const std::string_view line : split(*text, '\n'))
        if (line.starts_with(key) && line.substr(key.size()).starts_with(' '))
            return std::string(line.substr(key.size() + 1));
    return {};
}

} // namespace

Result<std::vector<pid_t>> list_cgroup(const std::string& path) {
    std::vector<pid_t> pids;
    TRY(sys::visit_cgroups(path, [&](const Fd& parent, const std::string& name) {
        return add_processes(parent, name + "/cgroup.procs", pids);
    }));
    return pids;
}

Status signal_cgroup(const std::string& path, int signal) {
    return signal == SIGKILL ? kill_all(path) : signal_each(path, signal);
}

Status remove_cgroup(const std::string& path, int timeout_ms) {
    Status removed = sys::remove_directory(path);
    if (removed || removed.error().code != EBUSY) return removed;
    const std::int64_t deadline = now_ms() + timeout_ms;
    for (;;) {
        TRY(kill_all(path));
        const bool empty = TRY(wait_for(path, "populated 0", deadline));
        removed = remove_tree(path);
        if (removed || removed.error().code != EBUSY) return removed;
        if (now_ms() >= deadline) return still_busy(path, removed.error());
        if (empty) wait_for_event(Fd(), deadline); // somebody moved in, or made another one
    }
}

Status freeze_cgroup(const std::string& path, bool frozen, int timeout_ms) {
    TRY(sys::write_control(path + "/cgroup.freeze", frozen ? "1" : "0"));
    const auto done = wait_for(path, frozen ? "frozen 1" : "frozen 0", now_ms() + timeout_ms);
    if (done && *done) return {};
    if (frozen) (void)sys::write_control(path + "/cgroup.freeze", "0"); // all of them or none
    if (!done) return Failure(done.error());
    return Failure({ETIMEDOUT, std::string(frozen ? "freeze " : "thaw ") + quote(path)
                                   + ": not done after " + std::to_string(timeout_ms) + " ms"});
}

Result<bool> is_frozen(const std::string& path) {
    const auto text =
        even_if_closed(path, [&] { return sys::read_small_file(path + "/cgroup.freeze"); });
    if (text) return text->starts_with('1');
    if (text.error().code == ENOENT || text.error().code == ENODEV) return false;
    return Failure(text.error());
}

unsigned long count_oom_kills(const std::string& path) {
    return parse_unsigned(value_in(path + "/memory.events", "oom_kill")).value_or(0);
}

} // namespace tare::runtime
