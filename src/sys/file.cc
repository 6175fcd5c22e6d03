#include "sys/file.h"

#include "base/text.h"
#include "sys/retry.h"

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <linux/stat.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#define MFD_EXEC 0x0010U
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif

namespace tare::sys {

namespace {

constexpr std::size_t kSmall = 4096;
constexpr std::size_t kRoomBehind = 32;    // for who goes on in place, as the JSON reader
constexpr unsigned kStatxMountId = 0x1000; // STATX_MNT_ID, since Linux 5.8

Failure failed(const char* call, std::string_view path) {
    return sys_failure(std::string(call) + " " + quote(path));
}

// 0: no regular file, or one of procfs and its kin, which do not tell.
std::size_t regular_size(const Fd& file) {
    struct stat facts = {};
    if (::fstat(file.get(), &facts) < 0 || !S_ISREG(facts.st_mode)) return 0;
    return static_cast<std::size_t>(facts.st_size);
}

Status write_once(const Fd& file, std::string_view text, std::string_view what) {
    const ssize_t n = retry_eintr([&] { return ::write(file.get(), text.data(), text.size()); });
    if (n < 0) return sys_failure("write " + quote(text) + " to " + quote(what));
    if (static_cast<std::size_t>(n) != text.size())
        return sys_failure("write " + quote(text) + " to " + quote(what), EIO);
    return {};
}

} // namespace

Result<Fd> open_file(const std::string& path, int flags, mode_t mode) {
    // Not open(2): musl's follows it with an fcntl(2) for kernels of long ago.
    Fd fd(retry_eintr([&] { return ::openat(AT_FDCWD, path.c_str(), flags | O_CLOEXEC, mode); }));
    if (!fd) return failed("open", path);
    return fd;
}

Result<Fd> open_at(const Fd& dir, const std::string& name, int flags, mode_t mode) {
    Fd fd(retry_eintr([&] { return ::openat(dir.get(), name.c_str(), flags | O_CLOEXEC, mode); }));
    if (!fd) return failed("open", name);
    return fd;
}

Result<Fd> open_directory(const std::string& path) {
    return open_file(path, O_RDONLY | O_DIRECTORY);
}

Result<std::string> read_all(const Fd& file, std::size_t limit, std::string_view what) {
    const std::size_t expected = regular_size(file);
    std::string text;
    text.reserve(std::min(expected, limit) + kRoomBehind);
    std::size_t used = 0;
    for (std::size_t n = 1; n != 0;) {
        // One byte more than there should be, to see the end.
        const std::size_t more = used == 0 && expected != 0 ? expected + 1 : used + 2 * kSmall;
        text.resize(used + std::min(more, limit + 1));
        const ssize_t got =
            retry_eintr([&] { return ::read(file.get(), &text[used], text.size() - used); });
        if (got < 0) return failed("read", what);
        n = static_cast<std::size_t>(got);
        used += n;
        if (used > limit)
            return Failure(
                {EFBIG, "read " + quote(what) + ": more than " + std::to_string(limit) + " bytes"});
        if (used == expected && n == expected) break;
    }
    text.resize(used);
    return text;
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    const Fd file = TRY(open_file(path, O_RDONLY));
    return read_all(file, limit, path);
}

Result<std::string> read_file_at(const Fd& dir, const std::string& name, std::size_t limit) {
    const Fd file = TRY(open_at(dir, name, O_RDONLY | O_NOFOLLOW));
    return read_all(file, limit, name);
}

Result<std::string> read_small_file(const std::string& path) {
    const Fd file = TRY(open_file(path, O_RDONLY));
    char buffer[kSmall];
    const ssize_t n = retry_eintr([&] { return ::read(file.get(), buffer, sizeof buffer); });
    if (n < 0) return failed("read", path);
    return std::string(buffer, static_cast<std::size_t>(n));
}

Status write_all(const Fd& file, std::string_view text, std::string_view what) {
    while (!text.empty()) {
        const ssize_t n =
            retry_eintr([&] { return ::write(file.get(), text.data(), text.size()); });
        if (n < 0) return failed("write", what);
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Status write_control(const std::string& path, std::string_view text) {
    const Fd file = TRY(open_file(path, O_WRONLY));
    return write_once(file, text, path);
}

Status write_control_at(const Fd& dir, const std::string& name, std::string_view text) {
    const Fd file = TRY(open_at(dir, name, O_WRONLY | O_NOFOLLOW));
    return write_once(file, text, name);
}

Status create_file_at(const Fd& dir, const std::string& name, std::string_view text, mode_t mode) {
    const Fd file = TRY(open_at(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode));
    return write_all(file, text, name);
}

Status replace_file_at(const Fd& dir, const std::string& name, std::string_view text, mode_t mode) {
    const std::string temporary = name + ".tmp";
    Fd file = TRY(open_at(dir, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode));
    Status done = write_all(file, text, temporary);
    file = Fd();
    if (done && ::renameat(dir.get(), temporary.c_str(), dir.get(), name.c_str()) < 0)
        done = failed("rename to", name);
    if (!done) ::unlinkat(dir.get(), temporary.c_str(), 0);
    return done;
}

Status make_nonblocking(const Fd& fd) {
    const int flags = ::fcntl(fd.get(), F_GETFL);
    if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) < 0)
        return sys_failure("make descriptor " + std::to_string(fd.get()) + " non-blocking");
    return {};
}

Status make_directory(const std::string& path, mode_t mode) {
    if (::mkdir(path.c_str(), mode) < 0) return failed("mkdir", path);
    return {};
}

Status make_symlink(const std::string& target, const std::string& path) {
    if (::unlink(path.c_str()) < 0 && errno != ENOENT) return failed("remove", path);
    if (::symlink(target.c_str(), path.c_str()) < 0) return failed("make the symlink", path);
    return {};
}

Status make_fifo_at(const Fd& dir, const std::string& name, mode_t mode) {
    if (::mknodat(dir.get(), name.c_str(), S_IFIFO | mode, 0) < 0) return failed("mkfifo", name);
    return {};
}

Status make_node_at(const Fd& dir, const std::string& name, const Node& node) {
    if (::mknodat(dir.get(), name.c_str(), node.mode, node.number) < 0)
        return sys_failure("mknod " + quote(name));
    if (::fchownat(dir.get(), name.c_str(), node.uid, node.gid, AT_SYMLINK_NOFOLLOW) < 0)
        return sys_failure("chown " + quote(name));
    if (::fchmodat(dir.get(), name.c_str(), node.mode & 07777, 0) < 0) // as it is, without umask
        return sys_failure("chmod " + quote(name));
    return {};
}

Status remove_file_at(const Fd& dir, const std::string& name) {
    if (::unlinkat(dir.get(), name.c_str(), 0) < 0 && errno != ENOENT)
        return failed("unlink", name);
    return {};
}

Status remove_directory(const std::string& path) {
    if (::rmdir(path.c_str()) < 0 && errno != ENOENT) return failed("rmdir", path);
    return {};
}

Result<std::string> resolved(const std::string& path) {
    char buffer[PATH_MAX];
    if (::realpath(path.c_str(), buffer) == nullptr) return failed("resolve", path);
    return std::string(buffer);
}

Result<Fd> sealed_memory(const char* name, std::string_view text, bool executable) {
    constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    const auto create = [name](unsigned flags) {
        return Fd(static_cast<int>(::syscall(SYS_memfd_create, name, flags)));
    };
    Fd memory = create(kFlags | (executable ? MFD_EXEC : MFD_NOEXEC_SEAL));
    bool seals_exec = true;
    if (!memory && errno == EINVAL) {
        memory = create(kFlags);
        seals_exec = false;
    }
    if (!memory) return failed("memfd_create", name);
    TRY(write_all(memory, text, name));

    int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (seals_exec) seals |= F_SEAL_EXEC;
    if (::fcntl(memory.get(), F_ADD_SEALS, seals) < 0) return failed("seal", name);
    return memory;
}

Result<Fd> duplicate(const Fd& fd) {
    Fd copy(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
    if (!copy) return sys_failure("duplicate a descriptor");
    return copy;
}

bool is_inherited(int fd) {
    const int flags = ::fcntl(fd, F_GETFD);
    return flags >= 0 && (flags & FD_CLOEXEC) == 0;
}

std::string name_of_stream(int fd) {
    struct statx facts = {};
    if (::syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO | kStatxMountId, &facts)
        < 0)
        return "";
    const auto mount = static_cast<unsigned long long>(facts.stx_mnt_id);
    const auto inode = static_cast<unsigned long long>(facts.stx_ino);
    char text[64] = "";
    struct statfs file_system = {};
    if (S_ISFIFO(facts.stx_mode) && ::fstatfs(fd, &file_system) == 0
        && file_system.f_type == PIPEFS_MAGIC)
        std::snprintf(text, sizeof text, "pipe:[%llu]", inode);
    if (S_ISREG(facts.stx_mode) && (facts.stx_mask & kStatxMountId) != 0)
        std::snprintf(text, sizeof text, "file[%llx:%llx]", mount, inode);
    return text;
}

Status close_on_exec_from(unsigned first) {
    constexpr unsigned kCloseRangeCloexec = 4; // since Linux 5.11; close_range(2) since 5.9
    if (::syscall(SYS_close_range, first, ~0U, kCloseRangeCloexec) == 0) return {};
    DIR* stream = ::opendir("/proc/self/fd");
    if (stream == nullptr) return failed("open", "/proc/self/fd");
    while (const dirent* entry = ::readdir(stream)) {
        const auto fd = parse_unsigned(entry->d_name);
        if (fd && *fd >= first) ::fcntl(static_cast<int>(*fd), F_SETFD, FD_CLOEXEC);
    }
    ::closedir(stream);
    return {};
}

} // namespace tare::sys
