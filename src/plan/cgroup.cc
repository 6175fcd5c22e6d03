#include "plan/cgroup.h"

#include "base/log.h"
#include "base/text.h"
#include "plan/devices.h"
#include "plan/mount.h"
#include "plan/namespaces.h"
#include "plan/unit.h"

#include <algorithm>

namespace tare::plan {

namespace {

constexpr const char* kResources = "config.json#/linux/resources";

// The path is the manager's to choose, but never one that leads out of the tree.
Status check_path(const std::string& path) {
    for (const std::string_view part : split(path, '/'))
        if (part == "..") return invalid(std::string(kCgroupsPath) + ": must not contain '..'");
    if (path.find('\0') != std::string::npos)
        return invalid(std::string(kCgroupsPath) + ": must not contain a NUL character");
    return {};
}

Status plan_devices(const spec::Linux& config, const HostFacts& host, CgroupPlan& plan) {
    std::vector<spec::DeviceRule> rules;
    if (config.resources) rules = config.resources->devices;
    plan.device_origin = std::string(kDefault);
    if (!rules.empty()) plan.device_origin = std::string(kResources) + "/devices";
    rules.insert(rules.end(), default_device_rules().begin(), default_device_rules().end());
    std::vector<std::uint64_t> program = TRY(compile_devices(rules, plan.device_origin));
    if (!host.can_admin || host.in_user_namespace) {
        log::debug(plan.device_origin
                   + ": device rules are left out: no container can make device"
                     " nodes in a user namespace");
        return {};
    }
    plan.device_program = std::move(program);
    if (!plan.unit) return {};
    std::vector<BusProperty> properties = TRY(device_properties(rules, plan.device_origin));
    for (BusProperty& property : properties)
        plan.unit->properties.push_back(std::move(property));
    return {};
}

// ---- Delegation: config-linux.md, "Cgroup ownership"

Result<bool> has_writable_cgroup_mount(const spec::Config& config) {
    for (std::size_t i = 0; i < config.mounts.size(); ++i) {
        const spec::Mount& mount = config.mounts[i];
        if (mount.type != "cgroup" || clean_path(mount.destination) != "/sys/fs/cgroup") continue;
        const std::string origin = pointer_to("config.json#/mounts", i);
        const MountOptions options = TRY(read_mount_options(mount.options, origin));
        if (!options.bind && !options.remount && !makes_readonly(options.attributes)) return true;
    }
    return false;
}

// The uid of the container's process as we see it; nullopt where nobody knows, or it has none.
std::optional<uid_t> process_owner(const spec::Config& config) {
    const uid_t uid = config.process ? config.process->user.uid : 0;
    const spec::Linux& linux_ = linux_of(config);
    if (!is_own(linux_, spec::NamespaceType::kUser)) return uid;
    return outside_id(linux_.uid_mappings, uid);
}

Status plan_delegation(const spec::Config& config, const HostFacts& host, CgroupPlan& plan) {
    if (!host.can_admin || !is_new(linux_of(config), spec::NamespaceType::kCgroup)) return {};
    if (!TRY(has_writable_cgroup_mount(config))) return {};
    const std::optional<uid_t> owner = process_owner(config);
    plan.delegate = owner && *owner != host.euid;
    plan.owner = owner.value_or(0);
    return {};
}

} // namespace

std::vector<std::string> controllers_of(const std::vector<CgroupWrite>& writes) {
    std::vector<std::string> controllers;
    for (const CgroupWrite& write : writes)
        if (!controller_of(write.file).empty()) controllers.push_back(controller_of(write.file));
    std::ranges::sort(controllers);
    controllers.erase(std::unique(controllers.begin(), controllers.end()), controllers.end());
    return controllers;
}

Result<CgroupPlan> plan_cgroup(const spec::Config& config, const HostFacts& host,
                               const Options& options) {
    CgroupPlan plan{.origin = std::string(kDefault)};
    const spec::Linux& linux_ = linux_of(config);
    if (!linux_.cgroups_path.empty()) {
        TRY(check_path(linux_.cgroups_path));
        plan.origin = kCgroupsPath;
        plan.path = linux_.cgroups_path;
    }
    if (linux_.resources) {
        plan.writes = TRY(plan_resources(*linux_.resources, host, kResources, &plan.warnings));
        plan.controllers = controllers_of(plan.writes);
        plan.check_memory_usage = linux_.resources->memory
                                  && linux_.resources->memory->check_before_update.value_or(false);
    }
    if (options.systemd) TRY(plan_unit(host, options, plan));
    TRY(plan_devices(linux_, host, plan));
    if (options.systemd) TRY(plan_unit_annotations(config, options, plan));
    TRY(plan_delegation(config, host, plan));
    return plan;
}

} // namespace tare::plan
