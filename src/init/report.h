#pragma once

#include "init/context.h"

namespace tare::init {

// One message to whoever waits for us: `tare create` or `run`, later `tare start`.
// Only write(2), because a seccomp filter may be in force. Errors: -errno.
long send(const Context& context, const wire::Message& message);

// A message with a descriptor (SCM_RIGHTS); before kReady only.
Status send_descriptor(const Context& context, std::uint32_t kind, int fd);

// The same where a filter does not let us send one: `tare` takes it from us meanwhile.
Status tell_descriptor(Context& context, std::uint32_t kind, int fd);

// Waits for kGo and notes the pid that it brings. Error: ECANCELED when `tare` has gone.
Status wait_for_go(Context& context, int from);

// Tells why the present step failed and ends the process.
[[noreturn]] void fail(const Context& context, Status status);

[[noreturn]] void quit(int code);

} // namespace tare::init
