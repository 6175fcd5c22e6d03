#include "runtime/init_ahead.h"

#include "runtime/init_program.h"
#include "sys/file.h"
#include "sys/namespace.h"
#include "sys/socket.h"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

// It is in that pid namespace, with no CPUs but ours; it has one descriptor to join by, and nobody
// does anything for it from outside.
bool is_for(const plan::Plan& plan) {
    const auto by_pidfd = [](const plan::NamespaceFile& join) {
        return join.path.empty() && (!join.before_clone || join.type == CLONE_NEWPID);
    };
    return std::ranges::all_of(plan.joins, by_pidfd)
           && std::ranges::any_of(plan.joins, &plan::NamespaceFile::before_clone)
           && plan.root == wire::kNoSlot && plan.id_maps.empty() && plan.trees.empty()
           && !plan.new_user_namespace && !plan.unshare_time && !plan.forks
           && plan.initial_cpus.empty() && plan.raised_rlimits.empty() && !plan.oom_score_adj;
}

Result<sys::Child> spawn_in(const Fd& container, const std::string& cgroup, const Fd& socket) {
    Fd directory;
    if (!cgroup.empty())
        directory = TRY(sys::open_file(cgroup, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    TRY(sys::enter_namespace(container, CLONE_NEWPID));
    return spawn_init(
        {.mode = "ahead", .socket = socket, .other = container.get(), .cgroup = directory.get()});
}

} // namespace

InitAhead InitAhead::start(const sys::Child& container, const std::string& cgroup) {
    if (sys::effective_uid() != 0) return {};
    auto sockets = sys::socket_pair(SOCK_SEQPACKET);
    if (!sockets) return {};
    auto process = spawn_in(container.pidfd, cgroup, sockets->theirs);
    if (!process) return {};
    return {*std::move(process), std::move(sockets->ours), container.pidfd.get(),
            sockets->theirs.get()};
}

std::optional<Launched> InitAhead::give(const plan::Plan& plan, wire::Header header) {
    if (!ours_ || !is_for(plan)) return std::nullopt;
    header.report_fd = report_;
    header.ignored = ignored_;
    const std::string bytes =
        plan.steps.encode(header, std::vector<int>(plan.steps.slots(), container_));
    if (bytes.size() > wire::kMostSent) return std::nullopt;
    if (::send(ours_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) return std::nullopt;
    return Launched{std::move(process_), std::move(ours_)};
}

void InitAhead::end() {
    if (!ours_) return;
    ours_ = Fd();
    sys::end_child(process_);
}

} // namespace tare::runtime
