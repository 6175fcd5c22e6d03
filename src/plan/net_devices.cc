#include "plan/namespaces.h"

#include "base/text.h"

namespace tare::plan {

Status plan_net_devices(const Compilation& c) {
    if (c.linux_.net_devices.empty()) return {};
    const std::string origin = "config.json#/linux/netDevices";
    if (!is_own(c.linux_, spec::NamespaceType::kNetwork))
        return invalid(origin + ": needs a network namespace in linux.namespaces");
    for (const auto& [name, device] : c.linux_.net_devices)
        c.plan.net_devices.push_back({pointer_to(origin, std::string_view(name)), name,
                                      device.name.empty() ? name : device.name});
    c.steps().add(wire::Op::kNetDevices, {origin, "wait for the network devices"});
    return {};
}

} // namespace tare::plan
