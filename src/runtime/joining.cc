#include "runtime/joining.h"

#include "runtime/exec_cgroup.h"
#include "runtime/systemd.h"
#include "sys/file.h"

#include <cerrno>
#include <fcntl.h>

namespace tare::runtime {

namespace {

// From a login session no user may put a process into a cgroup of his own manager: what is above
// both is not his. That manager may.
Result<Launched> launch_by_systemd(const JoinRequest& request, const std::string& cgroup) {
    Systemd systemd = TRY(Systemd::connect());
    const Record& record = request.record;
    const std::string below = cgroup.substr(record.cgroup.size());
    static const Fd none;
    return launch(
        {.plan = request.plan,
         .cgroup = none,
         .move_to_cgroup = [&](pid_t pid) { return systemd.attach(record.unit, below, pid); },
         .gate_in = none,
         .gate_out = none,
         .container = &request.init,
         .go_ahead = request.go_ahead,
         .keep_fds = request.keep_fds});
}

Result<Launched> launch_in(const JoinRequest& request, const std::string& cgroup) {
    Fd directory;
    if (!cgroup.empty())
        directory = TRY(sys::open_file(cgroup, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    static const Fd none;
    auto launched = launch({.plan = request.plan,
                            .cgroup = directory,
                            .cgroup_path = cgroup,
                            .gate_in = none,
                            .gate_out = none,
                            .container = &request.init,
                            .go_ahead = request.go_ahead,
                            .keep_fds = request.keep_fds,
                            .moves_in = request.moves_in});
    const bool may_not = !launched && launched.error().code == EACCES;
    if (may_not && !request.record.unit.empty()) return launch_by_systemd(request, cgroup);
    return launched;
}

} // namespace

Result<Launched> launch_into_container(const JoinRequest& request) {
    if (request.ahead != nullptr) {
        const wire::Header header = {.keep_fds = request.keep_fds, .go_ahead = request.go_ahead};
        if (auto launched = request.ahead->give(request.plan, header)) return *std::move(launched);
        request.ahead->end();
    }
    std::vector<std::string> cgroups =
        TRY(exec_cgroups(request.record, request.init.pidfd, request.cgroup));
    if (cgroups.empty()) cgroups.emplace_back(); // ours

    for (std::size_t i = 0;; ++i) {
        auto launched = launch_in(request, cgroups[i]);
        if (launched) return launched;
        if (i + 1 < cgroups.size() && is_unfit(launched.error().code)) continue;
        if (request.cgroup.empty()) return launched;
        return std::move(launched).map_error(under("--cgroup"));
    }
}

Status follow_fork(sys::Child& process, pid_t pid) {
    Fd pidfd = TRY(sys::open_pidfd(pid));
    // Who traces init says what he likes in its name.
    TRY(sys::check_own_child(pidfd).map_error(
        under("process " + std::to_string(pid) + ", as the in-container program reports")));
    TRY(sys::reap(process.pidfd));
    process = {pid, std::move(pidfd)};
    return {};
}

} // namespace tare::runtime
