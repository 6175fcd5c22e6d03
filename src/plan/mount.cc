#include "plan/mount.h"

#include "base/text.h"
#include "plan/namespaces.h"

#include <algorithm>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>

namespace tare::plan {

namespace {

using spec::NamespaceType;

// An entry of `mounts`, read.
struct Entry {
    const spec::Mount& mount;
    std::string origin;
    std::string target; // as text clean of "//" and "..", for comparisons
    MountOptions options;
};

// What runtimes agree on: lxcfs and its like cover these (runc's checkProcMount has the same ten).
constexpr std::string_view kMayBeCoveredInProc[] = {
    "cpuinfo",
    "diskstats",
    "meminfo",
    "stat",
    "swaps",
    "uptime",
    "loadavg",
    "slabinfo",
    "sys/kernel/ns_last_pid",
    "sys/crypto/fips_enabled",
};

// File systems without a device: one superblock may serve many mounts, so `ro` means the mount
// only.
constexpr std::string_view kWithoutDevice[] = {"tmpfs",  "proc",    "sysfs", "mqueue",
                                               "devpts", "cgroup2", "cgroup"};

bool has_device(std::string_view type) {
    return std::find(std::begin(kWithoutDevice), std::end(kWithoutDevice), type)
           == std::end(kWithoutDevice);
}

bool is_bind(const Entry& entry) {
    return entry.options.bind || entry.mount.type == "bind";
}

// mount(8) without a file system: only changes what is there.
bool is_change(const Entry& entry) {
    const bool no_type = entry.mount.type.empty() || entry.mount.type == "none";
    return entry.options.remount
           || (no_type && !is_bind(entry) && entry.options.attributes.propagation != 0);
}

bool is_below(std::string_view path, std::string_view directory) {
    return path.size() > directory.size() && path.substr(0, directory.size()) == directory
           && (directory == "/" || path[directory.size()] == '/');
}

// The path that goes to init: ".." stays, because only init knows what it means behind a symlink.
std::string without_empty_components(std::string_view path) {
    std::string out;
    for (const std::string_view part : split(path, '/'))
        if (!part.empty() && part != ".") out += "/" + std::string(part);
    return out.empty() ? "/" : out;
}

Status check_target(const Entry& entry) {
    const std::string origin = entry.origin + "/destination: ";
    if (entry.target == "/") return invalid(origin + "the root itself cannot be a mount point");
    if (is_change(entry)) return {};
    if (entry.target == "/proc" && entry.mount.type != "proc"
        && !(is_bind(entry) && clean_path(entry.mount.source) == "/proc"))
        return invalid(origin + "only type proc or a bind mount of /proc may go to '/proc'");
    if (!is_below(entry.target, "/proc")) return {};
    const std::string_view inside = std::string_view(entry.target).substr(6);
    if (std::find(std::begin(kMayBeCoveredInProc), std::end(kMayBeCoveredInProc), inside)
        != std::end(kMayBeCoveredInProc))
        return {};
    return invalid(origin + quote(entry.target) + " is inside /proc, where only these may be "
                   + "mounted over: "
                   + joined({std::begin(kMayBeCoveredInProc), std::end(kMayBeCoveredInProc)}));
}

Result<Entry> read_entry(const Compilation& c, std::size_t index) {
    const spec::Mount& mount = c.config.mounts[index];
    std::string origin = pointer_to("config.json#/mounts", index);
    MountOptions options = TRY(read_mount_options(mount.options, origin));
    Entry entry{mount, std::move(origin), clean_path(mount.destination), std::move(options)};
    TRY(check_target(entry));
    return entry;
}

std::uint32_t target_flags(const Entry& entry) {
    const bool plain = entry.target == "/proc" || entry.target == "/sys";
    return plain ? wire::kPlainTarget : 0;
}

void warn(const Compilation& c, const Entry& entry, const std::vector<std::string>& options,
          const char* why) {
    if (!options.empty())
        c.plan.warnings.push_back(entry.origin + "/options: " + joined(options) + ": " + why);
}

// ---------------------------------------------------------------- idmapped mounts

// The mapping of the entry itself, else that of the container's user namespace.
Result<IdMapSource> id_map_of(const Compilation& c, const Entry& entry) {
    if (!entry.mount.uid_mappings.empty() || !entry.mount.gid_mappings.empty())
        return IdMapSource{entry.origin, id_map_text(entry.mount.uid_mappings),
                           id_map_text(entry.mount.gid_mappings)};
    if (!is_own(c.linux_, NamespaceType::kUser))
        return invalid(entry.origin
                       + "/options: idmap needs uidMappings and gidMappings here, or "
                         "a user namespace that has them");
    return IdMapSource{entry.origin, id_map_text(c.linux_.uid_mappings),
                       id_map_text(c.linux_.gid_mappings)};
}

bool wants_id_map(const Entry& entry) {
    return entry.options.id_map || !entry.mount.uid_mappings.empty()
           || !entry.mount.gid_mappings.empty();
}

// Of a joined user namespace only its file knows the mapping.
wire::Slot joined_user_namespace(const Compilation& c) {
    for (const NamespaceFile& file : c.plan.joins)
        if (file.type == CLONE_NEWUSER) return file.slot;
    return wire::kNoSlot;
}

Status plan_id_map(const Compilation& c, const Entry& entry, wire::Slot& slot) {
    const bool mapped = !entry.mount.uid_mappings.empty() || !entry.mount.gid_mappings.empty()
                        || !c.linux_.uid_mappings.empty();
    if (!mapped) slot = joined_user_namespace(c);
    if (slot != wire::kNoSlot) return {};
    IdMapSource source = TRY(id_map_of(c, entry));
    slot = source.slot = c.steps().new_slot();
    c.plan.id_maps.push_back(std::move(source));
    return {};
}

// ---------------------------------------------------------------- bind mounts

// Relative sources count from the bundle: config.md, "Mounts".
std::string source_path(const Compilation& c, const spec::Mount& mount) {
    return mount.source.front() == '/' ? mount.source : c.options.bundle + "/" + mount.source;
}

bool wants_sharing(const Entry& entry) {
    return entry.options.attributes.propagation == MS_SHARED;
}

// `tare` opens what init may not reach from its user namespace, and what must stay a peer of the
// host's mount, which nothing in init's namespace is. What an earlier mount puts below the root
// exists for init alone.
bool needs_tree(const Compilation& c, const Entry& entry, const std::string& source) {
    const bool user_namespace = is_own(c.linux_, NamespaceType::kUser);
    return c.host.can_admin && (user_namespace || wants_sharing(entry))
           && !is_below(clean_path(source), clean_path(root_path(c)));
}

Status plan_bind(const Compilation& c, const Entry& entry) {
    const MountOptions& options = entry.options;
    if (entry.mount.source.empty())
        return invalid(entry.origin + "/source: is missing; a bind mount needs one");
    if (!options.data.empty())
        return invalid(entry.origin + "/options: " + quote(joined(options.data, ","))
                       + ": a bind mount takes no options of a file system");
    if (options.copy_up) return invalid(entry.origin + "/options: 'tmpcopyup' needs type tmpfs");
    warn(c, entry, options.super, "belongs to the file system; a bind mount cannot change it");

    const std::string source = source_path(c, entry.mount);
    wire::Bind body{.recursive = options.recursive_bind, .attributes = options.attributes};
    body.flags = target_flags(entry);
    wire::Slot id_map = wire::kNoSlot;
    if (wants_id_map(entry)) TRY(plan_id_map(c, entry, id_map));

    if (needs_tree(c, entry, source)) {
        TreeSource tree{.origin = entry.origin, .path = source};
        tree.recursive = options.recursive_bind;
        tree.slave = is_own(c.linux_, NamespaceType::kUser) || !wants_sharing(entry);
        tree.id_map = id_map;
        tree.id_map_recursive = options.recursive_id_map;
        tree.slot = body.tree = c.steps().new_slot();
        c.plan.trees.push_back(std::move(tree));
    } else {
        body.attributes.id_map = id_map;
        body.attributes.id_map_recursive = options.recursive_id_map;
    }
    body.source = c.steps().text(source);
    body.target = c.steps().text(without_empty_components(entry.mount.destination));
    c.steps().add(wire::Op::kBind, body,
                  {entry.origin,
                   (options.recursive_bind ? "bind the tree " : "bind ") + quote(source) + " on "
                       + quote(entry.mount.destination),
                   describe(options.attributes)});
    return {};
}

// ---------------------------------------------------------------- new mounts

// One mount has no tree below it yet, and nothing of a source to take away.
void fold(wire::Attributes& attributes) {
    attributes.set = (attributes.set & ~attributes.recursive_clear) | attributes.recursive_set;
    attributes.clear = attributes.recursive_set = attributes.recursive_clear = 0;
}

bool has_key(const std::vector<std::string>& options, std::string_view key) {
    return std::any_of(options.begin(), options.end(), [&](const std::string& option) {
        return option.substr(0, option.find('=')) == key;
    });
}

// An id that the user namespace does not know is EINVAL; engines write gid=5 without looking.
void drop_unmapped_gid(const Compilation& c, std::vector<std::string>& data) {
    std::erase_if(data, [&](const std::string& option) {
        if (option.rfind("gid=", 0) != 0) return false;
        const auto gid = parse_unsigned(std::string_view(option).substr(4));
        return gid && *gid <= 0xffffffff && !maps_gid(c.linux_, static_cast<std::uint32_t>(*gid));
    });
}

// What the file system itself is told.
std::vector<std::string> file_system_options(const Compilation& c, const Entry& entry) {
    const std::string& type = entry.mount.type;
    std::vector<std::string> out = entry.options.super;
    if (has_device(type) && (entry.options.attributes.set & MOUNT_ATTR_RDONLY) != 0)
        out.emplace_back("ro");
    out.insert(out.end(), entry.options.data.begin(), entry.options.data.end());
    if (type == "devpts") drop_unmapped_gid(c, out);
    const bool labelled = has_device(type) || type == "tmpfs" || type == "devpts";
    if (!c.linux_.mount_label.empty() && labelled && !has_key(out, "context"))
        out.push_back("context=" + c.linux_.mount_label);
    return out;
}

// What to do where the user namespace may not mount the kernel's own file systems: it must own the
// namespace that they show, and see a whole one already (mount_namespaces(7), sysfs and proc).
std::uint32_t fallback(const Compilation& c, const std::string& type) {
    if (!in_user_namespace(c)) return 0;
    if (type == "cgroup" || type == "cgroup2") return wire::kMaskOnEperm;
    // The host's /proc knows nothing of a new pid namespace: an error is better than a wrong one.
    if (type == "proc" && !is_new(c.linux_, NamespaceType::kPid)) return wire::kBindOnEperm;
    if (type == "sysfs") return wire::kBindOnEperm;
    if (type == "mqueue" && !is_new(c.linux_, NamespaceType::kIpc)) return wire::kBindOnEperm;
    return 0;
}

std::string source_of(const Entry& entry, std::uint32_t flags) {
    const std::string& type = entry.mount.type;
    if ((flags & wire::kBindOnEperm) != 0)
        return type == "proc" ? "/proc" : type == "sysfs" ? "/sys" : "/dev/mqueue";
    return entry.mount.source.empty() ? type : entry.mount.source;
}

bool is_late_readonly(const Compilation& c, const Entry& entry) {
    if (entry.mount.type != "tmpfs" || is_bind(entry) || is_change(entry)) return false;
    if (((entry.options.attributes.set | entry.options.attributes.recursive_set)
         & MOUNT_ATTR_RDONLY)
        == 0)
        return false;
    if (entry.target == "/dev" || entry.options.copy_up) return true;
    const auto below = c.destinations.lower_bound(entry.target + "/");
    return below != c.destinations.end() && is_below(*below, entry.target);
}

std::string describe_all(const wire::Attributes& attributes, std::vector<std::string> options,
                         std::uint32_t flags = 0) {
    if ((flags & wire::kCopyUp) != 0) options.emplace_back("tmpcopyup");
    if ((flags & wire::kKeepMode) != 0) options.emplace_back("with the mode of what it covers");
    if ((flags & wire::kBindOnEperm) != 0) options.emplace_back("else the host's, read-only");
    if ((flags & wire::kMaskOnEperm) != 0) options.emplace_back("else masked");
    std::string text = describe(attributes);
    if (!text.empty() && !options.empty()) text += ", ";
    return text + joined(options);
}

Status plan_new(const Compilation& c, const Entry& entry) {
    const spec::Mount& mount = entry.mount;
    if (mount.type.empty() || mount.type == "none")
        return invalid(entry.origin + "/type: is missing; only a bind mount needs none");
    if (entry.options.copy_up && mount.type != "tmpfs")
        return invalid(entry.origin + "/options: 'tmpcopyup' needs type tmpfs");

    const std::vector<std::string> options = file_system_options(c, entry);
    wire::Mount body{.attributes = entry.options.attributes};
    fold(body.attributes);
    if (is_late_readonly(c, entry)) body.attributes.set &= ~std::uint64_t{MOUNT_ATTR_RDONLY};
    if (wants_id_map(entry)) TRY(plan_id_map(c, entry, body.attributes.id_map));
    body.attributes.id_map_recursive = entry.options.recursive_id_map;

    body.flags = target_flags(entry) | fallback(c, mount.type);
    if (entry.options.copy_up) body.flags |= wire::kCopyUp;
    if (mount.type == "tmpfs" && !has_key(options, "mode")) body.flags |= wire::kKeepMode;
    const bool cgroup = mount.type == "cgroup" || mount.type == "cgroup2";
    body.type = c.steps().text(cgroup ? "cgroup2" : mount.type);
    body.source = c.steps().text(source_of(entry, body.flags));
    body.target = c.steps().text(without_empty_components(mount.destination));
    body.options = c.steps().texts(options);
    c.steps().add(cgroup ? wire::Op::kMountCgroup : wire::Op::kMount, body,
                  {entry.origin,
                   "mount " + (cgroup ? "cgroup2" : mount.type) + " on " + quote(mount.destination),
                   describe_all(body.attributes, options, body.flags)});
    return {};
}

// sysfs shows a network namespace: a user namespace that does not own one can only bind the host's,
// and must not write to it.
Status plan_host_sysfs(const Compilation& c, const Entry& entry) {
    wire::Bind body{.recursive = 1, .flags = wire::kPlainTarget};
    body.attributes = entry.options.attributes;
    body.attributes.recursive_set |=
        MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    if (needs_tree(c, entry, "/sys")) {
        TreeSource tree{.origin = entry.origin, .path = "/sys"};
        tree.slot = body.tree = c.steps().new_slot();
        c.plan.trees.push_back(std::move(tree));
    }
    body.source = c.steps().text("/sys");
    body.target = c.steps().text(without_empty_components(entry.mount.destination));
    c.steps().add(wire::Op::kBind, body,
                  {entry.origin, "bind the host's /sys on " + quote(entry.mount.destination),
                   describe(body.attributes)});
    return {};
}

// ---------------------------------------------------------------- changes

Status plan_change(const Compilation& c, const Entry& entry) {
    const MountOptions& options = entry.options;
    wire::Mount body{.attributes = options.attributes};
    std::vector<std::string> file_system = options.super;
    file_system.insert(file_system.end(), options.data.begin(), options.data.end());
    if (is_bind(entry) && !file_system.empty())
        return invalid(entry.origin + "/options: " + quote(joined(file_system, ","))
                       + ": a bind mount takes no options of a file system");
    if (options.remount && !is_bind(entry) && (options.attributes.set & MOUNT_ATTR_RDONLY) != 0)
        body.flags |= wire::kSuperReadonly;
    if (options.remount && !is_bind(entry) && (options.attributes.clear & MOUNT_ATTR_RDONLY) != 0)
        file_system.emplace_back("rw");
    if (wants_id_map(entry))
        return invalid(entry.origin + "/options: a mount cannot get id mappings afterwards");
    body.target = c.steps().text(without_empty_components(entry.mount.destination));
    body.options = c.steps().texts(file_system);
    c.steps().add(wire::Op::kRemount, body,
                  {entry.origin, "change the mount on " + quote(entry.mount.destination),
                   describe_all(options.attributes, file_system)});
    return {};
}

} // namespace

std::string clean_path(std::string_view path) {
    std::vector<std::string_view> parts;
    for (const std::string_view part : split(path, '/')) {
        if (part == "..") {
            if (!parts.empty()) parts.pop_back();
        } else if (!part.empty() && part != ".") {
            parts.push_back(part);
        }
    }
    std::string out;
    for (const std::string_view part : parts)
        out += "/" + std::string(part);
    return out.empty() ? "/" : out;
}

std::set<std::string> clean_destinations(const spec::Config& config) {
    std::set<std::string> out;
    for (const spec::Mount& mount : config.mounts)
        out.insert(clean_path(mount.destination));
    return out;
}

std::string root_path(const Compilation& c) {
    const std::string& path = c.config.root->path;
    return !path.empty() && path.front() == '/' ? path : c.options.bundle + "/" + path;
}

Status plan_mount(const Compilation& c, std::size_t index) {
    const Entry entry = TRY(read_entry(c, index));
    if (entry.options.wants_iversion)
        warn(c, entry, {"iversion"}, "left to the file system, which decides by itself");
    if (is_change(entry)) return plan_change(c, entry);
    if (is_bind(entry)) return plan_bind(c, entry);
    if (entry.mount.type == "sysfs" && in_user_namespace(c)
        && !is_own(c.linux_, NamespaceType::kNetwork))
        return plan_host_sysfs(c, entry);
    return plan_new(c, entry);
}

void plan_notify_socket(const Compilation& c) {
    const std::string& source = c.options.notify_socket;
    if (source.empty()) return;
    wire::Bind body;
    // The state directory is closed to everybody but us.
    if (is_own(c.linux_, NamespaceType::kUser) && c.host.can_admin) {
        TreeSource tree{.origin = "NOTIFY_SOCKET", .path = source, .recursive = false};
        tree.slot = body.tree = c.steps().new_slot();
        c.plan.trees.push_back(std::move(tree));
    }
    body.source = c.steps().text(source);
    body.target = c.steps().text("/run/notify");
    body.attributes.set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    c.steps().add(wire::Op::kBind, body,
                  {"NOTIFY_SOCKET", "bind " + quote(source) + " on '/run/notify'",
                   describe(body.attributes)});
}

Status plan_late_readonly(const Compilation& c) {
    for (std::size_t i = 0; i < c.config.mounts.size(); ++i) {
        if (c.config.mounts[i].type != "tmpfs") continue;
        const Entry entry = TRY(read_entry(c, i));
        if (!is_late_readonly(c, entry)) continue;
        wire::Mount body;
        body.attributes.set = MOUNT_ATTR_RDONLY;
        body.target = c.steps().text(without_empty_components(entry.mount.destination));
        c.steps().add(wire::Op::kRemount, body,
                      {entry.origin, "make " + quote(entry.mount.destination) + " read-only",
                       describe(body.attributes)});
    }
    return {};
}

} // namespace tare::plan
