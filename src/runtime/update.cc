#include "plan/update.h"

#include "base/log.h"
#include "plan/resctrl.h"
#include "plan/unit.h"
#include "runtime/cgroup.h"
#include "runtime/host.h"
#include "runtime/liveness.h"
#include "runtime/outer_hooks.h"
#include "runtime/resctrl.h"
#include "runtime/runtime.h"
#include "runtime/store.h"
#include "runtime/unit.h"
#include "sys/file.h"

#include <functional>

namespace tare::runtime {

namespace {

Status check_updatable(const StateDirectory& directory, const Record& record) {
    const spec::Status status = TRY(status_of(directory, record));
    if (status == spec::Status::kStopped || status == spec::Status::kCreating)
        return invalid("container not running: " + record.id + " (its status is "
                       + std::string(spec::to_string(status)) + ")");
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
Status remember(const StateDirectory& directory, const spec::Config& config) {
    return sys::replace_file_at(directory.fd(), "config.json", spec::write_config(config), 0600)
        .map_error(under("state directory " + directory.path()));
}

void take_over(spec::IntelRdt& rdt, const UpdateRequest& request) {
    if (!request.l3_cache_schema.empty()) rdt.l3_cache_schema = request.l3_cache_schema;
    if (!request.mem_bw_schema.empty()) rdt.mem_bw_schema = request.mem_bw_schema;
}

Status update_resources(const Record& record, plan::Update& update,
                        const std::function<Status()>& last) {
    if (!record.unit.empty()) update.cgroup.unit = plan::UnitPlan{.name = record.unit};
    if (record.unit.empty() || plan::unit_limits(update.cgroup.writes).empty())
        return update_cgroup(record.cgroup, update.cgroup, {.last = last});
    Systemd systemd = TRY(Systemd::connect());
    return update_unit(systemd, record.unit, record.cgroup, update.cgroup, last);
}

// The class of service gets new schemata, and the old ones where `rest` fails.
Status update_schemata(const Record& record, const UpdateRequest& request,
                       const std::function<Status()>& rest) {
    const ResctrlGroups& groups = record.resctrl;
    const auto lines = plan::resctrl_lines(request.l3_cache_schema, request.mem_bw_schema);
    const std::string option =
        request.l3_cache_schema.empty() ? "--mem-bw-schema" : "--l3-cache-schema";
    if (groups.group.empty())
        return invalid(option + ": container " + record.id
                       + " has no class of service: its config has no linux.intelRdt");
    const std::vector<std::string> before = TRY(read_schemata(groups).map_error(under(option)));
    Status done = write_schemata(groups, lines).map_error(under(option));
    if (done) done = rest();
    if (done) return {};
    if (const Status restored = write_schemata(groups, before); !restored)
        done.error().text +=
            "; and the old schemata could not be restored: " + restored.error().text;
    return done;
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
    const bool schemata = !request.l3_cache_schema.empty() || !request.mem_bw_schema.empty();
    const bool resources = request.resources != spec::Resources();
    if (record.cgroup.empty() && (resources || !schemata))
        return invalid("container " + record.id
                       + " has no cgroup of its own, so it has no limits to change");
    if (!config.linux_) config.linux_.emplace();
    config.linux_->resources = update.resources;
    if (schemata && config.linux_->intel_rdt) take_over(*config.linux_->intel_rdt, request);
    const auto last = [&] { return remember(directory, config); };
    const auto rest = [&] { return resources ? update_resources(record, update, last) : last(); };
    if (schemata) return update_schemata(record, request, rest);
    return update_resources(record, update, last);
}

} // namespace tare::runtime
