#include "init/passwd.h"

#include "init/path.h"
#include "init/syscall.h"

#include <cstring>

namespace tare::init {

namespace {

constexpr std::size_t kMostBytes = 1U << 20;

struct Field {
    const char* begin = nullptr;
    const char* end = nullptr;
    std::size_t size() const { return static_cast<std::size_t>(end - begin); }
};

// passwd(5): name:password:uid:gid:gecos:home:shell. Field `index` of the line, null without it.
Field field(const char* line, const char* end, unsigned index) {
    for (;; --index) {
        const char* stop = line;
        while (stop != end && *stop != ':')
            ++stop;
        if (index == 0) return {line, stop};
        if (stop == end) return {};
        line = stop + 1;
    }
}

bool is_number(const Field& text, std::uint32_t number) {
    if (text.begin == text.end || text.size() > 10) return false;
    std::uint64_t value = 0;
    for (const char* c = text.begin; c != text.end; ++c) {
        if (*c < '0' || *c > '9') return false;
        value = value * 10 + static_cast<std::uint64_t>(*c - '0');
    }
    return value == number;
}

int open_below_root() {
    constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    struct open_how how = {};
    how.flags = static_cast<std::uint64_t>(kFlags | O_CLOEXEC);
    how.resolve = RESOLVE_NO_MAGICLINKS;
    const long fd = sys(__NR_openat2, AT_FDCWD, "/etc/passwd", &how, sizeof how);
    if (!is_missing(fd)) return static_cast<int>(fd);
    const int root = open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
    const int etc = open_in_root(root, "/etc", Symlinks::kFollow, O_DIRECTORY);
    const int opened = open_at(etc, "passwd", kFlags);
    close_now(etc);
    close_now(root);
    return opened;
}

int open_passwd() {
    const int fd = open_below_root();
    struct stat what;
    if (fd >= 0
        && (sys(__NR_newfstatat, fd, "", &what, AT_EMPTY_PATH) < 0 || !S_ISREG(what.st_mode))) {
        close_now(fd);
        return -EINVAL;
    }
    return fd;
}

// Reads on behind the `kept` bytes; the number of bytes now there, 0 at the end.
std::size_t read_more(int fd, char* buffer, std::size_t kept, std::size_t room) {
    const long size = sys_again(__NR_read, fd, buffer + kept, room - kept);
    return size <= 0 ? 0 : kept + static_cast<std::size_t>(size);
}

} // namespace

bool find_home_in(const char* text, std::size_t size, std::uint32_t uid, char* home,
                  std::size_t room) {
    const char* end = text + size;
    for (const char* line = text; line != end;) {
        const void* newline = std::memchr(line, '\n', static_cast<std::size_t>(end - line));
        const char* stop = newline == nullptr ? end : static_cast<const char*>(newline);
        const Field directory = field(line, stop, 5);
        if (directory.begin != nullptr && directory.size() != 0 && directory.size() < room
            && is_number(field(line, stop, 2), uid)) {
            std::memcpy(home, directory.begin, directory.size());
            home[directory.size()] = '\0';
            return true;
        }
        line = stop == end ? end : stop + 1;
    }
    return false;
}

bool find_home(std::uint32_t uid, char* home, std::size_t room) {
    const int fd = open_passwd();
    if (fd < 0) return false;
    char buffer[kPathMax]; // also the longest line that counts
    std::size_t kept = 0, total = 0;
    bool found = false;
    while (!found && total < kMostBytes) {
        const std::size_t size = read_more(fd, buffer, kept, sizeof buffer);
        if (size == 0) { // the last line may lack its end
            found = find_home_in(buffer, kept, uid, home, room);
            break;
        }
        total += size - kept;
        const void* last = memrchr(buffer, '\n', size);
        const std::size_t lines =
            last == nullptr ? 0
                            : static_cast<std::size_t>(static_cast<const char*>(last) - buffer) + 1;
        found = find_home_in(buffer, lines, uid, home, room);
        kept = size - lines;
        if (kept == sizeof buffer) kept = 0; // no line of passwd(5)
        std::memmove(buffer, buffer + lines, kept);
    }
    close_now(fd);
    return found;
}

} // namespace tare::init
