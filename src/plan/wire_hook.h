#pragma once

// How init tells what a hook wrote that failed. Beside plan/wire.h the only header that both
// programs include.

#include "plan/wire.h"

namespace tare::wire {

// Before the kFailed of a hook: the next kPiece bytes of its stdout or stderr, in place of step,
// code and detail. NULs are none of it.
constexpr std::uint32_t kHookStdout = 0x101; // apart from the kinds of wire.h
constexpr std::uint32_t kHookStderr = 0x102;
constexpr std::uint32_t kPiece = sizeof(Message) - sizeof(Message::kind);

} // namespace tare::wire
