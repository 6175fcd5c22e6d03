#pragma once

namespace tare::init {

// Whatever our caller ignores or blocks is not the container's business: all signals get their
// default action, and none is blocked.
void reset_signals();

// One signal: its default action, or ignored.
void set_default(int signal);
void ignore(int signal);

} // namespace tare::init
