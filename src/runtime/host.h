#pragma once

#include "base/result.h"
#include "plan/plan.h"
#include "spec/runtime/config.h"

namespace tare::runtime {

// Asks the kernel for what the plan of `config` depends on, and for nothing else: a fact that the
// config does not touch keeps its default.
Result<plan::HostFacts> gather_host_facts(const spec::Config& config);

} // namespace tare::runtime
