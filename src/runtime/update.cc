#include "plan/update.h"

#include "base/log.h"
#include "plan/unit.h"
#include "runtime/cgroup.h"
#include "runtime/host.h"
#include "runtime/late_hooks.h"
#include "runtime/liveness.h"
#include "runtime/runtime.h"
#include "runtime/store.h"
#include "runtime/unit.h"
#include "sys/file.h"

namespace tare::runtime {

namespace {

Status check_updatable(const StateDirectory& directory, const Record& record) {
    const spec::Status status = TRY(status_of(directory, record));
    if (status == spec::Status::kStopped || status == spec::Status::kCreating)
        return invalid("container not running: " + record.id + " (its status is "
                       + std::string(spec::to_string(status)) + ")");
    if (record.cgroup.empty())
        return invalid("container " + record.id
                       + " has no cgroup of its own, so it has no limits to change");
    return {};
}

Result<plan::Update> plan_for(const spec::Config& config, const UpdateRequest& request) {
    static const spec::Resources kNone;
    const spec::Resources& present =
        config.linux_ && config.linux_->resources ? *config.linux_->resources : kNone;
    spec::Config asking; // for what the changes need to know of the host
    asking.linux_.emplace().resources = request.resources;
    const plan::HostFacts host = TRY(gather_host_facts(asking));
    return plan::plan_update(present, request.resources, host, request.origin);
}

// Later updates and `restore` start from it.
Status remember(const StateDirectory& directory, spec::Config& config,
                const spec::Resources& resources) {
    if (!config.linux_) config.linux_.emplace();
    config.linux_->resources = resources;
    return sys::replace_file_at(directory.fd(), "config.json", spec::write_config(config), 0600)
        .map_error(under("state directory " + directory.path()));
}

} // namespace

Status update(const Settings& settings, const UpdateRequest& request) {
    StateDirectory directory = TRY(StateDirectory::open(settings, request.id));
    TRY(directory.lock());
    const Record record = TRY(directory.read());
    TRY(check_updatable(directory, record));
    spec::Config config = TRY(read_stored_config(directory));
    plan::Update update = TRY(plan_for(config, request));
    for (const std::string& warning : update.cgroup.warnings)
        log::warning(warning);
    const auto last = [&] { return remember(directory, config, update.resources); };
    if (!record.unit.empty()) update.cgroup.unit = plan::UnitPlan{.name = record.unit};
    if (record.unit.empty() || plan::unit_limits(update.cgroup.writes).empty())
        return update_cgroup(record.cgroup, update.cgroup, {.last = last});
    Systemd systemd = TRY(Systemd::connect());
    return update_unit(systemd, record.unit, record.cgroup, update.cgroup, last);
}

} // namespace tare::runtime
