#include "base/log.h"
#include "base/text.h"
#include "runtime/late_hooks.h"
#include "runtime/liveness.h"
#include "runtime/runtime.h"
#include "runtime/store.h"
#include "runtime/teardown.h"

namespace tare::runtime {

namespace {

// A directory whose record cannot be read: its creator was killed before it had made anything, or
// somebody has damaged it.
Status remove_unreadable(const StateDirectory& directory, const Error& problem, bool force) {
    if (!force)
        return Failure({problem.code, problem.text + "; 'delete --force' removes what is left"});
    if (problem.code != ENOENT)
        log::warning(problem.text + "; a cgroup or processes of it may be left");
    return directory.remove();
}

} // namespace

Status remove(const Settings& settings, const std::string& id, bool force) {
    auto directory = StateDirectory::open(settings, id);
    if (!directory && directory.error().code == ENOENT && force) return {};
    StateDirectory opened = TRY(std::move(directory));
    TRY(opened.lock());
    const auto record = opened.read();
    if (!record) return remove_unreadable(opened, record.error(), force);

    const spec::Status status = status_of(opened, *record);
    if (!force && status != spec::Status::kStopped && status != spec::Status::kCreated)
        return invalid("cannot delete container " + id
                       + " that is not stopped: " + std::string(spec::to_string(status)));

    // Read before it is removed; run when all is gone: runtime.md, "Lifecycle".
    Result<spec::Config> config = spec::Config();
    if (record->has_hooks) config = read_stored_config(opened);
    TRY(tear_down(opened, *record, open_init(*record)));
    if (config)
        run_poststop_hooks(*record, config->hooks);
    else
        log::warning("poststop hooks: " + config.error().text);
    return {};
}

} // namespace tare::runtime
