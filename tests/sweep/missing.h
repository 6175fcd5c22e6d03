#pragma once

#include "tracer.h"

#include <string>
#include <vector>

namespace sweep {

// What a kernel may lack, or an outer seccomp filter refuse, throughout a command.
struct Missing {
    std::string name; // for reports
    Fault fault;
};

// Newer calls (ENOSYS, EPERM), newer flags of older calls, and files of newer kernels.
std::vector<Missing> missing_things();

} // namespace sweep
