#include "base/log.h"
#include "runtime/host.h"
#include "runtime/joining.h"
#include "runtime/liveness.h"
#include "runtime/outer_hooks.h"
#include "runtime/report.h"
#include "runtime/runtime.h"
#include "runtime/store.h"
#include "sys/file.h"

#include <csignal>

namespace tare::runtime {

namespace {

constexpr std::string_view kWho = "the process that mounts";

// A container that nobody else changes meanwhile.
struct Held {
    StateDirectory directory;
    Record record;
    sys::Child init;
};

Status check_status(const std::string& id, spec::Status status) {
    if (status == spec::Status::kRunning || status == spec::Status::kCreated) return {};
    const std::string hint = status == spec::Status::kPaused ? "; resume it first" : "";
    return invalid("cannot change the mounts of a container that is "
                   + std::string(spec::to_string(status)) + ": " + id + hint);
}

Result<Held> hold(const Settings& settings, const std::string& id) {
    StateDirectory directory = TRY(StateDirectory::open(settings, id));
    TRY(directory.lock());
    Record record = TRY(directory.read());
    Liveness now = TRY(look_at(directory, record));
    TRY(check_status(id, now.status));
    const pid_t pid = record.init.pid;
    return Held{std::move(directory), std::move(record), sys::Child{pid, std::move(now.init)}};
}

// Its end is the answer: a plan without kExec ends with status 0 when all is done. A container can
// freeze it by the cgroup that its init is in: it is awaited no longer than init lives.
Status await_end(Report& report, sys::Child& process, const Fd& init) {
    for (;;) {
        TRY(report.wait_beside(init).map_error(under(kWho)));
        const Report::Event event = TRY(report.next());
        if (event.kind == wire::kForked) {
            TRY(follow_fork(process, event.code));
            continue;
        }
        if (event.kind != 0) return sys_failure(std::string(kWho) + ": its report", EPROTO);
        const int status = TRY(sys::reap(process.pidfd));
        if (status == 0) return {};
        return Failure({ESRCH, std::string(kWho) + " was ended by somebody (wait status "
                                   + std::to_string(status)
                                   + "); look which mounts are there with exec"});
    }
}

Status perform(const Held& held, const plan::Plan& plan) {
    TRY(sys::close_on_exec_from(3));
    Launched launched =
        TRY(launch_into_container({.plan = plan, .record = held.record, .init = held.init}));
    Report report(std::move(launched.report), plan.steps);
    Status done = await_end(report, launched.init, held.init.pidfd);
    if (done) return {};
    sys::end_child(launched.init);
    if (sys::has_ended(held.init.pidfd))
        done.error().text += "; the container has stopped meanwhile";
    return done;
}

} // namespace

Status add_mounts(const Settings& settings, const MountsRequest& request) {
    const Held held = TRY(hold(settings, request.id));
    spec::Config config = TRY(read_stored_config(held.directory));
    config.mounts = request.list.mounts;
    const plan::HostFacts host = TRY(gather_host_facts(config));
    const plan::Options options = {.id = request.id, .bundle = held.record.bundle};
    const plan::Plan plan = TRY(plan::compile_mounts(config, request.list.origin, host, options));
    for (const std::string& warning : plan.warnings)
        log::warning(warning);
    return perform(held, plan);
}

Status remove_mounts(const Settings& settings, const MountsRequest& request) {
    const Held held = TRY(hold(settings, request.id));
    spec::Config config = TRY(read_stored_config(held.directory));
    config.mounts = request.list.mounts;
    const plan::HostFacts host = TRY(gather_host_facts(config));
    return perform(held, TRY(plan::compile_unmounts(config, request.list.origin, host)));
}

} // namespace tare::runtime
