#include "base/log.h"
#include "runtime/creation.h"
#include "runtime/notify_socket.h"
#include "runtime/outer_hooks.h"
#include "runtime/runtime.h"
#include "runtime/teardown.h"

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

Result<int> stay(Created& container, Foreground& foreground, NotifyProxy* notify, bool keep) {
    auto status = foreground.wait(container.init.pidfd, notify);
    if (keep && status) return status;
    const Fd ended; // has init, where it could be waited for
    const Status removed =
        remove_unlocked(container.directory, container.record,
                        status ? ended : container.init.pidfd, hooks_of(container));
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
    if (!started)
        return end_unlocked(container->directory, container->record, container->init.pidfd,
                            hooks_of(*container), started.error());

    if (foreground) return stay(*container, *foreground, notify ? &*notify : nullptr, request.keep);
    if (notify) TRY(notify->wait_ready(container->init.pidfd, container->init.pid));
    return 0;
}

} // namespace tare::runtime
