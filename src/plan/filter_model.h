#pragma once

#include "plan/plan.h"

#include <cstdint>

namespace tare::plan {

// What the kernel would do with a call under a compiled filter: seccomp(2), "Filters".

// A call of this machine's own ABI.
struct ModelledCall {
    long number; // __NR_*
    std::uint64_t args[6] = {};
};

// Whether it would be made, at most with a line in a log. False where the program is not one that
// seccomp takes.
bool lets_through(const SeccompProgram& program, const ModelledCall& call);

// Whether init could still fork, and go on as far as its execve: init/steps.h, fork_once(),
// ready().
bool lets_init_fork(const SeccompProgram& program, bool with_terminal);

} // namespace tare::plan
