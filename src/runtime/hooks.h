#pragma once

#include "base/result.h"
#include "spec/runtime/hooks.h"

#include <string>
#include <string_view>
#include <vector>

// The hooks that `tare` itself runs, in its own namespaces: prestart, createRuntime, poststart and
// poststop (runtime-spec, config.md, "POSIX-platform Hooks"). The two kinds that run inside the
// container are steps of init.

namespace tare::runtime {

struct HookRun {
    std::string_view kind; // "prestart": as in the config
    std::string state;     // JSON, written to each hook's stdin
    std::string directory; // where the hooks are started: the bundle, while it is there
};

// Runs them in order and stops at the first that fails:
//   config.json#/hooks/prestart/1: error running prestart hook #1: exit status 3, stdout: , stderr:
//   x
// A hook has the environment of its `env`, without one ours; SIGPIPE and SIGCHLD by default; and a
// process group of its own, which is killed when `timeout` is over. Its output is collected for the
// error, the first 4 KiB of each stream.
Status run_hooks(const HookRun& run, const std::vector<spec::Hook>& hooks);

// For poststop: each failure is logged as a warning and the rest still run.
void run_hooks_regardless(const HookRun& run, const std::vector<spec::Hook>& hooks);

} // namespace tare::runtime
