#include "calls.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/syscall.h>

namespace sweep {

namespace {

struct Call {
    long number;
    const char* name;
    std::vector<int> errors;
};

#define CALL(name, ...)                                                                            \
    {                                                                                              \
        SYS_##name, #name, {                                                                       \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

const std::vector<Call>& table() {
    static const std::vector<Call> calls = {
        CALL(read, EIO, EINTR),
        CALL(write, ENOSPC, EIO, EINTR, EPERM, EBUSY),
        CALL(pread64, EIO),
        CALL(open, EMFILE, ENFILE, ENOMEM, EACCES, ENOENT, EINTR),
        CALL(openat, EMFILE, ENFILE, ENOMEM, EACCES, ENOENT, EINTR),
        CALL(openat2, EMFILE, ENOMEM, EACCES, EAGAIN, ENOENT, EPERM, ENOSYS),
        CALL(close, EIO, EINTR),
        CALL(close_range, EMFILE, ENOMEM, EINVAL, ENOSYS),
        CALL(stat, ENOMEM, EACCES, ENOENT),
        CALL(lstat, ENOMEM, EACCES, ENOENT),
        CALL(fstat, ENOMEM),
        CALL(newfstatat, ENOMEM, EACCES, ENOENT),
        CALL(statx, ENOMEM, EACCES, ENOENT, ENOSYS),
        CALL(statfs, ENOMEM, EACCES, EIO),
        CALL(fstatfs, ENOMEM, EIO),
        CALL(access, ENOMEM, EACCES, ENOENT),
        CALL(faccessat, ENOMEM, EACCES, ENOENT),
        CALL(faccessat2, ENOMEM, EACCES, ENOENT, ENOSYS),
        CALL(mmap, ENOMEM),
        CALL(mprotect, ENOMEM),
        CALL(munmap, ENOMEM),
        CALL(mremap, ENOMEM),
        CALL(ioctl, EIO, EPERM, ENOTTY, ENOMEM),
        CALL(fcntl, EINVAL, EPERM, EBUSY),
        CALL(pipe2, EMFILE, ENFILE, ENOMEM),
        CALL(socket, EMFILE, ENFILE, ENOMEM, EACCES),
        CALL(socketpair, EMFILE, ENFILE, ENOMEM),
        CALL(connect, ECONNREFUSED, EACCES, EAGAIN),
        CALL(bind, EACCES, EADDRINUSE, ENOMEM),
        CALL(listen, EADDRINUSE),
        CALL(accept4, EMFILE, ENOMEM),
        CALL(sendto, EPIPE, ENOBUFS, ENOMEM, ECONNRESET),
        CALL(sendmsg, EPIPE, ENOBUFS, ENOMEM, ECONNRESET, EMFILE),
        CALL(recvfrom, ENOMEM, ECONNRESET, EINTR),
        CALL(recvmsg, ENOMEM, ECONNRESET, EINTR),
        CALL(clone, EAGAIN, ENOMEM, ENOSPC, EPERM),
        CALL(clone3, EAGAIN, ENOMEM, ENOSPC, EPERM, ENOSYS, EBUSY, EINVAL),
        CALL(fork, EAGAIN, ENOMEM),
        CALL(vfork, EAGAIN, ENOMEM),
        CALL(execve, ENOMEM, EACCES, EPERM, ENOENT, ETXTBSY, EIO, EAGAIN),
        CALL(execveat, ENOMEM, EACCES, EPERM, ENOENT, EIO, ENOSYS),
        CALL(dup, EMFILE),
        CALL(dup2, EMFILE, EBUSY),
        CALL(dup3, EMFILE, EBUSY),
        CALL(prctl, EPERM, EINVAL),
        CALL(capget, EPERM),
        CALL(capset, EPERM),
        CALL(setuid, EPERM, EAGAIN),
        CALL(setgid, EPERM),
        CALL(setresuid, EPERM, EAGAIN, EINVAL),
        CALL(setresgid, EPERM, EINVAL),
        CALL(setgroups, EPERM, ENOMEM, EINVAL),
        CALL(getgroups, EINVAL),
        CALL(setns, EPERM, EINVAL, ENOMEM),
        CALL(unshare, EPERM, ENOMEM, ENOSPC, EUSERS),
        CALL(mount, EPERM, EACCES, EBUSY, EINVAL, ENOMEM, ENODEV),
        CALL(umount2, EBUSY, EINVAL, EPERM),
        CALL(fsopen, ENODEV, EPERM, ENOMEM, EMFILE, ENOSYS),
        CALL(fsconfig, EINVAL, EPERM, ENOMEM, EBUSY),
        CALL(fsmount, EPERM, ENOMEM, EMFILE, EBUSY),
        CALL(open_tree, ENOENT, EPERM, EMFILE, ENOMEM, EINVAL, ENOSYS),
        CALL(move_mount, EINVAL, EPERM, EBUSY, ELOOP, ENOMEM, ENOSYS),
        CALL(mount_setattr, EPERM, EINVAL, EBUSY, ENOMEM, ENOSYS),
        CALL(pivot_root, EBUSY, EINVAL, EPERM),
        CALL(chroot, EPERM, ENOMEM),
        CALL(chdir, EACCES, ENOENT, ENOMEM),
        CALL(fchdir, EACCES, ENOMEM),
        CALL(mkdir, ENOSPC, EROFS, EACCES, ENOMEM),
        CALL(mkdirat, ENOSPC, EROFS, EACCES, ENOMEM),
        CALL(mknod, ENOSPC, EROFS, EPERM),
        CALL(mknodat, ENOSPC, EROFS, EPERM),
        CALL(symlinkat, ENOSPC, EROFS, EACCES),
        CALL(linkat, ENOSPC, EROFS, EPERM),
        CALL(unlink, EBUSY, EACCES, EROFS),
        CALL(unlinkat, EBUSY, EACCES, EROFS),
        CALL(rmdir, EBUSY, EACCES, EROFS),
        CALL(rename, ENOSPC, EACCES, EROFS),
        CALL(renameat, ENOSPC, EACCES, EROFS),
        CALL(renameat2, ENOSPC, EACCES, EROFS),
        CALL(fchown, EPERM, EROFS),
        CALL(fchownat, EPERM, EROFS),
        CALL(fchmod, EPERM, EROFS),
        CALL(fchmodat, EPERM, EROFS),
        CALL(ftruncate, ENOSPC),
        CALL(sethostname, EPERM),
        CALL(setdomainname, EPERM),
        CALL(keyctl, EDQUOT, ENOMEM, EACCES, ENOSYS),
        CALL(seccomp, EINVAL, EACCES, ENOMEM, ENOSYS),
        CALL(prlimit64, EPERM, EINVAL),
        CALL(personality, EINVAL),
        CALL(sched_setaffinity, EINVAL, EPERM),
        CALL(sched_setattr, EPERM, EBUSY, EINVAL),
        CALL(set_mempolicy, EINVAL, EPERM),
        CALL(ioprio_set, EPERM, EINVAL),
        CALL(setsid, EPERM),
        CALL(setpgid, EPERM, EACCES),
        CALL(readlink, EINVAL, ENOENT, EACCES),
        CALL(readlinkat, EINVAL, ENOENT, EACCES),
        CALL(getcwd, ENOENT, ERANGE),
        CALL(getdents64, EIO, ENOENT),
        CALL(poll, ENOMEM, EINTR),
        CALL(ppoll, ENOMEM, EINTR),
        CALL(select, ENOMEM, EINTR),
        CALL(epoll_create1, EMFILE, ENOMEM),
        CALL(epoll_ctl, ENOMEM, ENOSPC),
        CALL(epoll_wait, EINTR),
        CALL(epoll_pwait, EINTR),
        CALL(signalfd4, EMFILE, ENOMEM),
        CALL(timerfd_create, EMFILE, ENOMEM),
        CALL(eventfd2, EMFILE, ENOMEM),
        CALL(wait4, EINTR, ECHILD),
        CALL(waitid, EINTR, ECHILD),
        CALL(kill, EPERM),
        CALL(pidfd_open, EMFILE, ENOMEM, EINVAL, ENOSYS),
        CALL(pidfd_send_signal, EPERM, ENOSYS),
        CALL(pidfd_getfd, EMFILE, EPERM),
        CALL(flock, EINTR, ENOLCK),
        CALL(memfd_create, EMFILE, ENOMEM, EACCES, EINVAL, ENOSYS),
        CALL(bpf, EPERM, ENOMEM, EINVAL, ENOSPC),
        CALL(nanosleep, EINTR),
        CALL(epoll_pwait2, EINTR, ENOSYS),
        CALL(fchmodat, EPERM),
        CALL(utimensat, EPERM),
    };
    return calls;
}

const Call* find(long number) {
    const auto found = std::ranges::find(table(), number, &Call::number);
    return found == table().end() ? nullptr : &*found;
}

constexpr long kBlocking[] = {
    SYS_read,          SYS_recvmsg,
    SYS_recvfrom,      SYS_poll,
    SYS_ppoll,         SYS_select,
    SYS_epoll_wait,    SYS_epoll_pwait,
    SYS_waitid,        SYS_wait4,
    SYS_flock,         SYS_futex,
    SYS_nanosleep,     SYS_clock_nanosleep,
    SYS_pause,         SYS_accept4,
    SYS_connect,       SYS_open,
    SYS_openat,        SYS_fcntl,
    SYS_write,         SYS_exit,
    SYS_exit_group,    SYS_execve,
    SYS_rt_sigsuspend, SYS_rt_sigtimedwait,
    SYS_pselect6,      SYS_restart_syscall,
};

constexpr long kLookups[] = {SYS_open,      SYS_openat,     SYS_openat2,    SYS_stat,
                             SYS_lstat,     SYS_statx,      SYS_newfstatat, SYS_access,
                             SYS_faccessat, SYS_faccessat2, SYS_readlink,   SYS_readlinkat};

} // namespace

std::string name_of(long number) {
    const Call* call = find(number);
    return call ? call->name : std::to_string(number);
}

long number_of(const std::string& name) {
    for (const Call& call : table())
        if (name == call.name) return call.number;
    return -1;
}

bool may_block(long number) {
    return std::ranges::find(kBlocking, number) != std::end(kBlocking);
}

std::vector<int> errors_of(long number) {
    const Call* call = find(number);
    return call ? call->errors : std::vector<int>();
}

bool fails_afterwards(long number) {
    return number == SYS_close;
}

bool is_answer(long number, int error) {
    if (number == SYS_move_mount) return error == ELOOP; // a symlink
    if (number == SYS_getdents64) return error == ENOENT;
    return error == ENOENT && std::ranges::find(kLookups, number) != std::end(kLookups);
}

std::string error_name(int error) {
    const char* name = ::strerrorname_np(error);
    return name ? name : std::to_string(error);
}

} // namespace sweep
