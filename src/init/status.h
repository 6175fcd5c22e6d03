#pragma once

#include "plan/wire.h"

namespace tare::init {

// Whether a step was performed; else the errno (of a hook: the wait status) and the part at fault.
struct [[nodiscard]] Status {
    std::int32_t code = 0;
    wire::Detail detail = wire::Detail::kNone;

    bool refused() const { return code != 0; }
};

// The outcome of a system call: `result` is what sys() returned.
inline Status outcome(long result, wire::Detail detail = wire::Detail::kNone) {
    if (result >= 0) return {};
    return {static_cast<std::int32_t>(-result), detail};
}

} // namespace tare::init

// Leaves the enclosing function when the call was refused.
#define REQUIRE(...)                                                                               \
    do {                                                                                           \
        if (const ::tare::init::Status required = (__VA_ARGS__); required.refused())               \
            return required;                                                                       \
    } while (false)
