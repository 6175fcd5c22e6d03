#include "base/text.h"
#include "plan/compilation.h"
#include "plan/mount.h"
#include "plan/namespaces.h"

#include <algorithm>

namespace tare::plan {

namespace {

// What init remembers of them, and what a process may inherit.
constexpr std::size_t kMost = 48;

Status check_list(const Compilation& c) {
    if (!is_own(c.linux_, spec::NamespaceType::kMount))
        return invalid("config.json#/linux/namespaces: without a mount namespace of its own the "
                       "container's mounts are the host's");
    const std::size_t count = c.config.mounts.size();
    if (count == 0) return invalid(c.mounts_origin + ": is empty");
    if (count > kMost)
        return invalid(c.mounts_origin + ": " + std::to_string(count)
                       + " entries are too many: " + std::to_string(kMost) + " at a time");
    return {};
}

const std::vector<std::string>& covered(const Compilation& c, bool masked) {
    return masked ? c.linux_.masked_paths : c.linux_.readonly_paths;
}

// What confines the container is a mount too.
Status check_confinement(const Compilation& c, const std::string& path, const std::string& at) {
    for (const bool masked : {true, false})
        for (const std::string& protected_ : covered(c, masked))
            if (clean_path(protected_) == path)
                return invalid(at + ": " + quote(path)
                               + " is covered because of config.json#/linux/"
                               + (masked ? "maskedPaths" : "readonlyPaths"));
    return {};
}

// The deepest last: they go in the opposite order.
Result<std::vector<std::size_t>> order_of_removal(const Compilation& c) {
    const std::vector<spec::Mount>& mounts = c.config.mounts;
    std::set<std::string> seen;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < mounts.size(); ++i) {
        const std::string path = clean_path(mounts[i].destination);
        const std::string at = pointer_to(c.mounts_origin, i) + "/destination";
        if (path == "/") return invalid(at + ": the root itself cannot be unmounted");
        if (!seen.insert(path).second) return invalid(at + ": " + quote(path) + " comes twice");
        TRY(check_confinement(c, path, at));
        order.push_back(i);
    }
    std::ranges::stable_sort(
        order, {}, [&](std::size_t i) { return clean_path(mounts[i].destination).size(); });
    return order;
}

// Only a procfs needs to come from within: it shows the pid namespace of whoever mounts it.
bool shows_processes(const Compilation& c) {
    return std::ranges::any_of(c.config.mounts,
                               [](const spec::Mount& mount) { return mount.type == "proc"; });
}

Compilation of_what_runs(Plan& plan, const spec::Config& config, const std::string& origin,
                         const HostFacts& host, const Options& options,
                         const std::set<std::string>& destinations) {
    plan.is_exec = true;
    return {.config = config,
            .linux_ = linux_of(config),
            .host = host,
            .options = options,
            .destinations = destinations,
            .plan = plan,
            .is_exec = true,
            .mounts_origin = origin};
}

} // namespace

Result<Plan> compile_mounts(const spec::Config& config, const std::string& origin,
                            const HostFacts& host, const Options& options) {
    Plan plan;
    const std::set<std::string> destinations = clean_destinations(config);
    const Compilation c = of_what_runs(plan, config, origin, host, options, destinations);
    TRY(check_list(c));
    plan_exec_namespaces(c, shows_processes(c));
    c.steps().add(wire::Op::kAllOrNothing, {origin, "be ready to take mounts away again"});
    for (std::size_t i = 0; i < config.mounts.size(); ++i)
        TRY(plan_mount(c, i));
    TRY(plan_late_readonly(c));
    return plan;
}

Result<Plan> compile_unmounts(const spec::Config& config, const std::string& origin,
                              const HostFacts& host) {
    Plan plan;
    const Options options;
    const std::set<std::string> destinations;
    const Compilation c = of_what_runs(plan, config, origin, host, options, destinations);
    TRY(check_list(c));
    const std::vector<std::size_t> order = TRY(order_of_removal(c));
    plan_exec_namespaces(c, false);
    for (const std::size_t i : order) {
        const std::string path = clean_path(config.mounts[i].destination);
        c.steps().add(wire::Op::kFindMount, wire::Path{c.steps().text(path)},
                      {pointer_to(origin, i) + "/destination", "find the mount on " + quote(path)});
    }
    c.steps().add(wire::Op::kUnmount, {origin, "unmount them"});
    return plan;
}

} // namespace tare::plan
