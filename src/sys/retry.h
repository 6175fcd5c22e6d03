#pragma once

#include <cerrno>

namespace tare::sys {

// Repeats a system call that a signal interrupted. Not for close(2): see base/fd.h.
template <class Call>
auto retry_eintr(Call call) {
    for (;;) {
        const auto result = call();
        if (result >= 0 || errno != EINTR) return result;
    }
}

} // namespace tare::sys
