#include "runtime/events.h"

#include "base/log.h"
#include "base/text.h"
#include "runtime/cgroup.h"
#include "runtime/liveness.h"
#include "runtime/resctrl.h"
#include "runtime/stats.h"
#include "runtime/store.h"
#include "sys/exit_info.h"
#include "sys/file.h"
#include "sys/process.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

// ---- What is watched

struct Watched {
    Record record;
    Fd init;
};

Result<Watched> open_watched(const Settings& settings, const std::string& id) {
    const StateDirectory directory = TRY(StateDirectory::open(settings, id));
    Record record = TRY(directory.read());
    Fd init = TRY(open_init(record));
    if (!init) return Failure({ESRCH, "container not running: " + id});
    if (record.cgroup.empty())
        return invalid("container " + id
                       + " has no cgroup of its own, from which its use would be known");
    return Watched{std::move(record), std::move(init)};
}

// Only its own interfaces: those of the host are not the container's use.
std::vector<spec::NetworkInterface> interfaces_of(pid_t pid) {
    const std::string process = "/proc/" + std::to_string(pid);
    struct stat theirs = {}, ours = {};
    if (::stat((process + "/ns/net").c_str(), &theirs) < 0 || ::stat("/proc/self/ns/net", &ours) < 0
        || theirs.st_ino == ours.st_ino)
        return {};
    constexpr std::size_t kMost = 4 << 20;
    const auto text = sys::read_file(process + "/net/dev", kMost);
    return text ? parse_interfaces(*text) : std::vector<spec::NetworkInterface>();
}

Result<spec::Stats> stats_of(const Watched& watched) {
    spec::Stats stats = TRY(read_stats(watched.record.cgroup));
    stats.network_interfaces = interfaces_of(watched.record.init.pid);
    if (const ResctrlGroups& groups = watched.record.resctrl; !groups.group.empty())
        stats.intel_rdt = TRY(read_resctrl_stats(groups));
    return stats;
}

// ---- What tells of changes

// A file that poll(2) reports with POLLPRI when it has changed.
struct Source {
    std::string resource; // of pressure; empty: memory.events
    Fd file;
};

// The kernel's Documentation/accounting/psi.rst, "Monitoring for pressure thresholds": some of the
// processes have waited so many microseconds within a second. Without privileges, or on kernels
// without PSI, there is nothing to watch.
struct Trigger {
    const char* resource;
    const char* text;
};
constexpr Trigger kTriggers[] = {{"memory", "some 100000 1000000"},
                                 {"io", "some 200000 1000000"},
                                 {"cpu", "some 500000 1000000"}};

Source open_trigger(const Fd& cgroup, const Trigger& trigger) {
    const std::string name = std::string(trigger.resource) + ".pressure";
    auto file = sys::open_at(cgroup, name, O_RDWR | O_NONBLOCK);
    if (file && ::write(file->get(), trigger.text, std::string_view(trigger.text).size() + 1) >= 0)
        return {trigger.resource, *std::move(file)};
    log::debug("events: " + name
               + " cannot be watched: " + (file ? errno_text(errno) : file.error().text));
    return {trigger.resource, Fd()};
}

std::vector<Source> open_sources(const std::string& path) {
    std::vector<Source> sources;
    const auto cgroup = sys::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!cgroup) return sources;
    if (auto events = sys::open_at(*cgroup, "memory.events", O_RDONLY))
        sources.push_back({"", *std::move(events)});
    for (const Trigger& trigger : kTriggers)
        sources.push_back(open_trigger(*cgroup, trigger));
    std::erase_if(sources, [](const Source& source) { return !source.file; });
    return sources;
}

std::int64_t now_ms() {
    timespec time = {};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
}

// ---- The loop

class Watch {
public:
    using Write = std::function<Status(const std::string& line)>;

    Watch(const Watched& watched, int interval_ms, const Write& write)
        : watched_(watched), interval_ms_(interval_ms), write_(write),
          sources_(open_sources(watched.record.cgroup)),
          oom_kills_(count_oom_kills(watched.record.cgroup)), next_(now_ms() + interval_ms) {
        for (const Source& source : sources_) // a change is one since the last read
            (void)reread(source);
    }

    Status run() {
        for (;;) {
            std::vector<pollfd> polled = {{.fd = watched_.init.get(), .events = POLLIN}};
            for (const Source& source : sources_)
                polled.push_back({.fd = source.file.get(), .events = POLLPRI});
            const auto left = std::max<std::int64_t>(next_ - now_ms(), 0);
            if (::poll(polled.data(), polled.size(), static_cast<int>(left)) < 0 && errno != EINTR)
                return sys_failure("poll");
            if (polled[0].revents != 0) return write_end();
            TRY(write_changes(polled));
            if (now_ms() >= next_) TRY(write_stats());
        }
    }

private:
    static std::string reread(const Source& source) {
        char text[4096];
        const ssize_t n = ::pread(source.file.get(), text, sizeof text, 0);
        return std::string(text, n > 0 ? static_cast<std::size_t>(n) : 0);
    }

    // A file with an error is watched no longer: else poll(2) would return at once for ever.
    Status write_changes(const std::vector<pollfd>& polled) {
        std::vector<Source> still;
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            const short events = polled[i + 1].revents;
            const std::string text = events != 0 ? reread(sources_[i]) : std::string();
            if ((events & POLLPRI) != 0) TRY(write_change(sources_[i], text));
            if (events == 0 || !text.empty()) still.push_back(std::move(sources_[i]));
        }
        sources_ = std::move(still);
        return {};
    }

    Status write_change(const Source& source, const std::string& text) {
        if (source.resource.empty()) return write_oom();
        const auto pressure = parse_pressure(text);
        return pressure ? write_(spec::write_pressure_event(id(), source.resource, *pressure))
                        : Status();
    }

    // memory.events changes for other reasons, too.
    Status write_oom() {
        const unsigned long kills = count_oom_kills(watched_.record.cgroup);
        const bool more = kills > oom_kills_;
        oom_kills_ = kills;
        return more ? write_(spec::write_oom_event(id())) : Status();
    }

    Status write_stats() {
        next_ = now_ms() + interval_ms_;
        const auto stats = stats_of(watched_);
        if (!stats && stats.error().code == ENOENT) return {}; // being deleted: the end comes next
        return stats ? write_(spec::write_stats_event(id(), *stats)) : Failure(stats.error());
    }

    Status write_end() {
        TRY(write_oom());
        return write_(spec::write_exit_event(
            id(), sys::exit_status(watched_.init, watched_.record.init.pid)));
    }

    const std::string& id() const { return watched_.record.id; }

    const Watched& watched_;
    const int interval_ms_;
    const Write& write_;
    std::vector<Source> sources_;
    unsigned long oom_kills_;
    std::int64_t next_;
};

} // namespace

Result<spec::Stats> stats(const Settings& settings, const std::string& id) {
    const Watched watched = TRY(open_watched(settings, id));
    return stats_of(watched);
}

Status watch(const Settings& settings, const std::string& id, int interval_ms,
             const std::function<Status(const std::string& line)>& write) {
    const Watched watched = TRY(open_watched(settings, id));
    return Watch(watched, interval_ms, write).run();
}

} // namespace tare::runtime
