#include "sys/namespace.h"

#include "base/text.h"
#include "sys/file.h"

#include <algorithm>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace tare::sys {

namespace {

struct Name {
    std::uint64_t type;
    std::string_view name;
};

constexpr Name kNames[] = {
    {CLONE_NEWNS, "mnt"},  {CLONE_NEWCGROUP, "cgroup"}, {CLONE_NEWUTS, "uts"},
    {CLONE_NEWIPC, "ipc"}, {CLONE_NEWUSER, "user"},     {CLONE_NEWPID, "pid"},
    {CLONE_NEWNET, "net"}, {CLONE_NEWTIME, "time"},
};

} // namespace

std::string_view namespace_name(std::uint64_t type) {
    const auto known = std::ranges::find(kNames, type, &Name::type);
    return known == std::end(kNames) ? "unknown" : known->name;
}

Result<std::uint64_t> namespace_type(const Fd& file) {
    const int type = ::ioctl(file.get(), NS_GET_NSTYPE);
    if (type >= 0) return static_cast<std::uint64_t>(type);
    if (errno == ENOTTY) return invalid("not a namespace");
    return sys_failure("ioctl NS_GET_NSTYPE");
}

Result<bool> is_own_namespace(const Fd& file, std::uint64_t type) {
    const std::string path = "/proc/self/ns/" + std::string(namespace_name(type));
    struct stat own = {}, other = {};
    if (::stat(path.c_str(), &own) < 0) return sys_failure("stat " + quote(path));
    if (::fstat(file.get(), &other) < 0) return sys_failure("fstat of a namespace");
    return own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

Status enter_namespace(const Fd& file, std::uint64_t type) {
    if (::setns(file.get(), static_cast<int>(type)) < 0)
        return sys_failure("join the " + std::string(namespace_name(type)) + " namespace");
    return {};
}

Status unshare_namespaces(std::uint64_t types) {
    if (::unshare(static_cast<int>(types)) < 0)
        return sys_failure("unshare the " + std::string(namespace_name(types)) + " namespace");
    return {};
}

Result<Fd> own_namespace(std::uint64_t type) {
    std::string path = "/proc/self/ns/" + std::string(namespace_name(type));
    if (type == CLONE_NEWPID || type == CLONE_NEWTIME) path += "_for_children";
    return open_file(path, O_RDONLY);
}

// The number is an ABI: PROC_USER_INIT_INO in the kernel's include/linux/proc_ns.h.
Result<bool> in_initial_user_namespace() {
    char link[64] = {};
    if (::readlink("/proc/self/ns/user", link, sizeof link - 1) < 0) {
        if (errno == ENOENT) return true; // the kernel has none
        return sys_failure("read the link '/proc/self/ns/user'");
    }
    return std::string_view(link) == "user:[4026531837]";
}

} // namespace tare::sys
