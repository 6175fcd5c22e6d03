#include "base/log.h"
#include "base/text.h"
#include "runtime/liveness.h"
#include "runtime/outer_hooks.h"
#include "runtime/runtime.h"
#include "runtime/store.h"
#include "runtime/teardown.h"
#include "sys/process.h"

#include <csignal>

namespace tare::runtime {

namespace {

// The next one who reads it may well succeed.
bool is_passing(int code) {
    return code == EMFILE || code == ENFILE || code == ENOMEM || code == EACCES || code == EPERM
           || code == EIO || code == EINTR;
}

// A directory whose record cannot be read: its creator was killed before it had made anything, or
// somebody has damaged it. Not so when only we cannot: then it says where the processes and the
// cgroup are, and must stay.
Status remove_unreadable(const StateDirectory& directory, const Error& problem, bool force) {
    if (is_passing(problem.code)) return Failure(problem);
    if (problem.code == ENOENT && directory.remove_empty()) return {}; // as a killed `delete`
    if (!force)
        return Failure({problem.code, problem.text + "; 'delete --force' removes what is left"});
    if (problem.code != ENOENT)
        log::warning(problem.text + "; a cgroup or processes of it may be left");
    return directory.remove();
}

// Where pidfd_open(2) is missing, cgroup.kill reaches init as well.
Result<Liveness> look_before_removal(const StateDirectory& directory, const Record& record,
                                     bool force) {
    auto now = look_at(directory, record);
    if (now || !force || record.cgroup.empty()) return now;
    const int code = now.error().code;
    return code == ENOSYS || code == EPERM ? Liveness{} : std::move(now);
}

// Whoever holds the lock may wait for what goes on in the container, whose init ends that. Nothing
// else is touched without the lock.
Status lock_by_force(StateDirectory& directory) {
    if (TRY(directory.try_lock())) return {};
    if (const auto record = directory.read())
        if (const auto init = open_init(*record); init && *init)
            (void)sys::send_signal(*init, SIGKILL);
    return directory.lock();
}

} // namespace

Status remove(const Settings& settings, const std::string& id, bool force) {
    auto directory = StateDirectory::open(settings, id);
    if (!directory && directory.error().code == ENOENT && force) return {};
    StateDirectory opened = TRY(std::move(directory));
    TRY(force ? lock_by_force(opened) : opened.lock());
    const auto record = opened.read();
    if (!record) return remove_unreadable(opened, record.error(), force);

    const Liveness now = TRY(look_before_removal(opened, *record, force));
    if (!force && now.status != spec::Status::kStopped && now.status != spec::Status::kCreated)
        return invalid("cannot delete container " + id
                       + " that is not stopped: " + std::string(spec::to_string(now.status)));

    // Read before it is removed; run when all is gone: runtime.md, "Lifecycle".
    Result<spec::Config> config = spec::Config();
    if (record->has_hooks) config = read_stored_config(opened);
    TRY(tear_down(opened, *record, now.init));
    if (config)
        run_poststop_hooks(*record, config->hooks);
    else
        log::warning("poststop hooks: " + config.error().text);
    return {};
}

} // namespace tare::runtime
