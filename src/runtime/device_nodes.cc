#include "runtime/device_nodes.h"

#include "base/text.h"
#include "sys/file.h"
#include "sys/mount.h"
#include "sys/private_mounts.h"

#include <linux/mount.h>
#include <sys/stat.h>

namespace tare::runtime {

namespace {

Result<Fd> make_node(const Fd& directory, const std::string& name,
                     const plan::DeviceSource& wanted) {
    TRY(sys::make_node_at(
        directory, name,
        {.mode = wanted.mode, .number = wanted.number, .uid = wanted.uid, .gid = wanted.gid}));
    return sys::clone_mount_at(directory, name);
}

} // namespace

bool is_on_host(const plan::DeviceSource& wanted) {
    struct stat found = {};
    return ::stat(wanted.path.c_str(), &found) == 0
           && (found.st_mode & S_IFMT) == (wanted.mode & S_IFMT) && found.st_rdev == wanted.number;
}

// Before Linux 6.15 only of an attached mount a part can be cloned.
Result<std::vector<Fd>> make_device_nodes(const std::vector<const plan::DeviceSource*>& wanted) {
    std::vector<Fd> nodes;
    const Fd directory = TRY(sys::new_detached("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
    sys::PrivateMounts stay = TRY(sys::PrivateMounts::enter());
    TRY(sys::PrivateMounts::attach(directory, "/"));
    for (const plan::DeviceSource* device : wanted) {
        Fd node = TRY(make_node(directory, std::to_string(nodes.size()), *device)
                          .map_error(under(device->origin + ": make the device "
                                           + quote(device->path) + " outside the user namespace")));
        nodes.push_back(std::move(node));
    }
    TRY(stay.leave());
    return nodes;
}

} // namespace tare::runtime
