#include "tracee.h"

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace sweep {

namespace {

int open_in_proc(pid_t thread, const char* file) {
    return ::open(("/proc/" + std::to_string(thread) + file).c_str(), O_RDONLY | O_CLOEXEC);
}

} // namespace

int open_stat(pid_t thread) {
    return open_in_proc(thread, "/stat");
}

// Spoilt by a newline or a parenthesis in the name; ours have none.
char state_of(const Tracee& tracee) {
    char text[256] = "";
    if (::pread(tracee.stat, text, sizeof text - 1, 0) <= 0) return 'X';
    const char* end = std::strrchr(text, ')');
    return end ? end[2] : 'X';
}

pid_t process_of(pid_t thread) {
    char text[1024] = "";
    const int fd = open_in_proc(thread, "/status");
    const ssize_t size = ::read(fd, text, sizeof text - 1);
    ::close(fd);
    const char* line = size > 0 ? std::strstr(text, "\nTgid:") : nullptr;
    return line ? std::atoi(line + 6) : thread;
}

} // namespace sweep
