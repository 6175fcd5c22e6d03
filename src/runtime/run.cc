#include "base/log.h"
#include "runtime/creation.h"
#include "runtime/notify_socket.h"
#include "runtime/outer_hooks.h"
#include "runtime/runtime.h"
#include "runtime/teardown.h"
#include "sys/process.h"

#include <csignal>
#include <optional>

namespace tare::runtime {

namespace {

const spec::Hooks& hooks_of(const Created& container) {
    return container.planned.bundle.config().hooks;
}

// The rest of start: from the ready init to a process that runs.
Status let_run(Created& container) {
    if (!container.let_go) TRY(container.report.go(container.init.pid));
    TRY(await_exec(container));
    return container.directory.unlock();
}

// As `delete` does; somebody may have done it before us.
//   init  nothing when it has ended
Status remove_unlocked(Created& container, const Fd& init) {
    if (TRY(lock_and_tear_down(container.directory, container.record, init)))
        run_poststop_hooks(container.record, hooks_of(container));
    return {};
}

// As undo(), without the lock.
Failure end_unlocked(Created& container, const Error& cause) {
    const Fd& init = container.init.pidfd;
    (void)sys::send_signal(init, SIGKILL); // whoever has the lock
    const Status removed = remove_unlocked(container, init);
    if (!removed) log::warning("clean up after the failure: " + removed.error().text);
    return Failure(cause);
}

Result<int> stay(Created& container, Foreground& foreground, NotifyProxy* notify, bool keep) {
    auto status = foreground.wait(container.init.pidfd, notify);
    if (keep && status) return status;
    const Fd ended; // has init, where it could be waited for
    const Status removed = remove_unlocked(container, status ? ended : container.init.pidfd);
    if (status && !removed) return Failure(removed.error());
    return status;
}

} // namespace

Result<int> run(const Settings& settings, const RunRequest& request) {
    std::optional<Foreground> foreground;
    if (!request.detach) foreground.emplace();
    const auto container =
        TRY(make_container(settings, request.create,
                           {.has_gate = false, .foreground = foreground ? &*foreground : nullptr}));
    if (!container->record.has_process)
        return undo(*container, {EINVAL, "config.json#/process: is missing, so there is nothing to "
                                         "run"});

    std::optional<NotifyProxy> notify;
    if (!container->planned.notify_socket.empty()) {
        auto proxy = NotifyProxy::open(container->directory.fd(), container->planned.notify_socket);
        if (!proxy) return undo(*container, proxy.error());
        notify = *std::move(proxy);
    }
    const Status running = let_run(*container);
    if (!running) return undo(*container, running.error());
    const Status started = run_poststart_hooks(container->record, hooks_of(*container));
    if (!started) return end_unlocked(*container, started.error());

    if (foreground) return stay(*container, *foreground, notify ? &*notify : nullptr, request.keep);
    if (notify) TRY(notify->wait_ready(container->init.pidfd, container->init.pid));
    return 0;
}

} // namespace tare::runtime
