#include "base/log.h"
#include "base/text.h"
#include "plan/detail.h"
#include "runtime/bundle.h"
#include "runtime/cgroup.h"
#include "runtime/liveness.h"
#include "runtime/notify_socket.h"
#include "runtime/outer_hooks.h"
#include "runtime/runtime.h"
#include "runtime/store.h"
#include "runtime/teardown.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/retry.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <unistd.h>

namespace tare::runtime {

namespace {

Failure cannot_start(const Record& record, spec::Status status) {
    switch (status) {
    case spec::Status::kStopped:
        return invalid("cannot start a container that has stopped: " + record.id);
    case spec::Status::kPaused:
        return invalid("cannot start a container that is paused: " + record.id
                       + "; resume it first");
    case spec::Status::kCreating:
        return invalid("cannot start a container that is still being created: " + record.id);
    default:
        return invalid("cannot start an already running container: " + record.id);
    }
}

struct Gate {
    Fd in, errors;
};

// Both are opened without waiting, since init may die at any time; from then on its death is the
// end of file.
Result<Gate> open_both(const StateDirectory& directory, const Record& record) {
    auto in = open_gate(directory);
    if (!in) {
        const spec::Status status = TRY(status_of(directory, record));
        // It was there to be opened after all: what refused it has passed.
        if (status == spec::Status::kCreated) return Failure(in.error());
        return cannot_start(record, status);
    }
    const bool frozen = record.cgroup.empty() ? false : TRY(is_frozen(record.cgroup));
    if (frozen) return cannot_start(record, spec::Status::kPaused); // it would never answer
    Fd errors = TRY(sys::open_at(directory.fd(), kGateErrors, O_RDONLY | O_NONBLOCK | O_NOFOLLOW));
    if (::fcntl(errors.get(), F_SETFL, O_RDONLY) < 0) return sys_failure("fcntl");
    return Gate{*std::move(in), std::move(errors)};
}

Status write_go(const Fd& gate, pid_t pid) {
    const wire::Message go = {.kind = wire::kGo, .code = pid};
    ::signal(SIGPIPE, SIG_IGN); // init may die meanwhile; what we run has default signals again
    if (::write(gate.get(), &go, sizeof go) < 0)
        return sys_failure("tell the container's init to go on");
    return {};
}

// The notes of the steps are needed only to say what failed, so only then they are compiled again.
// What the command line and environment of create added or left out (a keyring, the notify socket)
// is nothing that `start` knows, but it all lies before the gate: so it is counted from the end.
Error failure_of(const Settings& settings, const StateDirectory& directory, const Record& record,
                 const wire::Message& message, const plan::HookOutput& hook_output) {
    CreateRequest request = {.id = record.id, .bundle = record.bundle};
    request.config = directory.path() + "/config.json";
    const auto planned = plan_for(settings, request, true);
    static const plan::Steps nothing;
    if (!planned) return plan::describe(nothing, message, hook_output);
    const plan::Steps& steps = planned->plan.steps;
    wire::Message counted = message;
    if (record.steps != 0) counted.step += static_cast<std::uint32_t>(steps.count() - record.steps);
    return plan::describe(steps, counted, hook_output);
}

// Until init's execve has closed its end, or it has said why not.
Status read_outcome(const Settings& settings, const StateDirectory& directory, const Record& record,
                    const Fd& errors) {
    bool executing = false;
    plan::HookOutput hook_output;
    for (;;) {
        wire::Message message;
        const ssize_t n =
            sys::retry_eintr([&] { return ::read(errors.get(), &message, sizeof message); });
        if (n < 0) return sys_failure("read what the container's init reports");
        if (n == 0) break;
        if (n != sizeof message) return sys_failure("the report of the container's init", EPROTO);
        if (hook_output.take(message)) continue;
        if (message.kind == wire::kFailed)
            return Failure(failure_of(settings, directory, record, message, hook_output));
        if (message.kind == wire::kWarning)
            log::warning(failure_of(settings, directory, record, message, {}).text);
        if (message.kind == wire::kExecuting) executing = true;
    }
    if (executing) return {};
    return Failure({ESRCH, "the container's init died before it could execute the process"});
}

Status run_hooks_after_start(const StateDirectory& directory, const Record& record) {
    if (!record.has_hooks) return {};
    const spec::Config config = TRY(read_stored_config(directory));
    return run_poststart_hooks(record, config.hooks);
}

// None where the caller has none, or `create` had none: then nothing leads out of the container.
Result<std::optional<NotifyProxy>> open_notify(const StateDirectory& directory) {
    const std::string host = callers_notify_socket();
    if (host.empty()) return std::nullopt;
    if (::faccessat(directory.fd().get(), kNotifyDirectory, F_OK, 0) < 0 && errno == ENOENT)
        return std::nullopt;
    return TRY(NotifyProxy::open(directory.fd(), host));
}

// "poststart failure: start fails and the container is killed." Without a pid namespace of its own
// that takes its cgroup, which is another's where somebody has deleted the container meanwhile.
Status kill_after(StateDirectory& directory, const Record& record, Error cause) {
    const auto init = open_init(record);
    if (init && *init) (void)sys::send_signal(*init, SIGKILL);
    if (record.shares_pids && !record.cgroup.empty() && directory.lock()) {
        const Status killed = signal_cgroup(record.cgroup, SIGKILL);
        if (!killed) log::warning("kill what is left of the container: " + killed.error().text);
    }
    return Failure(std::move(cause));
}

} // namespace

Status start(const Settings& settings, const std::string& id) {
    StateDirectory directory = TRY(StateDirectory::open(settings, id));
    TRY(directory.lock());
    const Record record = TRY(directory.read());
    const Gate gate = TRY(open_both(directory, record));
    if (!record.has_process)
        return invalid("container " + id + " has no process to start: config.json#/process");

    std::optional<NotifyProxy> notify = TRY(open_notify(directory));
    TRY(write_go(gate.in, record.init.pid));
    TRY(read_outcome(settings, directory, record, gate.errors));
    TRY(directory.unlock()); // the container runs: hooks may use every command on it
    const Status hooks = run_hooks_after_start(directory, record);
    if (!hooks) return kill_after(directory, record, hooks.error());
    if (!notify) return {};
    const Fd init = TRY(open_init(record));
    TRY(notify->wait_ready(init, record.init.pid));
    return {};
}

} // namespace tare::runtime
