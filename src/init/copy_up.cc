#include "init/decimal.h"
#include "init/directory_entry.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <cstring>
#include <dirent.h>
#include <linux/time_types.h>

namespace tare::init {

namespace {

using wire::Detail;

// The image's directory may be changing under us, and it may be deep: descriptors only, no path,
// and an end to it.
constexpr unsigned kDeepest = 64;

long copy_bytes(int from, int to) {
    for (;;) {
        const long moved = sys_again(__NR_sendfile, to, from, nullptr, std::size_t{1} << 24);
        if (moved <= 0) return moved;
    }
}

// Owner first: it takes set-id bits away, which the mode then brings back.
long take_over(int dir, const char* name, const struct stat& what) {
    long done = sys(__NR_fchownat, dir, name, what.st_uid, what.st_gid, AT_SYMLINK_NOFOLLOW);
    if (done >= 0 && !S_ISLNK(what.st_mode))
        done = sys(__NR_fchmodat, dir, name, what.st_mode & 07777);
    if (done < 0) return done;
    const struct __kernel_timespec times[2] = {{what.st_atim.tv_sec, what.st_atim.tv_nsec},
                                               {what.st_mtim.tv_sec, what.st_mtim.tv_nsec}};
    return sys(__NR_utimensat, dir, name, times, AT_SYMLINK_NOFOLLOW);
}

long copy_directory(int from, int to, unsigned depth);

long copy_regular(int from, int from_dir, const char* name, int to_dir) {
    // Opened anew for reading, and only if it is the same file still.
    const int source = open_at(from_dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (source < 0) return source;
    struct stat seen, opened;
    long done = sys(__NR_newfstatat, from, "", &seen, AT_EMPTY_PATH);
    if (done >= 0) done = sys(__NR_newfstatat, source, "", &opened, AT_EMPTY_PATH);
    if (done >= 0 && (seen.st_ino != opened.st_ino || seen.st_dev != opened.st_dev)) done = -EAGAIN;
    const int target =
        done < 0 ? -1 : open_at(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (done >= 0) done = target < 0 ? target : copy_bytes(source, target);
    close_now(target);
    close_now(source);
    return done;
}

long copy_link(int from, const char* name, int to_dir) {
    char target[4096];
    const long size = sys(__NR_readlinkat, from, "", target, sizeof target - 1);
    if (size < 0) return size;
    target[size] = '\0';
    return sys(__NR_symlinkat, target, to_dir, name);
}

long copy_subdirectory(int from, const char* name, int to_dir, unsigned depth) {
    long done = sys(__NR_mkdirat, to_dir, name, 0700);
    if (done < 0) return done;
    const int target = open_at(to_dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    done = target < 0 ? target : copy_directory(from, target, depth + 1);
    close_now(target);
    return done;
}

long copy_entry(int from_dir, const char* name, int to_dir, unsigned depth) {
    const int from = open_at(from_dir, name, O_PATH | O_NOFOLLOW);
    if (from < 0) return from;
    struct stat what;
    long done = sys(__NR_newfstatat, from, "", &what, AT_EMPTY_PATH);
    if (done >= 0) {
        if (S_ISREG(what.st_mode))
            done = copy_regular(from, from_dir, name, to_dir);
        else if (S_ISDIR(what.st_mode))
            done = copy_subdirectory(from, name, to_dir, depth);
        else if (S_ISLNK(what.st_mode))
            done = copy_link(from, name, to_dir);
        else
            done =
                sys(__NR_mknodat, to_dir, name, what.st_mode, static_cast<unsigned>(what.st_rdev));
    }
    close_now(from);
    return done < 0 ? done : take_over(to_dir, name, what);
}

bool is_dots(const char* name) {
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

// `from` and `to` are O_PATH descriptors of directories.
long copy_directory(int from, int to, unsigned depth) {
    if (depth > kDeepest) return -ELOOP;
    const int list = open_at(from, ".", O_RDONLY | O_DIRECTORY);
    if (list < 0) return list;
    alignas(DirectoryEntry) char entries[2048];
    long size;
    while ((size = sys(__NR_getdents64, list, entries, sizeof entries)) > 0) {
        for (long at = 0; at < size;) {
            const DirectoryEntry* entry = reinterpret_cast<const DirectoryEntry*>(entries + at);
            at += entry->size;
            if (is_dots(entry->name)) continue;
            if (const long done = copy_entry(from, entry->name, to, depth); done < 0) {
                close_now(list);
                return done;
            }
        }
    }
    close_now(list);
    return size;
}

} // namespace

Status copy_up(int from, int to) {
    return outcome(copy_directory(from, to, 0), Detail::kCopyUpFailed);
}

} // namespace tare::init
