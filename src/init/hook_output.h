#pragma once

#include "init/context.h"

#include <cstddef>

namespace tare::init {

constexpr std::size_t kKeptOutput = 1024;

// What a hook writes into its stdout or stderr: none of it is the container's. The end is kept, for
// the error.
struct HookOutput {
    int pipe = -1; // our end of it; -1: nothing more comes
    bool cut = false;
    std::size_t size = 0;
    char text[2 * kKeptOutput];
};

// One read(2), where poll(2) has found something.
void listen(HookOutput& output);

// What is kept, in as many messages as that takes.
void tell(const Context& context, std::uint32_t kind, HookOutput& output);

} // namespace tare::init
