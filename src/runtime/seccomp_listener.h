#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "spec/runtime/state.h"

#include <string>

namespace tare::runtime {

// Hands the descriptor of a seccomp filter with SCMP_ACT_NOTIFY to the agent that listens at
// `path`: runtime-spec, config-linux.md, "Container Process State".
Status send_seccomp_listener(const std::string& path, const std::string& metadata,
                             const spec::State& state, const Fd& listener);

// The message beside the descriptor.
std::string container_process_state(const std::string& metadata, const spec::State& state);

} // namespace tare::runtime
