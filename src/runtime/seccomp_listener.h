#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "runtime/report.h"
#include "spec/runtime/state.h"

#include <string>

namespace tare::runtime {

// Hands the descriptor of a seccomp filter with SCMP_ACT_NOTIFY to the agent that listens at
// `path`: runtime-spec, config-linux.md, "Container Process State".
struct SeccompListener {
    std::string path, metadata; // linux.seccomp.listenerPath, listenerMetadata
    pid_t pid = 0;              // of the process that the filter is on, as we see it
};
Status send_seccomp_listener(const SeccompListener& listener, const spec::State& state,
                             const Fd& fd);

// Takes the listener from `process` where its filter did not let it send that. True: it waits until
// we have, and for kGo.
Result<bool> complete_listener(Report::Event& event, const Fd& process);

// The message beside the descriptor.
std::string container_process_state(const SeccompListener& listener, const spec::State& state);

} // namespace tare::runtime
