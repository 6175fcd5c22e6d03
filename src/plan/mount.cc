#include "plan/mount_entry.h"

#include "base/text.h"
#include "plan/detail.h"
#include "plan/namespaces.h"

#include <algorithm>
#include <linux/mount.h>
#include <sys/mount.h>

namespace tare::plan {

namespace {

using spec::NamespaceType;

// File systems without a device: one superblock may serve many mounts, so `ro` means the mount
// only.
constexpr std::string_view kWithoutDevice[] = {"tmpfs",  "proc",    "sysfs", "mqueue",
                                               "devpts", "cgroup2", "cgroup"};

bool has_device(std::string_view type) {
    return std::find(std::begin(kWithoutDevice), std::end(kWithoutDevice), type)
           == std::end(kWithoutDevice);
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

bool is_cgroup(const spec::Mount& mount) {
    return mount.type == "cgroup" || mount.type == "cgroup2";
}

// What to do where the user namespace may not mount the kernel's own file systems: it must own the
// namespace that they show, and see a whole one already (mount_namespaces(7), sysfs and proc).
std::uint32_t fallback(const Compilation& c, const spec::Mount& mount) {
    const std::string& type = mount.type;
    // In a container that runs, the host's is out of reach.
    if (!in_user_namespace(c) || c.is_exec) return 0;
    if (is_cgroup(mount)) return wire::kMaskOnEperm;
    // The host's /proc knows nothing of a new pid namespace: an error is better than a wrong one.
    if (type == "proc" && !is_new(c.linux_, NamespaceType::kPid)) return wire::kBindOnEperm;
    if (type == "sysfs") return wire::kBindOnEperm;
    if (type == "mqueue" && !is_new(c.linux_, NamespaceType::kIpc)) return wire::kBindOnEperm;
    return 0;
}

bool is_late_readonly(const Compilation& c, const Entry& entry) {
    if (entry.mount.type != "tmpfs" || is_bind(entry) || is_change(entry)) return false;
    if (!makes_readonly(entry.options.attributes)) return false;
    if (entry.target == "/dev" || entry.options.copy_up) return true;
    const auto below = c.destinations.lower_bound(entry.target + "/");
    return below != c.destinations.end() && is_below(*below, entry.target);
}

std::string describe_all(const wire::Attributes& attributes, std::vector<std::string> options,
                         std::uint32_t flags = 0) {
    if ((flags & wire::kCopyUp) != 0) options.emplace_back("tmpcopyup");
    if ((flags & wire::kCountVersions) != 0) options.emplace_back("iversion");
    std::string text = describe(attributes);
    if (!text.empty() && !options.empty()) text += ", ";
    text += joined(options);
    for (const auto& [flag, remark] :
         {std::pair(wire::kKeepMode, "with the mode of what it covers"),
          std::pair(wire::kBindOnEperm, "else the host's, read-only"),
          std::pair(wire::kMaskOnEperm, "else masked")})
        if ((flags & flag) != 0) text += (text.empty() ? "" : std::string(kRemark)) + remark;
    return text;
}

// Options for symlinks, which only a bind mount can be of or over.
Status check_no_links(const Entry& entry) {
    const MountOptions& options = entry.options;
    for (const auto& [is_set, name] : {std::pair(options.copy_symlink, "copy-symlink"),
                                       std::pair(options.source_nofollow, "src-nofollow"),
                                       std::pair(options.target_nofollow, "dest-nofollow")})
        if (is_set)
            return invalid(entry.origin + "/options: " + quote(name) + " needs a bind mount");
    return {};
}

Status plan_new(const Compilation& c, const Entry& entry) {
    const spec::Mount& mount = entry.mount;
    if (mount.type == "none")
        return invalid(entry.origin
                       + "/type: 'none' is for bind mounts, and options has neither "
                         "bind nor rbind");
    if (mount.type.empty())
        return invalid(entry.origin + "/type: is missing; only a bind mount needs none");
    if (c.is_exec && has_device(mount.type))
        return invalid(entry.origin + "/type: " + quote(mount.type)
                       + ": its source would be looked up among the files of the container that "
                         "runs; mount it on the host, and bind that");
    if (entry.options.copy_up && mount.type != "tmpfs")
        return invalid(entry.origin + "/options: 'tmpcopyup' needs type tmpfs");
    TRY(check_no_links(entry));

    const std::vector<std::string> options = file_system_options(c, entry);
    wire::Mount body{.attributes = entry.options.attributes};
    fold(body.attributes);
    if (is_late_readonly(c, entry)) body.attributes.set &= ~std::uint64_t{MOUNT_ATTR_RDONLY};
    if (wants_id_map(entry)) TRY(plan_id_map(c, entry, body.attributes.id_map));
    body.attributes.id_map_recursive = entry.options.recursive_id_map;

    body.flags = target_flags(entry) | fallback(c, mount);
    if (entry.options.copy_up) body.flags |= wire::kCopyUp;
    if (mount.type == "tmpfs" && !has_key(options, "mode")) body.flags |= wire::kKeepMode;
    // One without a device has nothing that outlives it, and whose changes would be counted.
    if (entry.options.wants_iversion && has_device(mount.type)) body.flags |= wire::kCountVersions;
    const bool cgroup = is_cgroup(mount);
    body.type = c.steps().text(cgroup ? "cgroup2" : mount.type);
    body.source = c.steps().text(mount.source.empty() ? mount.type : mount.source);
    body.target = c.steps().text(target_text(entry));
    body.options = c.steps().texts(options);
    c.steps().add(cgroup ? wire::Op::kMountCgroup : wire::Op::kMount, body,
                  {entry.origin,
                   "mount " + (cgroup ? "cgroup2" : mount.type) + " on " + quote(mount.destination),
                   describe_all(body.attributes, options, body.flags)});
    return {};
}

// A mount of cgroup2 made in the host's own cgroup namespace sets the options of all mounts of it:
// without any it would take nsdelegate from systemd. What it shows is what the host's shows.
// But for its flags, and what is mounted below it later: they are as a new mount has them.
Status plan_our_cgroups(const Compilation& c, const Entry& entry) {
    TRY(check_no_links(entry));
    spec::Mount bind = entry.mount;
    bind.source = c.host.cgroup_tree;
    MountOptions options = entry.options;
    wire::Attributes& attributes = options.attributes;
    if (attributes.propagation == 0) attributes.propagation = MS_PRIVATE;
    if (!makes_readonly(attributes)) attributes.clear |= MOUNT_ATTR_RDONLY;
    return plan_bind(c, Entry{bind, entry.origin, entry.target, options});
}

bool shows_our_cgroups(const Compilation& c, const Entry& entry) {
    return is_cgroup(entry.mount) && !c.host.cgroup_tree.empty() && !in_user_namespace(c)
           && entry.options.data.empty() && entry.options.super.empty();
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
    TRY(check_no_links(entry));
    if (wants_id_map(entry))
        return invalid(entry.origin + "/options: a mount cannot get id mappings afterwards");
    body.target = c.steps().text(target_text(entry));
    body.options = c.steps().texts(file_system);
    c.steps().add(wire::Op::kRemount, body,
                  {entry.origin, "change the mount on " + quote(entry.mount.destination),
                   describe_all(options.attributes, file_system)});
    return {};
}

// What can be done to a container at create alone.
Status check_live(const Compilation& c, const Entry& entry) {
    const std::string at = entry.origin + "/options: ";
    if (is_change(entry)) return invalid(at + "would change a mount that is there, not add one");
    if (entry.options.copy_symlink || entry.options.source_nofollow)
        return invalid(at + (entry.options.copy_symlink ? "'copy-symlink'" : "'src-nofollow'")
                       + " would bring a symlink, which no removal would find");
    if (is_bind(entry) && !c.host.can_admin)
        return invalid(entry.origin
                       + "/source: a directory of the host can be brought into a "
                         "container that runs by root alone");
    return {};
}

} // namespace

Status plan_mount(const Compilation& c, std::size_t index) {
    const Entry entry = TRY(read_entry(c, index));
    if (entry.options.wants_iversion && (is_change(entry) || is_bind(entry)))
        warn(c, entry, {"iversion"}, "is for a new mount of a file system");
    if (c.is_exec) TRY(check_live(c, entry));
    if (is_change(entry)) return plan_change(c, entry);
    if (is_bind(entry)) return plan_bind(c, entry);
    if (entry.mount.type == "sysfs" && in_user_namespace(c)
        && !is_own(c.linux_, NamespaceType::kNetwork))
        return plan_host_sysfs(c, entry);
    if (shows_our_cgroups(c, entry)) return plan_our_cgroups(c, entry);
    return plan_new(c, entry);
}

bool wants_our_cgroups(const spec::Config& config) {
    const bool own = config.linux_ && is_own(*config.linux_, NamespaceType::kCgroup);
    return !own && std::any_of(config.mounts.begin(), config.mounts.end(), is_cgroup);
}

Status plan_late_readonly(const Compilation& c) {
    for (std::size_t i = 0; i < c.config.mounts.size(); ++i) {
        if (c.config.mounts[i].type != "tmpfs") continue;
        const Entry entry = TRY(read_entry(c, i));
        if (!is_late_readonly(c, entry)) continue;
        wire::Mount body;
        body.attributes.set = MOUNT_ATTR_RDONLY;
        body.target = c.steps().text(target_text(entry));
        c.steps().add(wire::Op::kRemount, body,
                      {entry.origin, "make " + quote(entry.mount.destination) + " read-only",
                       describe(body.attributes)});
    }
    return {};
}

} // namespace tare::plan
