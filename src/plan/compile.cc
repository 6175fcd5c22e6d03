#include "plan/capabilities.h"
#include "plan/cgroup.h"
#include "plan/compilation.h"
#include "plan/hooks.h"
#include "plan/mount.h"
#include "plan/namespaces.h"
#include "plan/plan.h"
#include "plan/process.h"
#include "plan/resctrl.h"
#include "plan/rootfs.h"
#include "plan/sysctl.h"

#include "base/text.h"

namespace tare::plan {

namespace {

Status plan_mounts(const Compilation& c) {
    for (std::size_t i = 0; i < c.config.mounts.size(); ++i)
        TRY(plan_mount(c, i));
    return {};
}

void plan_names(const Compilation& c) {
    if (!c.config.hostname.empty())
        c.steps().add(wire::Op::kHostname, wire::Value{c.steps().text(c.config.hostname)},
                      {"config.json#/hostname", "set the hostname " + quote(c.config.hostname)});
    if (!c.config.domainname.empty())
        c.steps().add(
            wire::Op::kDomainname, wire::Value{c.steps().text(c.config.domainname)},
            {"config.json#/domainname", "set the domainname " + quote(c.config.domainname)});
}

void plan_listener(const Compilation& c, const SeccompProgram* seccomp) {
    // Without a rule that notifies there is nothing to listen to.
    if (seccomp == nullptr || !seccomp->notify || !c.linux_.seccomp) return;
    c.plan.seccomp_listener_path = c.linux_.seccomp->listener_path;
    c.plan.seccomp_listener_metadata = c.linux_.seccomp->listener_metadata;
}

} // namespace

// The order is that of the kernel's rules and of runtime-spec, runtime.md, "Lifecycle": each line
// relies on those above it.
Result<Plan> compile(const spec::Config& config, const HostFacts& host, const Options& options,
                     const SeccompProgram* seccomp) {
    Plan plan;
    plan.steps.reserve(16 * 1024, 96); // most of engines fit
    const std::set<std::string> destinations = clean_destinations(config);
    const Compilation c{config, linux_of(config), host, options, destinations, plan};
    plan.cgroup = TRY(plan_cgroup(config, host, options));
    plan.warnings = plan.cgroup.warnings;
    plan_resctrl(c);
    plan_listener(c, seccomp);

    TRY(plan_namespaces(c));
    plan.may_trace = may_trace(c);
    TRY(plan_net_devices(c));

    TRY(plan_root(c));
    TRY(plan_mounts(c));
    plan_notify_socket(c);
    TRY(plan_devices_and_links(c));
    plan_order_of_mounts(c); // before the first descriptor that the container keeps is opened
    plan_console(c);
    TRY(plan_late_readonly(c));

    TRY(plan_sysctls(c));
    plan_names(c);

    plan_runtime_hooks(c);
    plan_create_container_hooks(c);

    TRY(plan_covered_paths(c));
    TRY(plan_enter_root(c));

    TRY(plan_settings(c));
    TRY(plan_identity(c, seccomp));
    TRY(plan_start(c, seccomp));
    return plan;
}

// It joins what `compile` has made, and its process part is the same.
Result<Plan> compile_exec(const spec::Config& config, const ProcessOrigin& process,
                          const HostFacts& host, const Options& options,
                          const SeccompProgram* seccomp) {
    Plan plan;
    plan.steps.reserve(4 * 1024, 32);
    plan.is_exec = true;
    const std::set<std::string> destinations;
    Compilation c{.config = config,
                  .linux_ = linux_of(config),
                  .host = host,
                  .options = options,
                  .destinations = destinations,
                  .plan = plan,
                  .process_origin = process,
                  .is_exec = true};
    c.forks_last = options.hides_init && can_fork_last(c, seccomp);
    plan.may_trace = may_trace(c);
    plan_listener(c, seccomp);
    plan_exec_namespaces(c);
    plan_console(c);
    TRY(plan_settings(c));
    TRY(plan_identity(c, seccomp));
    TRY(plan_start(c, seccomp));
    return plan;
}

} // namespace tare::plan
