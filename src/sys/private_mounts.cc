#include "sys/private_mounts.h"

#include "base/text.h"
#include "sys/file.h"
#include "sys/namespace.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tare::sys {

Result<PrivateMounts> PrivateMounts::enter() {
    PrivateMounts stay;
    stay.root_ = TRY(open_file("/", O_PATH | O_DIRECTORY));
    stay.cwd_ = TRY(open_file(".", O_PATH | O_DIRECTORY));
    Fd home = TRY(open_file("/proc/self/ns/mnt", O_RDONLY));
    TRY(unshare_namespaces(CLONE_NEWNS));
    stay.home_ = std::move(home);
    if (::mount(nullptr, "/", nullptr, MS_SLAVE | MS_REC, nullptr) < 0)
        return sys_failure("make our copy of the host's mounts a slave");
    return stay;
}

Status PrivateMounts::bind(const std::string& source, const std::string& target) {
    if (::mount(source.c_str(), target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) < 0)
        return sys_failure("bind " + quote(source) + " to " + quote(target));
    return {};
}

Status PrivateMounts::attach(const Fd& mount, const std::string& target) {
    if (::syscall(SYS_move_mount, mount.get(), "", AT_FDCWD, target.c_str(),
                  MOVE_MOUNT_F_EMPTY_PATH)
        < 0)
        return sys_failure("move_mount to " + quote(target));
    return {};
}

// setns(2) changes root and current directory to the namespace's own.
Status PrivateMounts::leave() {
    if (!home_) return {};
    const Fd home = std::move(home_);
    TRY(enter_namespace(home, CLONE_NEWNS));
    if (::fchdir(root_.get()) < 0 || ::chroot(".") < 0 || ::fchdir(cwd_.get()) < 0)
        return sys_failure("go back to our root and current directory");
    return {};
}

} // namespace tare::sys
