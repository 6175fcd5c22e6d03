#pragma once

#include <csignal>
#include <cstdint>
#include <sys/syscall.h>
#include <unistd.h>

namespace tare::runtime {

// A set of signals as the kernel sees it: bit N-1 is signal N. Not a sigset_t: musl's never holds
// signals 32 to 34, and containers use 34.
using SignalMask = std::uint64_t;

constexpr SignalMask signal_bit(int signal) {
    return SignalMask{1} << (signal - 1);
}

// rt_sigprocmask(2): SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK. The result is the mask before.
inline SignalMask change_signal_mask(int how, SignalMask mask) {
    SignalMask before = 0;
    ::syscall(SYS_rt_sigprocmask, how, &mask, &before, sizeof mask);
    return before;
}

} // namespace tare::runtime
