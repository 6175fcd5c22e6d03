#include "base/log.h"
#include "base/text.h"
#include "runtime/caller.h"
#include "runtime/console.h"
#include "runtime/exec_cgroup.h"
#include "runtime/exec_config.h"
#include "runtime/foreground.h"
#include "runtime/host.h"
#include "runtime/joining.h"
#include "runtime/launch.h"
#include "runtime/liveness.h"
#include "runtime/pid_file.h"
#include "runtime/report.h"
#include "runtime/resctrl.h"
#include "runtime/runtime.h"
#include "runtime/seccomp_listener.h"
#include "runtime/store.h"
#include "runtime/tracing.h"
#include "sys/file.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <unistd.h>
#include <utility>

namespace tare::runtime {

namespace {

constexpr std::string_view kWho = "the process";

// The container to be joined, as it is while we hold its lock.
struct Container {
    StateDirectory directory;
    Record record;
    spec::Status status;
    sys::Child init;
    bool has_tracer;
};

Status check_status(const ExecRequest& request, spec::Status status) {
    switch (status) {
    case spec::Status::kStopped:
        return invalid("cannot exec in a stopped container: " + request.id);
    case spec::Status::kCreating:
        return invalid("cannot exec in a container that is still being created: " + request.id);
    case spec::Status::kPaused:
        if (request.ignore_paused) return {};
        return invalid("cannot exec in a paused container (use --ignore-paused to override): "
                       + request.id);
    default:
        return {};
    }
}

Result<Container> find_container(const Settings& settings, const ExecRequest& request) {
    StateDirectory directory = TRY(StateDirectory::open(settings, request.id));
    TRY(directory.lock_shared());
    Record record = TRY(directory.read());
    Liveness now = TRY(look_at(directory, record));
    TRY(check_status(request, now.status));
    const pid_t pid = record.init.pid;
    const bool tracer = has_tracer(directory, record);
    return Container{std::move(directory), std::move(record), now.status,
                     sys::Child{pid, std::move(now.init)}, tracer};
}

constexpr const char* kProcess = "--process";
constexpr const char* kStandardInput = "-";

// Before there is an init that waits for us: it may be a FIFO.
Result<std::string> read_process_file(const ExecRequest& request) {
    if (request.process_file.empty()) return std::string();
    if (request.process_file == kStandardInput) {
        Fd input(STDIN_FILENO);
        auto text = sys::read_all(input, json::kMaxBytes, "--process: standard input");
        input.release(); // it was never ours
        return text;
    }
    return sys::read_file(request.process_file, json::kMaxBytes).map_error(under(kProcess));
}

//   text  of the process file, if there is one
Result<plan::ExecWishes> read_wishes(const ExecRequest& request, const std::string& text) {
    plan::ExecWishes wishes = request.wishes;
    const std::string& path = request.process_file;
    if (path.empty()) return wishes;
    wishes.file_name =
        path == kStandardInput ? "(standard input)" : path.substr(path.rfind('/') + 1);
    wishes.file = TRY(spec::read_process(text, wishes.file_name).map_error(under(kProcess)));
    return wishes;
}

Result<plan::Plan> plan_exec(const Settings& settings, const ExecRequest& request,
                             const std::string& process_file, const Container& container) {
    ConfigAndFilter read = TRY(read_exec_config(settings, container.directory));
    spec::Config& config = read.config;
    const plan::ExecWishes wishes = TRY(read_wishes(request, process_file));
    plan::ExecProcess chosen = TRY(plan::choose_process(config.process, wishes));
    config.process = std::move(chosen.process);

    const plan::HostFacts host = TRY(gather_host_facts(config));
    const PassedFds passed = passed_fds(request.preserve_fds);
    const plan::Options options = {.id = request.id,
                                   .no_new_keyring = container.record.no_new_keyring,
                                   .listen_fds = passed.listening,
                                   .hides_init = container.has_tracer,
                                   .has_gate = false};
    for (const std::string& warning : chosen.warnings)
        log::warning(warning);
    const auto& filter = read.filter;
    plan::Plan plan =
        TRY(plan::compile_exec(config, chosen.origin, host, options, filter ? &*filter : nullptr));
    TRY(check_terminal(plan.terminal, chosen.origin.of("terminal"), !request.detach,
                       request.console_socket));
    return plan;
}

// None where the process goes other ways than most.
InitAhead start_ahead(const ExecRequest& request, const Container& container) {
    const Record& record = container.record;
    if (record.shares_pids || container.has_tracer || !request.cgroup.empty()) return {};
    const auto cgroups = exec_cgroups(record, container.init.pidfd, {});
    if (!cgroups) return {};
    return InitAhead::start(container.init, cgroups->empty() ? std::string() : cgroups->front());
}

// ---- The ladder

class Execution {
public:
    //   ahead  none: the second attempt, whose process is not born into its cgroup
    Execution(Container& container, const ExecRequest& request, const plan::Plan& plan,
              InitAhead* ahead, const Receivers& receivers, Foreground* foreground)
        : container_(container), request_(request), plan_(plan), ahead_(ahead),
          receivers_(receivers), foreground_(foreground), report_(Fd(), plan.steps) {}

    // Until the process runs. A failure leaves nothing behind.
    Status start() {
        TRY(launch_init());
        const Status running = bring_up();
        if (!running) kill();
        return running;
    }

    // The result is the exit status; 0 where nobody waits.
    Result<int> wait() {
        if (foreground_ == nullptr) return 0;
        std::function<Status()> first;
        if (asks_later()) first = [this] { return await(); };
        auto status = foreground_->wait(process_.pidfd, nullptr, first);
        if (!status) kill();
        return status;
    }

private:
    Status launch_init();
    bool goes_ahead() const;
    // Whether it executes: not before we have to know, for to be woken costs the process time.
    bool asks_later() const { return foreground_ != nullptr && goes_ahead(); }
    Status bring_up();
    Status await();
    void kill();
    bool is_due(std::uint32_t kind);
    Status converse();
    Status place_console(Fd master);
    Status pass_listener(Report::Event event);

    Container& container_;
    const ExecRequest& request_;
    const plan::Plan& plan_;
    InitAhead* ahead_;
    const Receivers& receivers_;
    Foreground* foreground_;
    sys::Child process_;
    Report report_;
    bool fork_is_due_ = plan_.forks, console_is_due_ = plan_.terminal;
    bool listener_is_due_ = !plan_.seccomp_listener_path.empty();
};

Status Execution::launch_init() {
    Launched launched =
        TRY(launch_into_container({.plan = plan_,
                                   .record = container_.record,
                                   .init = container_.init,
                                   .cgroup = request_.cgroup,
                                   .go_ahead = goes_ahead(),
                                   .keep_fds = passed_fds(request_.preserve_fds).count(),
                                   .ahead = ahead_,
                                   .moves_in = ahead_ == nullptr}));
    process_ = std::move(launched.init);
    report_ = Report(std::move(launched.report), plan_.steps);
    return {};
}

// As in create: it need not tell us that it is ready, where we then have nothing to do.
bool Execution::goes_ahead() const {
    return plan_.is_autonomous() && !receivers_.pidfd && request_.pid_file.empty();
}

Status Execution::bring_up() {
    TRY(container_.directory.unlock()); // the process is in the cgroup: whoever deletes finds it
    if (!goes_ahead()) TRY(converse());
    TRY(join_resctrl(container_.record.resctrl, process_.pid));
    if (receivers_.pidfd) TRY(send_pidfd(receivers_.pidfd, process_.pidfd));
    if (!request_.pid_file.empty()) TRY(write_pid_file(request_.pid_file, process_.pid));
    TRY(report_.go(process_.pid));
    return asks_later() ? Status() : await();
}

Status Execution::await() {
    return await_exec(report_, kWho, process_.pidfd);
}

void Execution::kill() {
    sys::end_child(process_);
}

// Who traces init may speak for it as soon as it has forked.
bool Execution::is_due(std::uint32_t kind) {
    switch (kind) {
    case wire::kForked:
        return std::exchange(fork_is_due_, false);
    case wire::kConsoleFd:
        return std::exchange(console_is_due_, false);
    case wire::kListener:
        return std::exchange(listener_is_due_, false);
    case wire::kReadyNow:
        return !fork_is_due_;
    default:
        return kind == 0;
    }
}

// Until init has done everything but the execve.
Status Execution::converse() {
    for (;;) {
        Report::Event event = TRY(report_.next());
        if (!is_due(event.kind))
            return invalid("the in-container program reports " + std::to_string(event.kind)
                           + " out of its turn");
        switch (event.kind) {
        case wire::kForked:
            TRY(follow_fork(process_, event.code));
            break;
        case wire::kConsoleFd:
            TRY(place_console(std::move(event.fd)));
            break;
        case wire::kListener:
            TRY(pass_listener(std::move(event)));
            break;
        case wire::kReadyNow:
            return {};
        default:
            return died_early(kWho, process_.pidfd);
        }
    }
}

Status Execution::place_console(Fd master) {
    if (foreground_ != nullptr) return foreground_->set_console(std::move(master));
    TRY(check_pty_master(master));
    return send_console(receivers_.console, master);
}

Status Execution::pass_listener(Report::Event event) {
    const bool waits = TRY(complete_listener(event, process_.pidfd));
    TRY(send_seccomp_listener({.path = plan_.seccomp_listener_path,
                               .metadata = plan_.seccomp_listener_metadata,
                               .pid = process_.pid},
                              state_of(container_.record, container_.status), event.fd));
    return waits ? report_.go(process_.pid) : Status();
}

// What a dying init has lost may be missing before its end can be seen.
bool has_stopped(const Container& container, const Error& error) {
    constexpr int kDyingMs = 200;
    const int patience = error.code == ESRCH ? kDyingMs : 0;
    return sys::wait_for_end(container.init.pidfd, patience).value_or(false);
}

} // namespace

Result<int> exec(const Settings& settings, const ExecRequest& request) {
    const PassedFds passed = passed_fds(request.preserve_fds);
    TRY(check_passed_fds(passed));
    TRY(sys::close_on_exec_from(3 + passed.count()));
    Container container = TRY(find_container(settings, request));
    const std::string process_file = TRY(read_process_file(request));
    InitAhead ahead = start_ahead(request, container);
    const plan::Plan plan = TRY(plan_exec(settings, request, process_file, container));
    for (const std::string& warning : plan.warnings)
        log::warning(warning);
    if (plan.may_trace && !container.has_tracer) TRY(remember_tracer(container.directory));
    Receivers receivers = TRY(connect_receivers(request.console_socket, request.pidfd_socket));

    // Not before: until here nothing is made that a signal could leave behind, as the init ahead
    // dies with us.
    std::optional<Foreground> foreground;
    if (!request.detach) foreground.emplace().hold_signals();
    const auto attempt = [&](InitAhead* first) -> Result<int> {
        Execution execution(container, request, plan, first, receivers,
                            foreground ? &*foreground : nullptr);
        TRY(execution.start());
        return execution.wait();
    };
    const bool was_ahead = static_cast<bool>(ahead);
    auto status = attempt(&ahead);
    if (status) return status;
    // Killed at its birth, as far as we know (LaunchRequest): it has executed nothing.
    const bool stopped = has_stopped(container, status.error());
    if (was_ahead && !stopped && status.error().code == ESRCH && container.directory.lock_shared())
        status = attempt(nullptr);
    return std::move(status).map_error([&](Error error) {
        if (stopped || has_stopped(container, error))
            error.text += "; the container has stopped meanwhile";
        return error;
    });
}

} // namespace tare::runtime
