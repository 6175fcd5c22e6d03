#include "plan/sysctl.h"

#include "base/text.h"
#include "plan/namespaces.h"

#include <algorithm>

namespace tare::plan {

namespace {

using spec::NamespaceType;

// ipc_namespaces(7), uts_namespaces(7), namespaces(7): one copy a namespace. A trailing '/' means
// all below.
constexpr struct {
    std::string_view path;
    NamespaceType type;
} kNamespaced[] = {
    {"fs/mqueue/", NamespaceType::kIpc},
    {"kernel/auto_msgmni", NamespaceType::kIpc},
    {"kernel/msg_next_id", NamespaceType::kIpc},
    {"kernel/msgmax", NamespaceType::kIpc},
    {"kernel/msgmnb", NamespaceType::kIpc},
    {"kernel/msgmni", NamespaceType::kIpc},
    {"kernel/sem", NamespaceType::kIpc},
    {"kernel/sem_next_id", NamespaceType::kIpc},
    {"kernel/shm_next_id", NamespaceType::kIpc},
    {"kernel/shm_rmid_forced", NamespaceType::kIpc},
    {"kernel/shmall", NamespaceType::kIpc},
    {"kernel/shmmax", NamespaceType::kIpc},
    {"kernel/shmmni", NamespaceType::kIpc},
    {"kernel/domainname", NamespaceType::kUts},
    {"kernel/hostname", NamespaceType::kUts},
    {"net/", NamespaceType::kNetwork},
    {"user/", NamespaceType::kUser},
};

const NamespaceType* namespace_of(std::string_view path) {
    for (const auto& entry : kNamespaced) {
        const bool below = entry.path.back() == '/' && path.size() > entry.path.size()
                           && path.substr(0, entry.path.size()) == entry.path;
        if (below || path == entry.path) return &entry.type;
    }
    return nullptr;
}

std::string_view name_of(NamespaceType type) {
    return type == NamespaceType::kIpc    ? "an ipc"
           : type == NamespaceType::kUts  ? "a uts"
           : type == NamespaceType::kUser ? "a user"
                                          : "a network";
}

// A namespace that has a path may be the one that we are in: known when it is opened.
void keep_off_ours(const Compilation& c, NamespaceType type, const std::string& origin) {
    const std::uint64_t flag = clone_flag(type);
    for (NamespaceFile& file : c.plan.joins)
        if (file.type == flag && file.not_ours.empty()) file.not_ours = origin;
}

Status check(const Compilation& c, const std::string& path, const std::string& origin) {
    if (path.empty()) return invalid(origin + ": is no name of a kernel parameter");
    const NamespaceType* type = namespace_of(path);
    if (type == nullptr)
        return invalid(origin
                       + ": belongs to no namespace, so writing it would change the host; "
                         "allowed are net.*, fs.mqueue.*, user.* and the kernel.* of ipc and uts "
                         "namespaces");
    if (!is_own(c.linux_, *type))
        return invalid(origin + ": needs " + std::string(name_of(*type))
                       + " namespace, else it would change the host");
    if (path == "kernel/hostname" && !c.config.hostname.empty())
        return invalid(origin + ": contradicts the field 'hostname'");
    if (path == "kernel/domainname" && !c.config.domainname.empty())
        return invalid(origin + ": contradicts the field 'domainname'");
    keep_off_ours(c, *type, origin);
    return {};
}

} // namespace

// sysctl(8): the first separator decides; the other character then stands for itself in a name
// ("net.ipv4.conf.eth0/100.forwarding" is of the device eth0.100).
std::string sysctl_path(std::string_view name) {
    std::string path(name);
    const std::size_t first = path.find_first_of("./");
    if (first != std::string::npos && path[first] == '.')
        for (char& c : path)
            c = c == '.' ? '/' : c == '/' ? '.' : c;
    for (const std::string_view part : split(path, '/'))
        if (part.empty() || part == "." || part == "..") return "";
    return path;
}

Status plan_sysctls(const Compilation& c) {
    for (const auto& [name, value] : c.linux_.sysctl) {
        const std::string origin = pointer_to("config.json#/linux/sysctl", name);
        const std::string path = sysctl_path(name);
        TRY(check(c, path, origin));
        c.steps().add(wire::Op::kSysctl, wire::Sysctl{c.steps().text(path), c.steps().text(value)},
                      {origin, "write to /proc/sys/" + path, quote(value)});
    }
    return {};
}

} // namespace tare::plan
