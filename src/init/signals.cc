#include "init/signals.h"

#include "init/syscall.h"
#include "plan/wire.h"

#include <csignal>
#include <cstring>

namespace tare::init {

namespace {

constexpr int kHighest = 64;
constexpr std::size_t kMaskSize = 8; // of the kernel's sigset_t

void set_action(int signal, long handler) {
    const long action[4] = {handler, 0, 0, 0}; // the kernel's struct sigaction: no flags, no mask
    sys(__NR_rt_sigaction, signal, action, nullptr, kMaskSize);
}

// "SigIgn:\t0000000000001000" of /proc/self/status. False where it cannot be found.
bool read_set(const char* status, const char* name, std::uint64_t& set) {
    const char* at = std::strstr(status, name);
    if (at == nullptr) return false;
    at += std::strlen(name);
    set = 0;
    for (int i = 0; i < 16; ++i, ++at) {
        const int digit = *at >= '0' && *at <= '9' ? *at - '0' : *at - 'a' + 10;
        if (digit < 0 || digit > 15) return false;
        set = set << 4 | static_cast<std::uint64_t>(digit);
    }
    return true;
}

// What is ignored now. To read it takes three calls, to set all signals 64.
bool read_ignored(std::uint64_t& ignored) {
    char status[4096];
    const int file = open_at(AT_FDCWD, "/proc/self/status", O_RDONLY);
    if (file < 0) return false;
    const long size = sys(__NR_read, file, status, sizeof status - 1);
    sys(__NR_close, file);
    status[size < 0 ? 0 : size] = '\0';
    return read_set(status, "SigIgn:\t", ignored);
}

} // namespace

void set_default(int signal) {
    set_action(signal, 0);
}

void ignore(int signal) {
    set_action(signal, 1);
}

void reset_signals(std::uint64_t ignored) {
    if (ignored == wire::kAllSignals && !read_ignored(ignored)) ignored = wire::kAllSignals;
    for (int signal = 1; signal <= kHighest; ++signal)
        if ((ignored >> (signal - 1) & 1) != 0) set_default(signal);
    const std::uint64_t none = 0;
    sys(__NR_rt_sigprocmask, SIG_SETMASK, &none, nullptr, kMaskSize);
}

} // namespace tare::init
