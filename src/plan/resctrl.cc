#include "plan/resctrl.h"

#include "base/text.h"

namespace tare::plan {

std::vector<std::string> resctrl_lines(const std::string& l3, const std::string& memory_bandwidth) {
    std::vector<std::string> lines;
    for (const std::string_view line : split(l3, '\n'))
        if (!line.empty() && (memory_bandwidth.empty() || !line.starts_with("MB:")))
            lines.emplace_back(line);
    if (!memory_bandwidth.empty()) lines.push_back(memory_bandwidth);
    return lines;
}

void plan_resctrl(const Compilation& c) {
    if (!c.linux_.intel_rdt) return;
    const spec::IntelRdt& rdt = *c.linux_.intel_rdt;
    ResctrlPlan plan = {.origin = "config.json#/linux/intelRdt"};
    plan.own = rdt.clos_id.empty();
    if (rdt.clos_id != "/") plan.group = plan.own ? c.options.id : rdt.clos_id;
    plan.lines = resctrl_lines(rdt.l3_cache_schema, rdt.mem_bw_schema);
    plan.last_lines = rdt.schemata;
    if (rdt.enable_monitoring) plan.monitoring = c.options.id;
    c.plan.resctrl = std::move(plan);
}

} // namespace tare::plan
