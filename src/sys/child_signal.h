#pragma once

#include <csignal>
#include <cstdint>

namespace tare::sys {

// Our caller may have left SIGCHLD ignored, and then the kernel forgets a child as soon as it ends:
// its exit status is lost, and its pid may be another's before we look. So whoever makes children
// calls this first; what they execute has the default too.
inline void keep_ended_children() {
    ::signal(SIGCHLD, SIG_DFL);
}

// The same where what we ignore is known, as ignored_signals() tells it: then it mostly costs no
// call.
inline void keep_ended_children(std::uint64_t ignored) {
    if ((ignored >> (SIGCHLD - 1) & 1) != 0) keep_ended_children();
}

} // namespace tare::sys
