#include "runtime/sources.h"

#include "base/text.h"
#include "runtime/device_nodes.h"
#include "runtime/id_maps.h"
#include "sys/file.h"
#include "sys/mount.h"
#include "sys/namespace.h"

#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace tare::runtime {

namespace {

Status check_not_ours(const plan::NamespaceFile& wanted, const Fd& file) {
    if (!TRY(sys::is_own_namespace(file, wanted.type))) return {};
    return invalid(quote(wanted.path) + " is the namespace that tare itself is in, and would be "
                   + "changed by " + wanted.not_ours);
}

// config-linux.md, "Namespaces": "The runtime MUST generate an error if the namespace file is not
// associated with a namespace of type `type`."
Result<Fd> open_namespace(const plan::NamespaceFile& wanted) {
    Fd file = TRY(sys::open_file(wanted.path, O_RDONLY | O_NONBLOCK));
    const std::uint64_t type = TRY(sys::namespace_type(file).map_error(under(quote(wanted.path))));
    if (type != wanted.type)
        return invalid(quote(wanted.path) + " is a namespace of type "
                       + std::string(sys::namespace_name(type)) + ", not "
                       + std::string(sys::namespace_name(wanted.type)));
    if (!wanted.not_ours.empty()) TRY(check_not_ours(wanted, file));
    return file;
}

Result<Fd> open_tree(const plan::TreeSource& wanted, int id_map) {
    Fd tree = TRY(sys::clone_tree(wanted.path, wanted.recursive, wanted.follow));
    if (wanted.slave)
        TRY(sys::set_tree_attributes(tree, {.propagation = MS_SLAVE, .recursive = true}));
    if (id_map < 0) return tree;
    Status mapped = sys::set_tree_attributes(
        tree, {.user_namespace = id_map, .recursive = wanted.id_map_recursive});
    if (!mapped && mapped.error().code == EINVAL)
        mapped.error().text += " (its file system takes no id mappings in this kernel)";
    TRY(std::move(mapped));
    return tree;
}

// Nothing else of ours needs as many descriptors as a config has mounts.
Error explain(Error error) {
    rlimit limit = {};
    if (error.code == EMFILE && ::getrlimit(RLIMIT_NOFILE, &limit) == 0)
        error.text += "; each source that the runtime opens takes one of the "
                      + std::to_string(limit.rlim_cur) + " that RLIMIT_NOFILE (ulimit -n) allows";
    return error;
}

} // namespace

Result<Sources> Sources::open(const plan::Plan& plan, const sys::Child* init) {
    Sources sources;
    TRY(sources.open_namespaces(plan, init));
    TRY(sources.open_root(plan, init));
    TRY(sources.make_id_maps(plan).map_error(explain));
    TRY(sources.open_trees(plan).map_error(explain));
    TRY(sources.make_devices(plan).map_error(explain));
    return sources;
}

void Sources::put(wire::Slot slot, Fd fd) {
    const auto index = static_cast<std::size_t>(slot);
    if (slots_.size() <= index) slots_.resize(index + 1);
    slots_[index] = std::move(fd);
}

Status Sources::open_namespaces(const plan::Plan& plan, const sys::Child* init) {
    for (const plan::NamespaceFile& wanted : plan.joins) {
        // Whatever namespace a pidfd leads to is that of its process: nothing to verify.
        auto opened = wanted.path.empty() && init != nullptr ? sys::duplicate(init->pidfd)
                                                             : open_namespace(wanted);
        Fd file = TRY(std::move(opened).map_error(under(wanted.origin)));
        if (wanted.before_clone)
            joined_.push_back({wanted.type, wanted.origin, std::move(file)});
        else
            put(wanted.slot, std::move(file));
    }
    return {};
}

Status Sources::open_root(const plan::Plan& plan, const sys::Child* init) {
    if (plan.root == wire::kNoSlot || init == nullptr) return {};
    const std::string path = "/proc/" + std::to_string(init->pid) + "/root";
    Fd root = TRY(sys::open_file(path, O_PATH | O_DIRECTORY));
    // So the pid was not another's by then.
    if (sys::has_ended(init->pidfd)) return sys_failure("open " + quote(path), ESRCH);
    put(plan.root, std::move(root));
    return {};
}

Status Sources::make_id_maps(const plan::Plan& plan) {
    for (const plan::IdMapSource& wanted : plan.id_maps) {
        const bool own = wanted.uid_map.empty() && wanted.gid_map.empty();
        const IdMaps maps = {.uid_map = own ? plan.uid_map : wanted.uid_map,
                             .gid_map = own ? plan.gid_map : wanted.gid_map};
        Fd file = TRY(make_id_map_namespace(maps).map_error(under(wanted.origin)));
        put(wanted.slot, std::move(file));
    }
    return {};
}

Status Sources::open_trees(const plan::Plan& plan) {
    for (const plan::TreeSource& wanted : plan.trees) {
        const int id_map = wanted.id_map == wire::kNoSlot
                               ? -1
                               : slots_[static_cast<std::size_t>(wanted.id_map)].get();
        Fd tree = TRY(open_tree(wanted, id_map).map_error(under(wanted.origin)));
        put(wanted.slot, std::move(tree));
    }
    return {};
}

// An empty slot stays where the host has the device: init binds that.
Status Sources::make_devices(const plan::Plan& plan) {
    std::vector<const plan::DeviceSource*> missing;
    for (const plan::DeviceSource& wanted : plan.devices) {
        put(wanted.slot, Fd());
        if (!is_on_host(wanted)) missing.push_back(&wanted);
    }
    if (missing.empty()) return {};
    std::vector<Fd> nodes = TRY(make_device_nodes(missing));
    for (std::size_t i = 0; i < nodes.size(); ++i)
        put(missing[i]->slot, std::move(nodes[i]));
    return {};
}

std::vector<int> Sources::slots() const {
    std::vector<int> numbers;
    for (const Fd& fd : slots_)
        numbers.push_back(fd ? fd.get() : -1);
    return numbers;
}

Status Visit::remember(std::uint64_t type) {
    Fd home = TRY(sys::own_namespace(type));
    homes_.push_back({type, std::move(home)});
    return {};
}

Status Visit::enter(const Sources::Joined& ns) {
    TRY(remember(ns.type));
    return sys::enter_namespace(ns.file, ns.type).map_error(under(ns.origin));
}

Status Visit::unshare_time(const std::string& offsets) {
    TRY(remember(CLONE_NEWTIME));
    TRY(sys::unshare_namespaces(CLONE_NEWTIME));
    if (offsets.empty()) return {};
    return sys::write_control("/proc/self/timens_offsets", offsets);
}

Status Visit::leave() {
    while (!homes_.empty()) {
        const Home home = std::move(homes_.back());
        homes_.pop_back();
        TRY(sys::enter_namespace(home.file, home.type));
    }
    return {};
}

} // namespace tare::runtime
