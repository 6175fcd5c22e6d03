#include "plan/rootfs.h"

#include "base/text.h"
#include "plan/mount_entry.h"
#include "plan/namespaces.h"

#include <algorithm>
#include <set>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace tare::plan {

namespace {

using spec::NamespaceType;

constexpr Named<std::uint64_t> kPropagations[] = {
    {"shared", MS_SHARED},         {"rshared", MS_SHARED | MS_REC},
    {"slave", MS_SLAVE},           {"rslave", MS_SLAVE | MS_REC},
    {"private", MS_PRIVATE},       {"rprivate", MS_PRIVATE | MS_REC},
    {"unbindable", MS_UNBINDABLE}, {"runbindable", MS_UNBINDABLE | MS_REC},
};

constexpr std::string_view kPropagationField = "config.json#/linux/rootfsPropagation";

bool has_mount_namespace(const Compilation& c) {
    return is_own(c.linux_, NamespaceType::kMount);
}

// ---------------------------------------------------------------- devices

struct DefaultDevice {
    std::string_view path;
    unsigned major, minor;
};
constexpr DefaultDevice kDefaultDevices[] = {
    {"/dev/null", 1, 3}, {"/dev/zero", 1, 5},   {"/dev/full", 1, 7},
    {"/dev/tty", 5, 0},  {"/dev/random", 1, 8}, {"/dev/urandom", 1, 9},
};

constexpr struct {
    const char *path, *target;
} kLinks[] = {
    {"/dev/fd", "/proc/self/fd"},       {"/dev/stdin", "/proc/self/fd/0"},
    {"/dev/stdout", "/proc/self/fd/1"}, {"/dev/stderr", "/proc/self/fd/2"},
    {"/dev/core", "/proc/kcore"},       {"/dev/ptmx", "pts/ptmx"},
};

// An engine that binds /dev brings all of it: what is made there would be made on the host.
Result<const spec::Mount*> bind_on_dev(const Compilation& c) {
    for (std::size_t i = 0; i < c.config.mounts.size(); ++i) {
        if (clean_path(c.config.mounts[i].destination) != "/dev") continue;
        const Entry entry = TRY(read_entry(c, i));
        if (is_bind(entry) && !is_change(entry)) return &c.config.mounts[i];
    }
    return nullptr;
}

// Engines list all devices of the host for a privileged container. The host's would open its
// terminals, not the container's: here it is a link, as config-linux.md has it.
bool is_ptmx(const spec::Device& device) {
    return device.type == "c" && device.major == 5 && device.minor == 2
           && clean_path(device.path) == "/dev/ptmx";
}

constexpr Named<mode_t> kDeviceTypes[] = {
    {"c", S_IFCHR},
    {"u", S_IFCHR},
    {"b", S_IFBLK},
    {"p", S_IFIFO},
};

// mknod(2) of a device is for the initial user namespace alone.
bool is_bound(const Compilation& c, const wire::Device& body) {
    return in_user_namespace(c) && !S_ISFIFO(body.mode);
}

void add_device(const Compilation& c, const std::string& origin, wire::Device body,
                const std::string& path, std::string value) {
    const bool bind = is_bound(c, body);
    body.path = c.steps().text(path);
    if (bind) body.bind_source = body.path;
    const char* how = "make the device ";
    if (bind) how = body.tree == wire::kNoSlot ? "bind the host's " : "bind the device ";
    c.steps().add(wire::Op::kDevice, body, {origin, how + quote(path), std::move(value)});
}

// Where `tare` may, it makes what the host has not. Who owns a node inside may not be mapped: then
// root outside does.
void plan_node(const Compilation& c, const std::string& origin, const std::string& path,
               wire::Device& body) {
    if (!is_bound(c, body) || c.host.in_user_namespace || !c.host.can_admin) return;
    body.tree = c.steps().new_slot();
    c.plan.devices.push_back({.origin = origin,
                              .path = path,
                              .mode = body.mode,
                              .number = body.number,
                              .uid = outside_id(c.linux_.uid_mappings, body.uid).value_or(0),
                              .gid = outside_id(c.linux_.gid_mappings, body.gid).value_or(0),
                              .slot = body.tree});
}

Status plan_device(const Compilation& c, std::size_t index) {
    const spec::Device& device = c.linux_.devices[index];
    const std::string origin = pointer_to("config.json#/linux/devices", index);
    const mode_t type = TRY(value_of(kDeviceTypes, device.type, origin, "/type"));
    const std::string path = clean_path(device.path);
    if (path == "/")
        return invalid(origin + "/path: " + quote(device.path) + " must be below the root");
    // fileMode may bring the type of file along: only the permissions count.
    wire::Device body{.mode = type | (device.file_mode.value_or(0666) & 07777u)};
    body.must_match = 1;
    body.uid = device.uid.value_or(0);
    body.gid = device.gid.value_or(0);
    std::string value = device.type;
    if (type != S_IFIFO) {
        body.number =
            makedev(static_cast<unsigned>(device.major), static_cast<unsigned>(device.minor));
        value += " " + std::to_string(device.major) + ":" + std::to_string(device.minor);
    }
    value += ", mode " + octal(body.mode & 07777) + ", owner " + std::to_string(body.uid) + ":"
             + std::to_string(body.gid);
    plan_node(c, origin, path, body);
    add_device(c, origin, body, path, std::move(value));
    return {};
}

void plan_default_devices(const Compilation& c, const std::set<std::string>& configured) {
    for (const DefaultDevice& device : kDefaultDevices) {
        const std::string path(device.path);
        if (configured.count(path) != 0) continue;
        wire::Device body{.mode = S_IFCHR | 0666, .number = makedev(device.major, device.minor)};
        add_device(c, std::string(kDefault), body, path,
                   "c " + std::to_string(device.major) + ":" + std::to_string(device.minor)
                       + ", mode 0666");
    }
}

void plan_links(const Compilation& c) {
    for (const auto& link : kLinks)
        c.steps().add(wire::Op::kSymlink,
                      wire::Symlink{c.steps().text(link.target), c.steps().text(link.path)},
                      {std::string(kDefault), "make the link " + quote(link.path),
                       "to " + std::string(link.target)});
}

// ---------------------------------------------------------------- covered paths

Status plan_paths(const Compilation& c, const std::vector<std::string>& paths,
                  const std::string& origin, wire::Op op, const char* what) {
    std::set<std::string_view> done;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const std::string& path = paths[i];
        const std::string at = pointer_to(origin, i);
        if (path.empty() || path.front() != '/')
            return invalid(at + ": " + quote(path) + " must be an absolute path");
        if (clean_path(path) == "/") return invalid(at + ": the root itself cannot be covered");
        if (!done.insert(path).second) continue;
        c.steps().add(op, wire::Path{c.steps().text(path)}, {at, what + quote(path)});
    }
    return {};
}

// While it can be: other runtimes make what an image lacks of it, too.
void plan_working_directory(const Compilation& c) {
    if (!c.config.root->readonly || !c.config.process || c.config.process->cwd == "/") return;
    const std::string& cwd = c.config.process->cwd;
    c.steps().add(wire::Op::kMakeDirectory, wire::Path{c.steps().text(cwd)},
                  {c.at("cwd"), "make " + quote(cwd) + ", if it is missing"});
}

// In the host's own /dev they are: engines ask for a privileged container's all the same.
void warn_of_left_out(const Compilation& c, const std::vector<std::string>& paths,
                      const std::string& source) {
    if (clean_path(source) == "/dev") return;
    const std::string more =
        paths.size() > 1 ? " and " + std::to_string(paths.size() - 1) + " more" : "";
    c.plan.warnings.push_back("config.json#/linux/devices: " + paths.front() + more
                              + ": not made, because /dev is " + quote(source)
                              + " itself, by config.json#/mounts");
}

} // namespace

Status plan_root(const Compilation& c) {
    if (!c.config.root || c.config.root->path.empty())
        return invalid("config.json#/root/path: is missing");
    if (has_mount_namespace(c)) {
        // Never what is shared with the host: `tare` itself opens the sources that are to stay so.
        const bool keep_out =
            c.linux_.rootfs_propagation == "private" || c.linux_.rootfs_propagation == "rprivate";
        const std::uint64_t flags = MS_REC | (keep_out ? MS_PRIVATE : MS_SLAVE);
        c.steps().add(
            wire::Op::kPropagation, wire::Propagation{flags},
            {std::string(c.linux_.rootfs_propagation.empty() ? kDefault : kPropagationField),
             "set the propagation of our copy of the host's mounts",
             keep_out ? "rprivate" : "rslave"});
    }

    const std::string path = root_path(c);
    wire::BindRoot body;
    if (is_own(c.linux_, NamespaceType::kUser) && c.host.can_admin) {
        TreeSource tree{.origin = "config.json#/root/path", .path = path};
        tree.slot = body.tree = c.steps().new_slot();
        c.plan.trees.push_back(std::move(tree));
    }
    body.path = c.steps().text(path);
    c.steps().add(wire::Op::kBindRoot, body,
                  {"config.json#/root/path", "bind the root " + quote(path)});
    return {};
}

Status plan_devices_and_links(const Compilation& c) {
    std::set<std::string> configured;
    for (const spec::Device& device : c.linux_.devices)
        configured.insert(clean_path(device.path));
    const spec::Mount* host_dev = TRY(bind_on_dev(c));
    if (host_dev == nullptr) {
        plan_default_devices(c, configured);
        plan_links(c);
    }
    std::vector<std::string> left_out;
    for (std::size_t i = 0; i < c.linux_.devices.size(); ++i) {
        const spec::Device& device = c.linux_.devices[i];
        if (is_ptmx(device)) continue;
        if (host_dev != nullptr && clean_path(device.path).starts_with("/dev/"))
            left_out.push_back(device.path);
        else
            TRY(plan_device(c, i));
    }
    if (!left_out.empty()) warn_of_left_out(c, left_out, host_dev->source);
    return {};
}

void plan_order_of_mounts(const Compilation& c) {
    const auto shared = std::find_if(c.plan.trees.begin(), c.plan.trees.end(),
                                     [](const TreeSource& tree) { return !tree.slave; });
    if (shared == c.plan.trees.end() || !c.host.is_linux(6, 8)) return;
    if (!is_new(c.linux_, NamespaceType::kMount)) return;
    c.steps().add(wire::Op::kCopyMounts,
                  {shared->origin, "copy the mounts, so that they are listed in their order"});
}

std::vector<std::string_view> default_device_paths() {
    std::vector<std::string_view> paths;
    for (const DefaultDevice& device : kDefaultDevices)
        paths.push_back(device.path);
    return paths;
}

Status plan_covered_paths(const Compilation& c) {
    TRY(plan_paths(c, c.linux_.masked_paths, "config.json#/linux/maskedPaths", wire::Op::kMaskPath,
                   "mask "));
    return plan_paths(c, c.linux_.readonly_paths, "config.json#/linux/readonlyPaths",
                      wire::Op::kReadonlyPath, "make read-only: ");
}

Status plan_enter_root(const Compilation& c) {
    const std::string origin = "config.json#/root/path";
    const std::string& propagation = c.linux_.rootfs_propagation;
    const std::uint64_t* flags = look_up(kPropagations, propagation);
    if (!propagation.empty() && flags == nullptr)
        return invalid(std::string(kPropagationField) + ": " + quote(propagation) + " must be "
                       + names_of(kPropagations));
    if (flags != nullptr && !has_mount_namespace(c))
        return invalid(std::string(kPropagationField) + ": needs a mount namespace");
    plan_working_directory(c);

    if (!has_mount_namespace(c))
        c.steps().add(wire::Op::kPivot, wire::Pivot{wire::kChroot},
                      {origin, "chroot into the root"});
    else if (c.options.no_pivot)
        c.steps().add(wire::Op::kPivot, wire::Pivot{wire::kMoveRoot},
                      {"--no-pivot", "move the root to '/'"});
    else
        c.steps().add(wire::Op::kPivot, wire::Pivot{wire::kPivotRoot}, {origin, "pivot_root"});

    if (flags != nullptr)
        c.steps().add(
            wire::Op::kRootPropagation, wire::Propagation{*flags},
            {std::string(kPropagationField), "set the propagation of the root", propagation});
    if (c.config.root->readonly)
        c.steps().add(wire::Op::kRootReadonly,
                      {"config.json#/root/readonly", "make the root read-only"});
    return {};
}

} // namespace tare::plan
