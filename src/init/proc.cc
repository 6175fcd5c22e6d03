#include "init/proc.h"

#include "init/mount.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <cstring>

namespace tare::init {

namespace {

using wire::Detail;
using wire::Op;

bool needs_proc(Op op) {
    switch (op) {
    case Op::kSysctl:
    case Op::kApparmor:
    case Op::kSelinux:
    case Op::kSelinuxKey:
    case Op::kOomScore:
    case Op::kTimeOffsets:
    case Op::kHook:
    case Op::kAllOrNothing:
    case Op::kUnmount:
        return true;
    default:
        return false;
    }
}

// One of our own, where the host's is covered, read-only or missing.
int fresh_proc() {
    return static_cast<int>(
        new_mount("proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
}

int open_below(int proc, const char* path, int flags) {
    struct open_how how = {};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
    const long fd = sys(__NR_openat2, proc, path, &how, sizeof how);
    if (!is_missing(fd)) return static_cast<int>(fd);

    // Without openat2(2): a walk to the directory, and a last step that follows nothing. What is
    // mounted there is told by being no procfs.
    const std::size_t end = last_component(path);
    char parent[128];
    if (end >= sizeof parent) return -ENAMETOOLONG;
    std::memcpy(parent, path, end);
    parent[end] = '\0';
    const int dir = walk_in_root(proc, parent, Symlinks::kRefuse, Missing::kRefuse);
    if (dir < 0) return dir;
    int opened = is_on_procfs(dir) ? open_at(dir, path + end, flags | O_NOFOLLOW) : -EXDEV;
    close_now(dir);
    if (opened >= 0 && !is_on_procfs(opened)) {
        close_now(opened);
        opened = -EXDEV;
    }
    return opened;
}

bool cannot_be_used(int error) {
    return error == -EROFS || error == -EXDEV || error == -ENOENT || error == -EACCES;
}

long write_file(int fd, const char* prefix, const char* text) {
    char buffer[kPathMax];
    const std::size_t first = std::strlen(prefix), second = std::strlen(text);
    if (first == 0) return sys(__NR_write, fd, text, second);
    if (first + second > sizeof buffer) return -ENAMETOOLONG;
    std::memcpy(buffer, prefix, first);
    std::memcpy(buffer + first, text, second);
    return sys(__NR_write, fd, buffer, first + second);
}

Status write_proc(Context& context, const char* path, const char* prefix, const char* text) {
    REQUIRE(open_proc(context));
    const int fd = open_in_proc(context, path, O_WRONLY);
    REQUIRE(outcome(fd));
    const long written = write_file(fd, prefix, text);
    discard(fd);
    return outcome(written);
}

} // namespace

Status open_proc(Context& context) {
    if (context.proc >= 0) return {};
    int fd = open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY);
    if (fd < 0 || !is_procfs(fd)) fd = fresh_proc();
    if (fd < 0) return {-fd, Detail::kProc};
    context.proc = fd;
    return {};
}

Status keep_proc(Context& context) {
    for (std::uint32_t i = context.step + 1; i < context.plan.count(); ++i)
        if (needs_proc(context.plan.step(i).op)) return open_proc(context);
    return {};
}

int open_in_proc(Context& context, const char* path, int flags) {
    const int fd = open_below(context.proc, path, flags);
    if (!cannot_be_used(fd)) return fd;
    const int fresh = fresh_proc();
    if (fresh < 0) return fd;
    // From now on: what was wrong with the first is wrong for the next file too.
    const int again = open_below(fresh, path, flags);
    if (again < 0) return fd; // what was refused first is the reason
    context.proc = fresh;
    return again;
}

long own_pid(Context& context) {
    char digits[16];
    const long size = sys(__NR_readlinkat, context.proc, "self", digits, sizeof digits);
    long pid = 0;
    for (long i = 0; i < size && digits[i] >= '0' && digits[i] <= '9'; ++i)
        pid = pid * 10 + (digits[i] - '0');
    return pid;
}

int open_own_descriptors() {
    const int proc = open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY);
    if (proc < 0) return proc;
    char path[24];
    long done = -EXDEV;
    if (is_procfs(proc)) done = sys(__NR_readlinkat, proc, "self", path, std::size_t{20});
    if (done > 0) {
        std::memcpy(path + done, "/fd", 4);
        done = open_below(proc, path, O_RDONLY | O_DIRECTORY);
    } else if (done == 0) {
        done = -ENOENT;
    }
    close_now(proc);
    return static_cast<int>(done);
}

Status sysctl(Context& context, const wire::Sysctl& body) {
    char path[kPathMax] = "sys/";
    const char* name = context.plan.text(body.path);
    const std::size_t size = std::strlen(name);
    if (size >= sizeof path - 4) return {ENAMETOOLONG};
    std::memcpy(path + 4, name, size + 1);
    return write_proc(context, path, "", context.plan.text(body.value));
}

Status write_self(Context& context, const char* file, const char* text, const char* prefix) {
    REQUIRE(open_proc(context));
    char path[64];
    long size = sys(__NR_readlinkat, context.proc, "self", path, std::size_t{20});
    if (size <= 0) { // in a pid namespace that the host's procfs does not show
        const int fresh = fresh_proc();
        if (fresh < 0) return {-fresh, Detail::kProc};
        context.proc = fresh;
        size = sys(__NR_readlinkat, context.proc, "self", path, std::size_t{20});
        if (size <= 0) return {ESRCH, Detail::kProc};
    }
    path[size] = '/';
    std::memcpy(path + size + 1, file, std::strlen(file) + 1);
    return write_proc(context, path, prefix, text);
}

Status apparmor(Context& context, const char* profile) {
    const Status status = write_self(context, "attr/apparmor/exec", profile, "exec ");
    // Linux before 5.8 has one file for whichever module is the first.
    return status.code == ENOENT ? write_self(context, "attr/exec", profile, "exec ") : status;
}

} // namespace tare::init
