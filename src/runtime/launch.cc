#include "runtime/launch.h"

#include "base/text.h"
#include "runtime/id_maps.h"
#include "runtime/init_program.h"
#include "runtime/sources.h"
#include "sys/child_signal.h"
#include "sys/file.h"
#include "sys/namespace.h"
#include "sys/raw.h"
#include "sys/socket.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <iterator>
#include <linux/capability.h>
#include <linux/sched.h>
#include <optional>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <vector>

namespace tare::runtime {

namespace {

using sys::raw::call;
using sys::raw::pointer;

// Init closes so many by their numbers where the kernel has no better way: init/descriptors.cc.
constexpr int kDescriptorsEnd = 4096;

// What the child works from. It stays ours: the child shares our memory, and is done with it when
// it executes init.
struct ChildTask {
    int report = -1, our_end = -1, init = -1;
    bool waits = false; // for one message, before it goes on
    bool new_user_namespace = false;
    uid_t uid = 0; // with new_user_namespace
    gid_t gid = 0;
    std::vector<int> inherited; // everything else closes at the exec
    char plan_fd[12] = {};
};

// ---- The child: raw system calls only. sys/process.h says why.

void child_dies_with_us() {
    call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
}

// Our end is closed first: were we to die, it would keep the socket open.
void child_waits(const ChildTask& task) {
    call(SYS_close, task.our_end);
    wire::Message go;
    long size;
    do
        size = call(SYS_read, task.report, pointer(&go), sizeof go);
    while (size == -EINTR);
    if (size == sizeof go) return;
    child_fails(task.report, ChildCall::kWait, size < 0 ? size : -ECANCELED);
}

// Without a user 0 the exec of init would take all capabilities away: ambient ones stay. To become
// another takes none where no id is root's: capabilities(7).
void child_keeps_capabilities(const ChildTask& task) {
    __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct data[2] = {};
    long result = call(SYS_capget, pointer(&header), pointer(data));
    for (__user_cap_data_struct& half : data)
        half.inheritable = half.permitted;
    if (result >= 0) result = call(SYS_capset, pointer(&header), pointer(data));
    if (result < 0) child_fails(task.report, ChildCall::kRaiseCapabilities, result);
    for (long capability = 0;; ++capability)
        if (call(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability) < 0) return;
}

// Nobody whom the user namespace does not know may make a file: EOVERFLOW.
void child_takes_identity(const ChildTask& task) {
    long result = call(SYS_setresgid, task.gid, task.gid, task.gid);
    if (result < 0) child_fails(task.report, ChildCall::kSetGroupId, result);
    result = call(SYS_setresuid, task.uid, task.uid, task.uid);
    if (result < 0) child_fails(task.report, ChildCall::kSetUserId, result);
    child_dies_with_us(); // a change of identity clears it: prctl(2)
    if (task.uid != 0) child_keeps_capabilities(task);
}

void child_main(void* argument) {
    const ChildTask& task = *static_cast<const ChildTask*>(argument);
    child_dies_with_us();
    if (task.waits) child_waits(task);
    if (task.new_user_namespace) child_takes_identity(task);
    for (const int fd : task.inherited)
        if (const long result = call(SYS_fcntl, fd, F_SETFD, 0); result < 0)
            child_fails(task.report, ChildCall::kInherit, result);

    child_fails(task.report, ChildCall::kExecute, execute_init(task.init, task.plan_fd));
}

// ---- The parent

Result<ChildTask> make_task(const LaunchRequest& request, const std::vector<int>& slots,
                            const sys::SocketPair& sockets, const Fd& memory, const Fd& init) {
    const plan::Plan& plan = request.plan;
    ChildTask task = {.report = sockets.theirs.get(),
                      .our_end = sockets.ours.get(),
                      .init = init.get(),
                      .waits = plan.new_user_namespace || request.move_to_cgroup,
                      .new_user_namespace = plan.new_user_namespace,
                      .uid = plan.lowest_uid,
                      .gid = plan.lowest_gid};
    task.inherited = {sockets.theirs.get(), memory.get(), request.gate_in.get(),
                      request.gate_out.get()};
    task.inherited.insert(task.inherited.end(), slots.begin(), slots.end());
    std::erase(task.inherited, -1);
    if (std::ranges::max(task.inherited) >= kDescriptorsEnd)
        return invalid("config.json#/mounts: too many sources to be opened by the runtime: all "
                       "descriptors must be below "
                       + std::to_string(kDescriptorsEnd));
    std::snprintf(task.plan_fd, sizeof task.plan_fd, "%d", memory.get());
    return task;
}

std::string failed_clone_text(const LaunchRequest& request) {
    const plan::Plan& plan = request.plan;
    if (plan.is_exec && request.cgroup_path.empty()) return "make a process in the container";
    if (plan.is_exec)
        return "make a process in the container, in the cgroup " + quote(request.cgroup_path);
    std::string names;
    for (std::uint64_t left = plan.clone_flags; left != 0; left &= left - 1)
        names += (names.empty() ? "" : ", ") + std::string(sys::namespace_name(left & ~(left - 1)));
    std::string text =
        "config.json#/linux/namespaces: make a process in new namespaces (" + names + ")";
    if ((plan.clone_flags & CLONE_NEWUSER) != 0)
        text += "; are user namespaces allowed (sysctl user.max_user_namespaces, "
                "kernel.unprivileged_userns_clone)?";
    return text;
}

// Without clone3, and where it is to move in, the child does so afterwards, while it waits.
Result<sys::Child> clone_child(const LaunchRequest& request, ChildTask& task) {
    const plan::Plan& plan = request.plan;
    // A process that shares our memory enters a new time namespace only at its exec, and before
    // Linux 6.3 not even then.
    const std::uint64_t sharing = plan.unshare_time ? 0 : CLONE_VM;
    const std::uint64_t flags = plan.clone_flags | sharing;
    const auto context = under(failed_clone_text(request));

    if (!request.moves_in || !request.cgroup) {
        auto child =
            sys::spawn(flags | CLONE_CLEAR_SIGHAND, request.cgroup.get(), child_main, &task);
        if (child || (child.error().code != ENOSYS && child.error().code != EPERM))
            return std::move(child).map_error(context);
    }
    task.waits = true;
    auto classic = sys::spawn_classic(flags, child_main, &task);
    if (!classic) return std::move(classic).map_error(context);
    if (!request.cgroup) return classic;
    const Status moved =
        sys::write_control_at(request.cgroup, "cgroup.procs", std::to_string(classic->pid))
            .map_error(context);
    if (moved) return classic;
    sys::end_child(*classic);
    return Failure(moved.error());
}

Status raise_rlimits(pid_t pid, const std::vector<plan::RaisedRlimit>& limits) {
    for (const plan::RaisedRlimit& limit : limits) {
        const rlimit value = {.rlim_cur = limit.soft, .rlim_max = limit.hard};
        if (::prlimit(pid, static_cast<decltype(RLIMIT_CPU)>(limit.resource), &value, nullptr) < 0)
            return sys_failure(limit.origin + ": prlimit");
    }
    return {};
}

// What only a process outside the new namespaces can do for it.
Status set_up_child(const LaunchRequest& request, pid_t pid) {
    const plan::Plan& plan = request.plan;
    if (request.move_to_cgroup) TRY(request.move_to_cgroup(pid));
    if (plan.new_user_namespace)
        TRY(write_id_maps(pid, {.uid_map = plan.uid_map,
                                .gid_map = plan.gid_map,
                                .by_helper = plan.map_by_helper,
                                .deny_setgroups = plan.deny_setgroups})
                .map_error(under("config.json#/linux/uidMappings")));
    TRY(raise_rlimits(pid, plan.raised_rlimits));
    if (plan.oom_score_adj)
        TRY(sys::write_control("/proc/" + std::to_string(pid) + "/oom_score_adj",
                               std::to_string(*plan.oom_score_adj))
                .map_error(under(plan.oom_score_origin)));
    return {};
}

Status let_go(const Fd& report, pid_t pid) {
    const wire::Message go = {.kind = wire::kGo, .code = pid};
    if (::send(report.get(), &go, sizeof go, MSG_NOSIGNAL) < 0)
        return sys_failure("let the container's process go on");
    return {};
}

// Anything that fails after the clone must not leave the child behind.
Status finish_child(const LaunchRequest& request, bool waits, const sys::Child& child,
                    const Fd& report) {
    Status done = set_up_child(request, child.pid);
    if (done && waits) done = let_go(report, child.pid);
    if (!done) sys::end_child(child);
    return done;
}

// Our own CPUs while we clone, and back.
class Affinity {
public:
    Affinity() = default;
    ~Affinity() {
        if (!before_.empty()) (void)sys::set_affinity(before_);
    }
    Affinity(const Affinity&) = delete;
    Affinity& operator=(const Affinity&) = delete;

    Status set(const std::vector<std::uint64_t>& cpus) {
        if (cpus.empty()) return {};
        before_ = TRY(sys::own_affinity());
        return sys::set_affinity(cpus);
    }

private:
    std::vector<std::uint64_t> before_;
};

Result<sys::Child> clone_in_namespaces(const LaunchRequest& request, const Sources& sources,
                                       ChildTask& task) {
    sys::keep_ended_children();
    Affinity affinity;
    TRY(affinity.set(request.plan.initial_cpus).map_error(under(request.plan.initial_cpus_origin)));
    Visit visit;
    for (const Sources::Joined& ns : sources.joined())
        TRY(visit.enter(ns));
    if (request.plan.unshare_time)
        TRY(visit.unshare_time(request.plan.time_offsets)
                .map_error(under(request.plan.time_origin)));
    sys::Child child = TRY(clone_child(request, task));
    TRY(visit.leave());
    return child;
}

wire::Header header_of(const LaunchRequest& request) {
    return {.keep_fds = request.keep_fds, .go_ahead = request.go_ahead};
}

Result<Fd> plan_memory(const LaunchRequest& request, const wire::Header& header,
                       const std::vector<int>& slots) {
    return sys::sealed_memory("tare-plan", request.plan.steps.encode(header, slots), false);
}

// ---- An init that is there already

// It neither waits for id mappings and takes on an identity, nor goes through our other namespaces.
bool is_for_early_init(const plan::Plan& plan, const Sources& sources) {
    constexpr std::size_t kAlways = 5; // the plan, the report socket, two gates, the cgroup
    const std::size_t joins = sources.joined().size(), slots = sources.slots().size();
    return !plan.new_user_namespace && !plan.unshare_time && !plan.forks
           && plan.initial_cpus.empty() && joins < std::size(wire::Launch().joins)
           && kAlways + joins + slots <= wire::kMostDescriptors;
}

// The descriptors that go along with a Launch, each in its place.
class Row {
public:
    std::int32_t place(int fd) {
        if (fd < 0) return -1;
        numbers_.push_back(fd);
        return static_cast<std::int32_t>(numbers_.size() - 1);
    }
    void set_plan(const Fd& memory) { numbers_[0] = memory.get(); }
    const std::vector<int>& numbers() const { return numbers_; }

private:
    std::vector<int> numbers_ = {-1};
};

// Nothing where it could not make the process: the long way will tell why.
Result<std::optional<Launched>> launch_early(const LaunchRequest& request, const Sources& sources) {
    sys::SocketPair sockets = TRY(sys::socket_pair(SOCK_SEQPACKET));
    Row row;
    wire::Header header = header_of(request);
    header.report_fd = row.place(sockets.theirs.get());
    header.gate_in_fd = row.place(request.gate_in.get());
    header.gate_out_fd = row.place(request.gate_out.get());
    std::vector<int> slots = sources.slots();
    for (int& slot : slots)
        slot = row.place(slot);
    wire::Launch how = {.namespaces = request.plan.clone_flags,
                        .cgroup = row.place(request.cgroup.get()),
                        .waits = request.move_to_cgroup ? 1U : 0U};
    for (std::size_t i = 0; const Sources::Joined& ns : sources.joined())
        how.joins[i++] = {.type = ns.type, .ns = row.place(ns.file.get())};
    const Fd memory = TRY(plan_memory(request, header, slots));
    row.set_plan(memory);

    auto child = TRY(request.early->fork(how, row.numbers()));
    if (!child) return std::nullopt;
    sockets.theirs = Fd(); // what ends must show
    TRY(finish_child(request, how.waits != 0, *child, sockets.ours));
    return Launched{*std::move(child), std::move(sockets.ours)};
}

// ---- One of our own making

Result<Launched> launch_anew(const LaunchRequest& request, const Sources& sources) {
    const std::vector<int> slots = sources.slots();
    sys::SocketPair sockets = TRY(sys::socket_pair(SOCK_SEQPACKET));
    const Fd init = TRY(open_init_program());
    wire::Header header = header_of(request);
    header.report_fd = sockets.theirs.get();
    header.gate_in_fd = request.gate_in.get();
    header.gate_out_fd = request.gate_out.get();
    const Fd memory = TRY(plan_memory(request, header, slots));

    // It outlives us: the child may be at work when we have returned, and even when we exit.
    static ChildTask& task = *new ChildTask;
    task = TRY(make_task(request, slots, sockets, memory, init));
    sys::Child child = TRY(clone_in_namespaces(request, sources, task));
    TRY(finish_child(request, task.waits, child, sockets.ours));
    return Launched{std::move(child), std::move(sockets.ours)};
}

} // namespace

Result<Launched> launch(const LaunchRequest& request) {
    const Sources sources = TRY(Sources::open(request.plan, request.container));
    LaunchRequest anew = request;
    if (request.early != nullptr && *request.early) {
        if (is_for_early_init(request.plan, sources)) {
            if (auto launched = TRY(launch_early(request, sources))) return *std::move(launched);
            anew.moves_in = true;
        }
        request.early->end();
    }
    return launch_anew(anew, sources);
}

} // namespace tare::runtime
