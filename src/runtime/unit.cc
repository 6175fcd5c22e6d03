#include "runtime/unit.h"

#include "base/log.h"
#include "base/text.h"
#include "plan/unit.h"
#include "runtime/cgroup.h"
#include "runtime/cgroup_tree.h"
#include "sys/file.h"

namespace tare::runtime {

namespace {

// Says no more than systemd does, but that is what everything later relies on.
Status check_place(const std::string& path, pid_t pid) {
    const std::string tree = TRY(find_cgroup_tree());
    const std::string text = TRY(sys::read_small_file("/proc/" + std::to_string(pid) + "/cgroup"));
    const std::string found = tree + find_own_cgroup(text);
    if (found == path) return {};
    return invalid("systemd has put the container's process into " + quote(found) + " rather than "
                   + quote(path));
}

// What sets a unit's properties back to `before`. Entries of a list come beside those that are
// there, but an empty list takes them all away.
std::vector<BusProperty> undoing(const std::vector<BusProperty>& before) {
    using DeviceLimits = std::vector<std::pair<std::string, std::uint64_t>>;
    std::vector<BusProperty> properties;
    for (const BusProperty& property : before) {
        if (std::holds_alternative<DeviceLimits>(property.value))
            properties.push_back({property.name, DeviceLimits()});
        properties.push_back(property);
    }
    return properties;
}

} // namespace

Result<std::string> locate_unit(Systemd& systemd, const plan::UnitPlan& unit) {
    const std::string tree = TRY(find_cgroup_tree());
    const std::string above = TRY(systemd.control_group());
    return tree + above + unit.path;
}

Status enter_unit(Systemd& systemd, const plan::CgroupPlan& plan, const std::string& path,
                  pid_t pid) {
    TRY(systemd.start(*plan.unit, pid).map_error(under(plan.origin)));
    if (plan.unit->is_slice)
        TRY(sys::write_control(path + "/cgroup.procs", std::to_string(pid))
                .map_error(under(plan.origin)));
    TRY(check_place(path, pid).map_error(under(plan.origin)));
    return fill_unit_cgroup(path, plan);
}

Status update_unit(Systemd& systemd, const std::string& unit, const std::string& path,
                   const plan::CgroupPlan& plan, const std::function<Status()>& last) {
    const std::vector<BusProperty> properties = plan::unit_limits(plan.writes);
    std::vector<std::string> names;
    for (const BusProperty& property : properties)
        names.push_back(property.name);
    const std::vector<BusProperty> before = TRY(systemd.read_properties(unit, names));
    const auto undo = [&] {
        const Status undone = systemd.set_properties(unit, undoing(before));
        if (!undone) log::warning("bring back the old limits: " + undone.error().text);
    };
    return update_cgroup(path, plan,
                         {.first = [&] { return systemd.set_properties(unit, properties); },
                          .undo_first = undo,
                          .last = last});
}

void leave_unit(const std::string& unit) {
    auto systemd = Systemd::connect();
    const Status stopped = systemd ? systemd->stop(unit) : Failure(systemd.error());
    if (!stopped) log::warning(stopped.error().text);
}

} // namespace tare::runtime
