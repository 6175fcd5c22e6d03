#pragma once

#include "trial.h"

#include <string>

namespace sweep {

// Runs one sweep, CONFIG/COMMAND/KIND, and prints its findings and its total. Returns the number of
// findings.
unsigned run_sweep(const Options& options, const std::string& what);

} // namespace sweep
