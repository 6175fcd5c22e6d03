#include "init/mount.h"
#include "init/proc.h"
#include "init/syscall.h"

#include <cstring>

namespace tare::init {

namespace {

using wire::Detail;

// Cuts a field off a line of mountinfo; null at its end.
char* next_field(char*& line) {
    if (line == nullptr || *line == '\0') return nullptr;
    char* field = line;
    while (*line != '\0' && *line != ' ')
        ++line;
    if (*line == ' ') *line++ = '\0';
    return field;
}

// "\040" and its kin, in place.
void unescape(char* text) {
    char* to = text;
    for (; *text != '\0'; ++text)
        if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] != '\0'
            && text[3] != '\0') {
            *to++ =
                static_cast<char>((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
            text += 3;
        } else {
            *to++ = *text;
        }
    *to = '\0';
}

// The mount point, when the line is of a procfs or sysfs.
char* proc_or_sys(char* line) {
    char* point = nullptr;
    char* field;
    for (unsigned i = 0; (field = next_field(line)) != nullptr; ++i) {
        if (i == 4) point = field;
        if (i > 5 && std::strcmp(field, "-") == 0) break;
    }
    const char* type = next_field(line);
    if (type == nullptr || point == nullptr) return nullptr;
    if (std::strcmp(type, "proc") != 0 && std::strcmp(type, "sysfs") != 0) return nullptr;
    unescape(point);
    return point;
}

bool is_below(const char* path, const char* directory) {
    const std::size_t size = std::strlen(directory);
    return std::strncmp(path, directory, size) == 0 && (path[size] == '/' || path[size] == '\0');
}

Status hide(const char* point) {
    long done = sys(__NR_umount2, point, kUnmountDetach);
    if (done == -ENOENT) return {}; // covered by another mount: not to be seen anyway
    // Locked to its parent by an outer user namespace: covered instead.
    if (done == -EINVAL || done == -EPERM) done = sys(__NR_mount, "tmpfs", point, "tmpfs", 0, "");
    return outcome(done, Detail::kProc);
}

Status hide_line(char* line, const char* root) {
    const char* point = proc_or_sys(line);
    return point == nullptr || is_below(point, root) ? Status{} : hide(point);
}

} // namespace

Status hide_host_proc() {
    char root[kPathMax];
    const long root_size = sys(__NR_getcwd, root, sizeof root); // the container's root: bind_root()
    REQUIRE(outcome(root_size));
    const int table = open_at(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY);
    REQUIRE(outcome(table, Detail::kProc));
    // A line holds a path of 4096 bytes, each as four at worst, twice.
    char buffer[3 * kPathMax];
    std::size_t kept = 0;
    for (;;) {
        const long size = sys_again(__NR_read, table, buffer + kept, sizeof buffer - 1 - kept);
        REQUIRE(outcome(size, Detail::kProc));
        if (size == 0) break;
        kept += static_cast<std::size_t>(size);
        char* line = buffer;
        char* const end = buffer + kept;
        for (;;) {
            void* newline = std::memchr(line, '\n', static_cast<std::size_t>(end - line));
            if (newline == nullptr) break;
            *static_cast<char*>(newline) = '\0';
            REQUIRE(hide_line(line, root));
            line = static_cast<char*>(newline) + 1;
        }
        kept = static_cast<std::size_t>(end - line);
        if (kept == sizeof buffer - 1) return {ENAMETOOLONG, Detail::kProc};
        std::memmove(buffer, line, kept);
    }
    close_now(table);
    return {};
}

} // namespace tare::init
