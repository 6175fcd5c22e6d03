#include "init/decimal.h"
#include "init/mount.h"
#include "init/report.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <asm/ioctls.h>
#include <linux/magic.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

namespace tare::init {

namespace {

using wire::Detail;

struct WindowSize { // struct winsize of asm/termios.h, which fights with sys/ioctl.h
    unsigned short rows, columns, x, y;
};

Status check_multiplexer(int fd) {
    struct stat what;
    REQUIRE(outcome(sys(__NR_newfstatat, fd, "", &what, AT_EMPTY_PATH), Detail::kOpenTarget));
    const bool right =
        S_ISCHR(what.st_mode) && major(what.st_rdev) == 5 && minor(what.st_rdev) == 2;
    return right ? Status{} : Status{ENODEV, Detail::kNotADevice};
}

// Of the container's own devpts: the multiplexer there is the kernel's, no name can be planted.
Status open_master(const Context& context, int& master) {
    const int dir = open_in_root(context.root, "/dev/pts", Symlinks::kRefuse, O_DIRECTORY);
    REQUIRE(outcome(dir, Detail::kOpenTarget));
    struct statfs file_system;
    REQUIRE(outcome(sys(__NR_fstatfs, dir, &file_system), Detail::kOpenTarget));
    if (file_system.f_type != DEVPTS_SUPER_MAGIC) return {ENODEV, Detail::kNotADevice};
    master = open_at(dir, "ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW);
    REQUIRE(outcome(master, Detail::kOpenTarget));
    REQUIRE(check_multiplexer(master));
    discard(dir);
    return {};
}

// The other end by descriptor: its path in /dev/pts may be anything by now (CVE-2025-52565).
Status open_slave(int master, int& slave) {
    const int unlocked = 0;
    REQUIRE(outcome(sys(__NR_ioctl, master, TIOCSPTLCK, &unlocked)));
    const long peer = sys(__NR_ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(outcome(peer, peer == -ENOTTY ? Detail::kMissingSyscall : Detail::kNone));
    slave = static_cast<int>(peer);
    return {};
}

Status set_size(int master, const wire::Console& body) {
    if (body.rows == 0 && body.columns == 0) return {};
    const WindowSize size = {body.rows, body.columns, 0, 0};
    return outcome(sys(__NR_ioctl, master, TIOCSWINSZ, &size));
}

Status bind_console(Context& context, int slave) {
    const Place place = place_of(context, "/dev/console", true);
    REQUIRE(outcome(place.dir, Detail::kOpenTarget));
    const long made = sys(__NR_mknodat, place.dir, place.name, S_IFREG | 0666, 0);
    if (made < 0 && made != -EEXIST) return outcome(made, Detail::kOpenTarget);
    long tree = clone_tree(slave, "", false);
    REQUIRE(outcome(tree, tree == -ENOSYS ? Detail::kMissingSyscall : Detail::kOpenSource));
    // The name is not followed: what an image has there, a symlink even, is covered.
    REQUIRE(outcome(sys(__NR_move_mount, tree, "", place.dir, place.name, MOVE_MOUNT_F_EMPTY_PATH),
                    Detail::kMove));
    forget_directory(context);
    discard(static_cast<int>(tree));
    return {};
}

} // namespace

Status console(Context& context, const wire::Console& body) {
    int master = -1, slave = -1;
    REQUIRE(open_master(context, master));
    REQUIRE(open_slave(master, slave));
    REQUIRE(set_size(master, body));
    REQUIRE(outcome(sys(__NR_fchown, slave, body.uid, body.gid)));
    if (body.bind_dev_console != 0) REQUIRE(bind_console(context, slave));
    REQUIRE(send_descriptor(context, wire::kConsoleFd, master));
    close_now(master); // the last one of ours: a hang-up is then the other side's to give
    for (int fd = 0; fd < 3; ++fd)
        REQUIRE(outcome(sys(__NR_dup3, slave, fd, 0)));
    discard(slave);
    context.terminal = comes_again(context, wire::Op::kFork); // the child will lead a session
    return context.terminal ? Status{} : outcome(sys(__NR_ioctl, 0, TIOCSCTTY, 0));
}

} // namespace tare::init
