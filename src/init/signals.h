#pragma once

#include <cstdint>

namespace tare::init {

// Whatever our caller ignores or blocks is not the container's business: all signals get their
// default action, and none is blocked.
//   ignored  which are, bit N-1 is signal N; wire::kAllSignals: that is looked up
void reset_signals(std::uint64_t ignored);

// One signal: its default action, or ignored.
void set_default(int signal);
void ignore(int signal);

} // namespace tare::init
