#include "plan/checkpoint.h"

#include "base/text.h"
#include "plan/compilation.h"
#include "plan/mount.h"
#include "plan/mount_options.h"
#include "plan/namespaces.h"
#include "plan/rootfs.h"

#include <algorithm>
#include <sched.h>

namespace tare::plan {

namespace {

using spec::NamespaceType;

constexpr const char* kNull = "/dev/null";

// How CRIU calls what the config joins by path. Empty: it cannot do that.
struct Joinable {
    NamespaceType type;
    const char* name; // in the config
    const char* kind; // of --join-ns, or of --external and --inherit-fd
    const char* key;  // of the latter; null: --join-ns
};
constexpr Joinable kJoinable[] = {
    {NamespaceType::kNetwork, "network", "net", "extRootNetNS"},
    {NamespaceType::kPid, "pid", "pid", "extRootPidNS"},
    {NamespaceType::kIpc, "ipc", "ipc", nullptr},
    {NamespaceType::kUts, "uts", "uts", nullptr},
    {NamespaceType::kTime, "time", "time", nullptr},
    {NamespaceType::kUser, "user", "user", nullptr},
    {NamespaceType::kMount, "mount", nullptr, nullptr},
    {NamespaceType::kCgroup, "cgroup", nullptr, nullptr},
};

const Joinable& joinable(NamespaceType type) {
    for (const Joinable& each : kJoinable)
        if (each.type == type) return each;
    return kJoinable[0];
}

// "config.json#/linux/namespaces/1/path"
std::string path_origin(std::size_t index) {
    return pointer_to("config.json#/linux/namespaces", index) + "/path";
}

Status check_namespaces(const spec::Config& config) {
    if (const auto& devices = linux_of(config).net_devices; !devices.empty())
        return invalid(
            pointer_to("config.json#/linux/netDevices", std::string_view(devices.begin()->first))
            + ": a checkpoint cannot hold a network device of the host's");
    const auto& namespaces = linux_of(config).namespaces;
    for (std::size_t i = 0; i < namespaces.size(); ++i) {
        const Joinable& join = joinable(namespaces[i].type);
        if (!namespaces[i].path.empty() && join.kind == nullptr)
            return invalid(path_origin(i) + ": a checkpoint cannot leave out a joined " + join.name
                           + " namespace: CRIU has no way to restore into one");
    }
    return {};
}

// Only what is the container's own can be given back to it. The devices in its network are made by
// a hook or by the engine, as they were the first time: that is runc's rule too.
std::uint32_t empty_namespaces(const spec::Config& config, const CriuFlags& flags) {
    const bool empty = flags.empty_network || is_new(linux_of(config), NamespaceType::kNetwork);
    return empty ? CLONE_NEWNET : 0;
}

CriuOptions common_options(const spec::Config& config, const CriuFlags& flags, bool has_iptables) {
    CriuOptions options;
    options.ext_unix_sockets = flags.ext_unix_sockets;
    options.tcp_established = flags.tcp_established;
    options.shell_job = flags.shell_job;
    options.file_locks = flags.file_locks;
    options.lazy_pages = flags.lazy_pages;
    options.auto_dedup = flags.auto_dedup;
    options.cgroups = flags.cgroups;
    options.empty_namespaces = empty_namespaces(config, flags);
    // criu's own default needs iptables-restore(8), its other way only a library that it has.
    if (!has_iptables) options.network_lock = CriuNetworkLock::kNftables;
    return options;
}

// A file of the caller's is on no mount of the container: CRIU leaves it out, and gets another.
bool is_file(const std::string& descriptor) {
    return descriptor.starts_with("file[");
}

bool knows(const std::vector<CriuInherited>& inherited, const std::string& key) {
    return std::ranges::find(inherited, key, &CriuInherited::key) != inherited.end();
}

Status add_bind_mounts(const spec::Config& config, const std::string& bundle,
                       std::vector<ExternalMount>& found) {
    for (std::size_t i = 0; i < config.mounts.size(); ++i) {
        const spec::Mount& mount = config.mounts[i];
        const std::string origin = pointer_to("config.json#/mounts", i);
        const MountOptions options = TRY(read_mount_options(mount.options, origin));
        if (options.remount || mount.source.empty()) continue;
        if (!options.bind && mount.type != "bind") continue;
        found.push_back({origin, clean_path(mount.destination), mount.destination,
                         in_bundle(mount.source, bundle)});
    }
    return {};
}

} // namespace

Result<std::vector<ExternalMount>> external_mounts(const spec::Config& config,
                                                   const std::string& bundle) {
    std::vector<ExternalMount> found;
    TRY(add_bind_mounts(config, bundle, found));
    const spec::Linux& linux_ = linux_of(config);
    for (std::size_t i = 0; i < linux_.masked_paths.size(); ++i)
        found.push_back({pointer_to("config.json#/linux/maskedPaths", i), kNull,
                         linux_.masked_paths[i], kNull});
    // Where nodes cannot be made, as in a user namespace, they are the host's, bound.
    for (const std::string_view path : default_device_paths())
        found.push_back(
            {std::string(kDefault), std::string(path), std::string(path), std::string(path)});
    for (std::size_t i = 0; i < linux_.devices.size(); ++i) {
        const std::string& path = linux_.devices[i].path;
        found.push_back(
            {pointer_to("config.json#/linux/devices", i), clean_path(path), path, path});
    }
    return found;
}

std::vector<ExternalNamespace> external_namespaces(const spec::Config& config) {
    std::vector<ExternalNamespace> found;
    const auto& namespaces = linux_of(config).namespaces;
    for (std::size_t i = 0; i < namespaces.size(); ++i) {
        const Joinable& join = joinable(namespaces[i].type);
        if (!namespaces[i].path.empty() && join.key != nullptr)
            found.push_back({path_origin(i), join.kind, namespaces[i].path, join.key});
    }
    return found;
}

Result<CriuOptions> plan_checkpoint(const spec::Config& config, const CheckpointFlags& flags,
                                    const CheckpointFacts& facts) {
    TRY(check_namespaces(config));
    CriuOptions options = common_options(config, flags, facts.has_iptables);
    options.log_file = "dump.log";
    options.config_file = facts.config_file;
    options.pid = facts.init_pid;
    options.root = facts.rootfs;
    options.freeze_cgroup = facts.cgroup;
    options.leave_running = flags.leave_running;
    options.tcp_skip_in_flight = flags.tcp_skip_in_flight;
    options.link_remap = flags.link_remap;
    options.parent_images = flags.parent_path;
    options.track_memory = flags.pre_dump || !flags.parent_path.empty();
    options.page_server = flags.page_server;
    if (!flags.pre_dump) options.mounts = facts.mounts; // a pre-dump is of memory alone
    for (const std::string& descriptor : facts.descriptors)
        if (is_file(descriptor) && std::ranges::count(options.external, descriptor) == 0)
            options.external.push_back(descriptor);
    for (const ExternalNamespace& ns : external_namespaces(config))
        options.external.push_back(
            ns.kind + "[" + std::to_string(facts.namespace_inodes.at(ns.kind)) + "]:" + ns.key);
    return options;
}

Result<CriuOptions> plan_restore(const spec::Config& config, const RestoreFlags& flags,
                                 const RestoreFacts& facts) {
    TRY(check_namespaces(config));
    CriuOptions options = common_options(config, flags, facts.has_iptables);
    options.log_file = "restore.log";
    options.config_file = facts.config_file;
    options.root = facts.root;
    options.as_sibling = true;
    options.evasive_devices = true;
    options.lsm_profile = flags.lsm_profile;
    options.lsm_mount_context = flags.lsm_mount_context;
    if (flags.cgroups != CriuCgroups::kIgnore) options.cgroup_roots = facts.cgroup_roots;

    const auto mounts = TRY(external_mounts(config, facts.bundle));
    for (const ExternalMount& mount : mounts) {
        const CriuMount wanted{mount.name, mount.source};
        if (std::ranges::find(options.mounts, wanted) == options.mounts.end())
            options.mounts.push_back(wanted);
    }
    for (const spec::Namespace& ns : linux_of(config).namespaces)
        if (const Joinable& join = joinable(ns.type); !ns.path.empty() && join.key == nullptr)
            options.joins.push_back({join.kind, ns.path});
    for (std::size_t fd = 0; fd < facts.descriptors.size(); ++fd) {
        const std::string& key = facts.descriptors[fd];
        const bool outside = is_file(key) || key.starts_with("pipe:");
        if (outside && !knows(options.inherited, key))
            options.inherited.push_back({key, static_cast<int>(fd)});
    }
    return options;
}

std::optional<std::string> criu_config_of(const spec::Config& config) {
    const auto found = config.annotations.find(std::string(kCriuAnnotation));
    if (found == config.annotations.end()) return std::nullopt;
    return found->second;
}

} // namespace tare::plan
