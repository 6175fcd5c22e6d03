#include "base/text.h"
#include "spec/runtime/read.h"
#include "spec/runtime/write.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace tare::spec {

namespace {

// In the order of NamespaceType.
constexpr std::string_view kNamespaces[] = {"pid", "network", "mount",  "ipc",
                                            "uts", "user",    "cgroup", "time"};
constexpr std::string_view kClocks[] = {"monotonic", "boottime"};
constexpr std::string_view kDeviceTypes[] = {"c", "b", "u", "p"};
// The spec has the first four; runc and its callers know the recursive ones too.
constexpr std::string_view kPropagations[] = {"shared",  "slave",  "private",  "unbindable",
                                              "rshared", "rslave", "rprivate", "runbindable"};
constexpr std::string_view kDomains[] = {"LINUX", "LINUX32"};
constexpr std::string_view kPolicyModes[] = {
    "MPOL_DEFAULT",   "MPOL_BIND",           "MPOL_INTERLEAVE", "MPOL_WEIGHTED_INTERLEAVE",
    "MPOL_PREFERRED", "MPOL_PREFERRED_MANY", "MPOL_LOCAL"};
constexpr std::string_view kPolicyFlags[] = {"MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES",
                                             "MPOL_F_STATIC_NODES"};
// What resctrl itself has in its root: not names of a class of service.
constexpr std::string_view kResctrlNames[] = {".",        "..",         "info",
                                              "mon_data", "mon_groups", "schemata"};

constexpr std::size_t kInterfaceBytes = 15; // IFNAMSIZ without its NUL
constexpr std::uint32_t kPermissionBits = 07777;

std::string_view name_of(NamespaceType type) {
    return kNamespaces[static_cast<std::size_t>(type)];
}

const Namespace* find_namespace(const Linux& linux_, NamespaceType type) {
    for (const Namespace& entry : linux_.namespaces)
        if (entry.type == type) return &entry;
    return nullptr;
}

// netdev(7): what dev_valid_name() of the kernel takes.
bool is_interface_name(std::string_view name) {
    return !name.empty() && name.size() <= kInterfaceBytes && name != "." && name != ".."
           && name.find_first_of("/: \t\n\v\f\r") == std::string_view::npos;
}

} // namespace

static Status read(const json::Cursor& at, Namespace& entry) {
    std::string type;
    TRY(at.require("type"));
    TRY(known_member(at, "type", kNamespaces, type));
    const auto* const found = std::find(std::begin(kNamespaces), std::end(kNamespaces), type);
    entry.type = static_cast<NamespaceType>(found - kNamespaces);
    TRY(member(at, "path", entry.path));
    return entry.path.empty() ? Status() : check_absolute(at, "path", entry.path);
}

static Status read_namespaces(const json::Cursor& at, Linux& linux_) {
    const auto list = at.find("namespaces");
    if (!list) return {};
    const auto items = TRY(list->array());
    for (const json::Cursor item : items) {
        Namespace entry;
        TRY(read(item, entry));
        if (find_namespace(linux_, entry.type))
            return item.error("type", quote(name_of(entry.type)) + " is there twice");
        linux_.namespaces.push_back(std::move(entry));
    }
    return {};
}

static Status read(const json::Cursor& at, TimeOffset& offset) {
    TRY(at.object());
    TRY(member(at, "secs", offset.secs));
    return ranged(at, "nanosecs", 0, 999999999, offset.nanosecs);
}

static Status read_time_offsets(const json::Cursor& at, Linux& linux_) {
    TRY(member(at, "timeOffsets", linux_.time_offsets));
    for (const auto& [clock, offset] : linux_.time_offsets)
        if (!one_of(kClocks, clock))
            return at.find("timeOffsets")->error(clock, "only monotonic and boottime have offsets");
    return {};
}

Status read(const json::Cursor& at, Device& device) {
    TRY(at.require("type"));
    TRY(known_member(at, "type", kDeviceTypes, device.type));
    TRY(required(at, "path", device.path));
    TRY(check_absolute(at, "path", device.path));
    if (device.type != "p") {
        TRY(at.require("major"));
        TRY(at.require("minor"));
        TRY(ranged(at, "major", 0, 4095, device.major));
        TRY(ranged(at, "minor", 0, 1048575, device.minor));
    }
    TRY(member(at, "fileMode", device.file_mode));
    // Some engines copy st_mode with the file's type in it.
    if (device.file_mode) *device.file_mode &= kPermissionBits;
    TRY(member(at, "uid", device.uid));
    return member(at, "gid", device.gid);
}

static Status read(const json::Cursor& at, NetDevice& device) {
    TRY(at.object());
    TRY(member(at, "name", device.name));
    if (device.name.empty()) return {};
    if (!is_interface_name(device.name))
        return at.error("name", quote(device.name) + " is no name for a network interface");
    // What the kernel takes for a template: the first free number comes in its place.
    const std::size_t percent = device.name.find('%');
    if (percent == std::string::npos) return {};
    if (device.name.find("%d") == percent
        && device.name.find('%', percent + 1) == std::string::npos)
        return {};
    return at.error("name", "may have one '%d' as a template, unlike " + quote(device.name));
}

static Status read_net_devices(const json::Cursor& at, Linux& linux_) {
    TRY(member(at, "netDevices", linux_.net_devices));
    std::set<std::string> taken;
    for (const auto& [name, device] : linux_.net_devices) {
        // a name of its own: clang 14 does not capture what a structured binding named
        const auto error = [&at, &key = name](const std::string& text) {
            return at.find("netDevices")->error(key, text);
        };
        if (!is_interface_name(name))
            return error(quote(name) + " is no name for a network interface");
        const std::string& inside = device.name.empty() ? name : device.name;
        if (inside.find('%') == std::string::npos && !taken.insert(inside).second)
            return error("another device has the name " + quote(inside) + " in the container");
    }
    return {};
}

static Status check_one_line(const json::Cursor& at, std::string_view name, std::string_view text) {
    if (text.find('\n') == std::string_view::npos) return {};
    return at.error(name, "must not contain a newline");
}

static Status read_schemata(const json::Cursor& at, std::vector<std::string>& schemata) {
    const auto list = at.find("schemata");
    if (!list) return {};
    const auto items = TRY(list->array());
    for (const json::Cursor item : items) {
        TRY(read(item, schemata.emplace_back()));
        if (schemata.back().empty() || schemata.back().find('\n') != std::string::npos)
            return item.error("must be one line, such as 'L3:0=f', not " + quote(schemata.back()));
    }
    return {};
}

static Status read(const json::Cursor& at, IntelRdt& rdt) {
    TRY(at.object());
    TRY(member(at, "closID", rdt.clos_id));
    // "/" is the default class, that of the root.
    if (rdt.clos_id != "/"
        && (rdt.clos_id.find_first_of("/\n") != std::string::npos
            || one_of(kResctrlNames, rdt.clos_id)))
        return at.error("closID", "must be the name of one directory, not " + quote(rdt.clos_id));
    TRY(read_schemata(at, rdt.schemata));
    TRY(member(at, "l3CacheSchema", rdt.l3_cache_schema));
    TRY(member(at, "memBwSchema", rdt.mem_bw_schema));
    TRY(check_one_line(at, "memBwSchema", rdt.mem_bw_schema));
    if (!rdt.mem_bw_schema.empty() && !rdt.mem_bw_schema.starts_with("MB:"))
        return at.error("memBwSchema", "must start with 'MB:', not be " + quote(rdt.mem_bw_schema));
    // Before 1.3.0 there were two switches for what is one group of the kernel.
    bool occupancy = false;
    bool bandwidth = false;
    TRY(member(at, "enableCMT", occupancy));
    TRY(member(at, "enableMBM", bandwidth));
    TRY(member(at, "enableMonitoring", rdt.enable_monitoring));
    rdt.enable_monitoring |= occupancy || bandwidth;
    return {};
}

// set_mempolicy(2)
static Status check_policy(const json::Cursor& at, const MemoryPolicy& policy) {
    const bool wants_none = policy.mode == "MPOL_DEFAULT" || policy.mode == "MPOL_LOCAL";
    if (wants_none && !policy.nodes.empty())
        return at.error("nodes", "must be absent with " + policy.mode);
    // MPOL_PREFERRED without any prefers the node that one runs on.
    if (!wants_none && policy.mode != "MPOL_PREFERRED" && policy.nodes.empty())
        return at.error("'nodes' must name at least one node with " + policy.mode);
    const auto has = [&](std::string_view flag) {
        return std::find(policy.flags.begin(), policy.flags.end(), flag) != policy.flags.end();
    };
    if (has("MPOL_F_STATIC_NODES") && has("MPOL_F_RELATIVE_NODES"))
        return at.error("flags",
                        "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other");
    return {};
}

static Status read(const json::Cursor& at, MemoryPolicy& policy) {
    TRY(at.require("mode"));
    TRY(known_member(at, "mode", kPolicyModes, policy.mode));
    TRY(member(at, "nodes", policy.nodes));
    TRY(check_cpu_list(at, "nodes", policy.nodes));
    TRY(known_members(at, "flags", kPolicyFlags, policy.flags));
    return check_policy(at, policy);
}

static Status read(const json::Cursor& at, Personality& personality) {
    TRY(at.require("domain"));
    TRY(known_member(at, "domain", kDomains, personality.domain));
    TRY(member(at, "flags", personality.flags));
    // "Currently no flag values are supported."
    if (!personality.flags.empty())
        return at.error("flags", "no flags are known, not " + quote(personality.flags.front()));
    return {};
}

static Status read_paths(const json::Cursor& at, std::string_view name,
                         std::vector<std::string>& paths) {
    const auto list = at.find(name);
    if (!list) return {};
    const auto items = TRY(list->array());
    for (const json::Cursor item : items) {
        TRY(read(item, paths.emplace_back()));
        if (!paths.back().starts_with('/'))
            return item.error("must be an absolute path, not " + quote(paths.back()));
    }
    return {};
}

static Status read_mappings(const json::Cursor& at, std::string_view name,
                            std::vector<IdMapping>& mappings) {
    const auto list = at.find(name);
    if (!list) return {};
    TRY(read(*list, mappings));
    return check_mappings(*list, mappings);
}

// The rules that tie a field to a namespace.
static Status check_namespaces(const json::Cursor& at, const Linux& linux_) {
    const auto has = [&](NamespaceType type) { return find_namespace(linux_, type) != nullptr; };
    const bool user = has(NamespaceType::kUser);
    if (!user && !linux_.uid_mappings.empty())
        return at.error("uidMappings", "needs a user namespace in linux.namespaces");
    if (!user && !linux_.gid_mappings.empty())
        return at.error("gidMappings", "needs a user namespace in linux.namespaces");
    const Namespace* const entry = find_namespace(linux_, NamespaceType::kUser);
    if (user && entry->path.empty() && (linux_.uid_mappings.empty() || linux_.gid_mappings.empty()))
        return at.error("a new user namespace needs uidMappings and gidMappings");
    if (!has(NamespaceType::kTime) && !linux_.time_offsets.empty())
        return at.error("timeOffsets", "needs a time namespace in linux.namespaces");
    if (!has(NamespaceType::kMount) && !linux_.masked_paths.empty())
        return at.error("maskedPaths", "needs a mount namespace in linux.namespaces");
    if (!has(NamespaceType::kMount) && !linux_.readonly_paths.empty())
        return at.error("readonlyPaths", "needs a mount namespace in linux.namespaces");
    return {};
}

Status read(const json::Cursor& at, Linux& linux_) {
    TRY(at.object());
    TRY(read_namespaces(at, linux_));
    TRY(read_mappings(at, "uidMappings", linux_.uid_mappings));
    TRY(read_mappings(at, "gidMappings", linux_.gid_mappings));
    TRY(read_time_offsets(at, linux_));
    TRY(member(at, "devices", linux_.devices));
    TRY(read_net_devices(at, linux_));
    TRY(member(at, "cgroupsPath", linux_.cgroups_path));
    TRY(member(at, "resources", linux_.resources));
    TRY(member(at, "intelRdt", linux_.intel_rdt));
    TRY(member(at, "memoryPolicy", linux_.memory_policy));
    TRY(member(at, "sysctl", linux_.sysctl));
    TRY(member(at, "seccomp", linux_.seccomp));
    TRY(member(at, "rootfsPropagation", linux_.rootfs_propagation));
    if (!linux_.rootfs_propagation.empty())
        TRY(known_member(at, "rootfsPropagation", kPropagations, linux_.rootfs_propagation));
    TRY(read_paths(at, "maskedPaths", linux_.masked_paths));
    TRY(read_paths(at, "readonlyPaths", linux_.readonly_paths));
    TRY(member(at, "mountLabel", linux_.mount_label));
    TRY(member(at, "personality", linux_.personality));
    return check_namespaces(at, linux_);
}

// ---------------------------------------------------------------- writing

static void write(json::Writer& out, const Namespace& entry) {
    out.begin_object();
    put_always(out, "type", std::string(name_of(entry.type)));
    put(out, "path", entry.path);
    out.end_object();
}

static void write(json::Writer& out, const TimeOffset& offset) {
    out.begin_object();
    put(out, "secs", offset.secs);
    put(out, "nanosecs", offset.nanosecs);
    out.end_object();
}

void write(json::Writer& out, const Device& device) {
    out.begin_object();
    put_always(out, "type", device.type);
    put_always(out, "path", device.path);
    if (device.type != "p") {
        put_always(out, "major", device.major);
        put_always(out, "minor", device.minor);
    }
    put(out, "fileMode", device.file_mode);
    put(out, "uid", device.uid);
    put(out, "gid", device.gid);
    out.end_object();
}

static void write(json::Writer& out, const NetDevice& device) {
    out.begin_object();
    put(out, "name", device.name);
    out.end_object();
}

static void write(json::Writer& out, const IntelRdt& rdt) {
    out.begin_object();
    put(out, "closID", rdt.clos_id);
    put(out, "schemata", rdt.schemata);
    put(out, "l3CacheSchema", rdt.l3_cache_schema);
    put(out, "memBwSchema", rdt.mem_bw_schema);
    put(out, "enableMonitoring", rdt.enable_monitoring);
    out.end_object();
}

static void write(json::Writer& out, const MemoryPolicy& policy) {
    out.begin_object();
    put_always(out, "mode", policy.mode);
    put(out, "nodes", policy.nodes);
    put(out, "flags", policy.flags);
    out.end_object();
}

static void write(json::Writer& out, const Personality& personality) {
    out.begin_object();
    put_always(out, "domain", personality.domain);
    put(out, "flags", personality.flags);
    out.end_object();
}

void write(json::Writer& out, const Linux& linux_) {
    out.begin_object();
    put(out, "namespaces", linux_.namespaces);
    put(out, "uidMappings", linux_.uid_mappings);
    put(out, "gidMappings", linux_.gid_mappings);
    put(out, "timeOffsets", linux_.time_offsets);
    put(out, "devices", linux_.devices);
    put(out, "netDevices", linux_.net_devices);
    put(out, "cgroupsPath", linux_.cgroups_path);
    put(out, "resources", linux_.resources);
    put(out, "intelRdt", linux_.intel_rdt);
    put(out, "memoryPolicy", linux_.memory_policy);
    put(out, "sysctl", linux_.sysctl);
    put(out, "seccomp", linux_.seccomp);
    put(out, "rootfsPropagation", linux_.rootfs_propagation);
    put(out, "maskedPaths", linux_.masked_paths);
    put(out, "readonlyPaths", linux_.readonly_paths);
    put(out, "mountLabel", linux_.mount_label);
    put(out, "personality", linux_.personality);
    out.end_object();
}

} // namespace tare::spec
