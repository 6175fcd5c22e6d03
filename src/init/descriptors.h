#pragma once

namespace tare::init {

// Closes first..last, really: a path that execve(2) looks up could lead through a descriptor that
// closes only at exec.
void close_descriptors(unsigned first, unsigned last = ~0U);

// Makes all from `first` on close at exec.
void close_at_exec(unsigned first);

} // namespace tare::init
