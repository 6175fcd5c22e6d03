#include "base/text.h"
#include "plan/mount_entry.h"
#include "plan/namespaces.h"

#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>

namespace tare::plan {

namespace {

using spec::NamespaceType;

// The mapping of the entry itself, by its fields or else by its option, else that of the
// container's user namespace.
Result<IdMapSource> id_map_of(const Compilation& c, const Entry& entry) {
    if (!entry.mount.uid_mappings.empty() || !entry.mount.gid_mappings.empty())
        return IdMapSource{entry.origin, id_map_text(entry.mount.uid_mappings),
                           id_map_text(entry.mount.gid_mappings)};
    const IdMapOption& option = entry.options.id_map_option;
    if (!option.uids.empty()) {
        const std::string origin = entry.origin + "/options";
        const auto uids = TRY(resolve(option.uids, c.linux_.uid_mappings, origin));
        const auto gids = TRY(resolve(option.gids, c.linux_.gid_mappings, origin));
        return IdMapSource{entry.origin, id_map_text(uids), id_map_text(gids)};
    }
    if (!is_own(c.linux_, NamespaceType::kUser))
        return invalid(entry.origin
                       + "/options: idmap needs uidMappings and gidMappings here, or "
                         "a user namespace that has them");
    return IdMapSource{entry.origin, id_map_text(c.linux_.uid_mappings),
                       id_map_text(c.linux_.gid_mappings)};
}

// Of a joined user namespace only its file knows the mapping.
wire::Slot joined_user_namespace(const Compilation& c) {
    for (const NamespaceFile& file : c.plan.joins)
        if (file.type == CLONE_NEWUSER) return file.slot;
    return wire::kNoSlot;
}

bool wants_sharing(const Entry& entry) {
    return entry.options.attributes.propagation == MS_SHARED;
}

// `tare` opens what init may not reach from its user namespace, and what must stay a peer of the
// host's mount, which nothing in init's namespace is. What an earlier mount puts below the root
// exists for init alone.
bool needs_tree(const Compilation& c, const Entry& entry, const std::string& source) {
    if (c.is_exec) return true; // init is in the container's root before anything else
    const bool user_namespace = is_own(c.linux_, NamespaceType::kUser);
    return c.host.can_admin && (user_namespace || wants_sharing(entry))
           && !is_below(clean_path(source), clean_path(root_path(c)));
}

// The parameters of a new tmpfs make no difference to what is bound: as crun, a warning. Whatever
// else comes may be meant to protect ("noexce", a context), and is not passed over.
Status check_data(const Compilation& c, const Entry& entry) {
    std::vector<std::string> passed_over, rest;
    for (const std::string& option : entry.options.data) {
        const bool known = option.starts_with("mode=") || option.starts_with("size=")
                           || option.starts_with("nr_inodes=") || option.starts_with("nr_blocks=");
        (known ? passed_over : rest).push_back(option);
    }
    if (!rest.empty())
        return invalid(entry.origin + "/options: " + quote(joined(rest, ","))
                       + ": a bind mount takes no options of a file system");
    warn(c, entry, passed_over, "is for a new tmpfs; a bind mount is as its source");
    return {};
}

std::uint32_t link_flags(const MountOptions& options) {
    return (options.source_nofollow ? wire::kLinkItself : 0)
           | (options.target_nofollow ? wire::kOverLink : 0)
           | (options.copy_symlink ? wire::kCopyLink : 0);
}

std::string described(const wire::Attributes& attributes, const MountOptions& options) {
    std::vector<std::string> names;
    if (const std::string text = describe(attributes); !text.empty()) names.push_back(text);
    if (options.source_nofollow) names.emplace_back("src-nofollow");
    if (options.target_nofollow) names.emplace_back("dest-nofollow");
    if (options.copy_symlink) names.emplace_back("copy-symlink");
    return joined(names);
}

} // namespace

bool wants_id_map(const Entry& entry) {
    return entry.options.id_map || !entry.mount.uid_mappings.empty()
           || !entry.mount.gid_mappings.empty();
}

Status plan_id_map(const Compilation& c, const Entry& entry, wire::Slot& slot) {
    const bool mapped = !entry.mount.uid_mappings.empty() || !entry.mount.gid_mappings.empty()
                        || !entry.options.id_map_option.uids.empty()
                        || !c.linux_.uid_mappings.empty();
    if (!mapped) slot = joined_user_namespace(c);
    if (slot != wire::kNoSlot) return {};
    IdMapSource source = TRY(id_map_of(c, entry));
    slot = source.slot = c.steps().new_slot();
    c.plan.id_maps.push_back(std::move(source));
    return {};
}

Status plan_bind(const Compilation& c, const Entry& entry) {
    const MountOptions& options = entry.options;
    if (entry.mount.source.empty())
        return invalid(entry.origin + "/source: is missing; a bind mount needs one");
    TRY(check_data(c, entry));
    if (options.copy_up) return invalid(entry.origin + "/options: 'tmpcopyup' needs type tmpfs");
    if (options.copy_symlink && (options.source_nofollow || options.target_nofollow))
        return invalid(entry.origin
                       + "/options: 'copy-symlink' goes with neither 'src-nofollow' nor "
                         "'dest-nofollow'");
    warn(c, entry, options.super, "belongs to the file system; a bind mount cannot change it");

    const std::string source = in_bundle(entry.mount.source, c.options.bundle);
    wire::Bind body{.recursive = options.recursive_bind, .attributes = options.attributes};
    body.flags = target_flags(entry) | link_flags(options);
    wire::Slot id_map = wire::kNoSlot;
    if (wants_id_map(entry)) TRY(plan_id_map(c, entry, id_map));

    if (needs_tree(c, entry, source)) {
        TreeSource tree{.origin = entry.origin, .path = source};
        tree.recursive = options.recursive_bind;
        tree.follow = !options.source_nofollow && !options.copy_symlink;
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
    body.target = c.steps().text(target_text(entry));
    c.steps().add(wire::Op::kBind, body,
                  {entry.origin,
                   (options.recursive_bind ? "bind the tree " : "bind ") + quote(source) + " on "
                       + quote(entry.mount.destination),
                   described(body.attributes, options)});
    return {};
}

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
    body.target = c.steps().text(target_text(entry));
    c.steps().add(wire::Op::kBind, body,
                  {entry.origin, "bind the host's /sys on " + quote(entry.mount.destination),
                   describe(body.attributes)});
    return {};
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
    // To write to a socket takes no writable mount. What a container made there would be the
    // host's.
    body.attributes.set =
        MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    c.steps().add(wire::Op::kBind, body,
                  {"NOTIFY_SOCKET", "bind " + quote(source) + " on '/run/notify'",
                   describe(body.attributes)});
}

} // namespace tare::plan
