#include "runtime/creation.h"

#include "base/log.h"
#include "base/text.h"
#include "plan/namespaces.h"
#include "runtime/caller.h"
#include "runtime/cgroup.h"
#include "runtime/console.h"
#include "runtime/joining.h"
#include "runtime/launch.h"
#include "runtime/liveness.h"
#include "runtime/net_devices.h"
#include "runtime/notify_socket.h"
#include "runtime/outer_hooks.h"
#include "runtime/pid_file.h"
#include "runtime/resctrl.h"
#include "runtime/seccomp_listener.h"
#include "runtime/teardown.h"
#include "runtime/unit.h"
#include "spec/runtime/version.h"
#include "sys/file.h"
#include "sys/mount.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

constexpr std::string_view kInit = "the container's init";

// RFC 3339 with nanoseconds.
std::string now() {
    timespec time = {};
    ::syscall(SYS_clock_gettime, CLOCK_REALTIME, &time); // once: the vDSO would have to be found
    tm utc = {};
    ::gmtime_r(&time.tv_sec, &utc);
    char text[64];
    const std::size_t n = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    std::snprintf(text + n, sizeof text - n, ".%09ldZ", time.tv_nsec);
    return text;
}

// ---- Before anything is made

// Pipes and files that the container gets from our caller.
std::vector<std::string> outer_stdio() {
    std::vector<std::string> streams;
    for (int fd = 0; fd < 3; ++fd)
        streams.push_back(sys::name_of_stream(fd));
    const bool any = std::ranges::any_of(streams, [](const auto& name) { return !name.empty(); });
    return any ? streams : std::vector<std::string>();
}

// ---- The ladder

class Creation {
public:
    Creation(Created& container, const CreateRequest& request, const CreationMode& mode,
             Receivers receivers, std::optional<Systemd> systemd, EarlyInit early)
        : c_(container), request_(request), mode_(mode), receivers_(std::move(receivers)),
          systemd_(std::move(systemd)), early_(std::move(early)) {}

    Status build() {
        TRY(check_cgroup());
        TRY(c_.directory.write(c_.record)); // intent, before the first kernel object
        TRY(make_gate());
        TRY(make_notify());
        TRY(enter_cgroup());
        if (has_early_hooks()) TRY(rule_devices());
        if (plan().resctrl) TRY(make_resctrl(*plan().resctrl, c_.record.resctrl));
        TRY(launch_init());
        TRY(remember_init()); // this and the next while init is at work
        if (!has_early_hooks()) TRY(rule_devices());
        if (goes_ahead()) return let_go();
        TRY(converse());
        return announce();
    }

private:
    const plan::Plan& plan() const { return c_.planned.plan; }
    const spec::Hooks& hooks() const { return c_.planned.bundle.config().hooks; }
    bool meets_for_hooks() const {
        return !hooks().prestart.empty() || !hooks().create_runtime.empty();
    }

    // They run in the container before init has to meet us.
    bool has_early_hooks() const { return !hooks().create_container.empty(); }

    Status check_cgroup();
    Status make_gate();
    Status make_notify();
    Status enter_cgroup();
    Status rule_devices();
    Status enter_unit_with(pid_t pid);
    void disown_cgroup();
    Status launch_init();
    Status remember_init();
    bool goes_ahead() const;
    Status let_go();
    Status converse();
    Status follow_fork(pid_t pid);
    Status place_console(Fd master);
    Status pass_listener(Report::Event event);
    Status announce();

    Created& c_;
    const CreateRequest& request_;
    const CreationMode& mode_;
    Receivers receivers_;
    std::optional<Systemd> systemd_;
    EarlyInit early_;
    Fd cgroup_, gate_in_, gate_out_;
};

Status Creation::check_cgroup() {
    if (c_.record.cgroup.empty()) return {};
    Status unused = check_cgroup_unused(c_.record.cgroup);
    if (!unused) disown_cgroup();
    return std::move(unused).map_error(under(plan().cgroup.origin));
}

// Opened for both directions, so that init never sees the end of a file that nobody writes yet.
Status Creation::make_gate() {
    if (!mode_.has_gate) return {};
    const Fd& dir = c_.directory.fd();
    TRY(sys::make_fifo_at(dir, kGateNotReady, 0600));
    TRY(sys::make_fifo_at(dir, kGateErrors, 0600));
    gate_in_ = TRY(sys::open_at(dir, kGateNotReady, O_RDWR));
    gate_out_ = TRY(sys::open_at(dir, kGateErrors, O_RDWR));
    return {};
}

Status Creation::make_notify() {
    if (c_.planned.notify_socket.empty()) return {};
    return make_notify_directory(c_.directory.fd());
}

// A cgroup that could not be made has been taken away again, as far as it is ours.
Status Creation::enter_cgroup() {
    if (c_.record.cgroup.empty() || systemd_) return {};
    auto made = make_cgroup(c_.record.cgroup, plan().cgroup);
    if (!made) disown_cgroup();
    cgroup_ = TRY(std::move(made));
    return {};
}

// Init itself makes devices that no rule may forbid. What it executes does so only once we have let
// it go; a container whose creator dies before that cannot be started.
Status Creation::rule_devices() {
    return cgroup_ ? attach_devices(cgroup_, plan().cgroup) : Status();
}

Status Creation::enter_unit_with(pid_t pid) {
    Status entered = enter_unit(*systemd_, plan().cgroup, c_.record.cgroup, pid);
    if (!entered && entered.error().code == EEXIST) disown_cgroup();
    systemd_.reset();
    return entered;
}

// It is somebody else's: nothing of it may be taken away.
void Creation::disown_cgroup() {
    c_.record.cgroup.clear();
    c_.record.unit.clear();
}

Status Creation::launch_init() {
    std::function<Status(pid_t)> move_to_cgroup;
    if (systemd_) move_to_cgroup = [this](pid_t pid) { return enter_unit_with(pid); };
    Launched launched = TRY(launch({.plan = plan(),
                                    .cgroup = cgroup_,
                                    .move_to_cgroup = std::move(move_to_cgroup),
                                    .gate_in = gate_in_,
                                    .gate_out = gate_out_,
                                    .go_ahead = goes_ahead(),
                                    .keep_fds = passed_fds(request_.preserve_fds).count(),
                                    .early = &early_}));
    c_.init = std::move(launched.init);
    c_.report = Report(std::move(launched.report), plan().steps);
    gate_in_ = Fd(); // init's now: as long as we held them, its death would not show
    gate_out_ = Fd();
    return {};
}

// A config file beside the record: exec, start and delete need it when the bundle may be gone.
Status Creation::remember_init() {
    c_.record.init = TRY(identify(c_.init));
    TRY(join_resctrl(c_.record.resctrl, c_.init.pid)
            .map_error(under("config.json#/linux/intelRdt")));
    c_.record.ready = !c_.record.has_gate && !meets_for_hooks();
    if (!c_.config_copied)
        TRY(sys::create_file_at(c_.directory.fd(), "config.json", c_.planned.bundle.text, 0600)
                .map_error(under("state directory " + quote(c_.directory.path()))));
    c_.config_copied = true;
    return c_.directory.write(c_.record);
}

// Where nothing is left to be done once init is ready, it need not tell us, nor wait for us.
bool Creation::goes_ahead() const {
    const bool has_watchers =
        receivers_.pidfd || !request_.pid_file.empty() || !c_.planned.notify_socket.empty();
    return !mode_.has_gate && !has_watchers && c_.record.has_process && plan().is_autonomous();
}

Status Creation::let_go() {
    c_.let_go = true;
    return c_.report.go(c_.init.pid);
}

// Until init is ready.
Status Creation::converse() {
    for (;;) {
        Report::Event event = TRY(c_.report.next());
        switch (event.kind) {
        case wire::kForked:
            TRY(follow_fork(event.code));
            break;
        case wire::kConsoleFd:
            TRY(place_console(std::move(event.fd)));
            break;
        case wire::kListener:
            TRY(pass_listener(std::move(event)));
            break;
        case wire::kInNamespaces:
            TRY(move_net_devices(plan().net_devices, c_.init.pid));
            TRY(c_.report.go(c_.init.pid));
            break;
        case wire::kSynced:
            TRY(run_runtime_hooks(c_.record, hooks()));
            TRY(c_.report.go(c_.init.pid));
            break;
        case wire::kReadyNow:
            return {};
        case 0:
            return died_early(kInit, c_.init.pidfd);
        default:
            return invalid("the container's init reports " + std::to_string(event.kind)
                           + ", which means nothing");
        }
    }
}

Status Creation::follow_fork(pid_t pid) {
    TRY(runtime::follow_fork(c_.init, pid));
    return remember_init();
}

Status Creation::place_console(Fd master) {
    if (mode_.foreground != nullptr) return mode_.foreground->set_console(std::move(master));
    TRY(check_pty_master(master));
    return send_console(receivers_.console, master);
}

Status Creation::pass_listener(Report::Event event) {
    const bool waits = TRY(complete_listener(event, c_.init.pidfd));
    TRY(send_seccomp_listener({.path = plan().seccomp_listener_path,
                               .metadata = plan().seccomp_listener_metadata,
                               .pid = c_.init.pid},
                              state_of(c_.record, spec::Status::kCreating), event.fd));
    return waits ? c_.report.go(c_.init.pid) : Status();
}

// From here on the others may know.
Status Creation::announce() {
    const int dir = c_.directory.fd().get();
    if (c_.record.has_gate) {
        if (::renameat(dir, kGateNotReady, dir, kGate) < 0) return sys_failure("open the gate");
    } else if (!c_.record.ready) {
        c_.record.ready = true;
        TRY(c_.directory.write(c_.record));
    }
    if (receivers_.pidfd) TRY(send_pidfd(receivers_.pidfd, c_.init.pidfd));
    if (!request_.pid_file.empty()) TRY(write_pid_file(request_.pid_file, c_.init.pid));
    return {};
}

void warn_of_reach(const Record& record) {
    if (!record.cgroup.empty() || !record.shares_pids) return;
    log::warning("the container has neither a cgroup nor a pid namespace of its own: what its init "
                 "leaves behind can be neither found nor killed");
}

} // namespace

Result<Record> intent(const Settings& settings, const CreateRequest& request, bool has_gate,
                      const PlannedBundle& planned) {
    const spec::Config& config = planned.bundle.config();
    Record record = {.oci_version = std::string(spec::kVersion),
                     .id = request.id,
                     .bundle = planned.bundle.path,
                     .rootfs = planned.bundle.rootfs,
                     .created = now(),
                     .annotations = config.annotations,
                     .owner = sys::effective_uid()};
    record.boot_id = TRY(boot_id());
    record.resctrl = TRY(locate_resctrl(settings, planned.plan.resctrl));
    record.has_gate = has_gate;
    record.steps = planned.plan.steps.count();
    if (!planned.plan.terminal) record.stdio = outer_stdio();
    record.has_process = config.process.has_value();
    record.has_hooks = !config.hooks.poststart.empty() || !config.hooks.poststop.empty();
    record.no_new_keyring = request.no_new_keyring;
    record.shares_pids = !config.linux_ || !plan::is_new(*config.linux_, spec::NamespaceType::kPid);
    record.may_trace = planned.plan.may_trace;
    if (!config.linux_ || !plan::is_own(*config.linux_, spec::NamespaceType::kMount))
        record.mount_below =
            TRY(sys::mount_id(planned.bundle.rootfs).map_error(under("config.json#/root/path")));
    return record;
}

Status find_place(const Settings& settings, const plan::CgroupPlan& plan, Record& record,
                  std::optional<Systemd>& systemd) {
    if (!plan.unit) {
        record.cgroup = TRY(locate_cgroup(settings, plan, record.id));
        return {};
    }
    systemd = TRY(Systemd::connect());
    record.unit = plan.unit->name;
    record.cgroup = TRY(locate_unit(*systemd, *plan.unit));
    return {};
}

Result<std::unique_ptr<Created>>
make_container(const Settings& settings, const CreateRequest& request, const CreationMode& mode) {
    TRY(check_id(request.id));
    const PassedFds passed = passed_fds(request.preserve_fds);
    TRY(check_passed_fds(passed));
    EarlyInit early = TRY(EarlyInit::start(passed.count()));
    Bundle bundle = TRY(read_bundle(settings, request));
    early.unshare(plan::namespaces_ahead(bundle.config()));
    PlannedBundle planned = TRY(plan_for(settings, request, std::move(bundle), mode.has_gate));
    TRY(check_terminal(planned.plan.terminal, "config.json#/process/terminal",
                       mode.foreground != nullptr, request.console_socket));
    Receivers receivers = TRY(connect_receivers(request.console_socket, request.pidfd_socket));
    for (const std::string& warning : planned.plan.warnings)
        log::warning(warning);
    Record record = TRY(intent(settings, request, mode.has_gate, planned));
    std::optional<Systemd> systemd;
    TRY(find_place(settings, planned.plan.cgroup, record, systemd));
    warn_of_reach(record);

    if (mode.foreground != nullptr) mode.foreground->hold_signals();
    StateDirectory directory = TRY(StateDirectory::claim(settings, request.id));
    auto container =
        std::make_unique<Created>(std::move(planned), std::move(directory), std::move(record));
    const Status built = Creation(*container, request, mode, std::move(receivers),
                                  std::move(systemd), std::move(early))
                             .build();
    if (!built) return undo(*container, built.error());
    return container;
}

Status await_exec(Created& container) {
    return await_exec(container.report, kInit, container.init.pidfd);
}

Failure undo(Created& container, Error cause) {
    if (!container.record.cgroup.empty() && count_oom_kills(container.record.cgroup) > 0)
        cause.text += "; the container has run out of memory: is its limit too low?";
    const Status gone = tear_down(container.directory, container.record, container.init.pidfd);
    if (!gone) log::warning("clean up after the failure: " + gone.error().text);
    // runtime.md, "Lifecycle": what a failing hook ends goes on with the poststop hooks.
    if (container.record.init.pid > 0)
        run_poststop_hooks(container.record, container.planned.bundle.config().hooks);
    return Failure(std::move(cause));
}

} // namespace tare::runtime
