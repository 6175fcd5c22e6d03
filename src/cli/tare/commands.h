#pragma once

#include "base/result.h"
#include "cli/args.h"
#include "runtime/runtime.h"

#include <string>

namespace tare::cli {

// One command as main calls it.
//   command  its description, for error texts
// The result is the exit status of `tare`.
struct Invocation {
    const Command& command;
    const Arguments& arguments;
    const runtime::Settings& settings;
};

Result<int> run_checkpoint(const Invocation& invocation);
Result<int> run_completion(const Invocation& invocation);
Result<int> run_create(const Invocation& invocation);
Result<int> run_delete(const Invocation& invocation);
Result<int> run_events(const Invocation& invocation);
Result<int> run_exec(const Invocation& invocation);
Result<int> run_features(const Invocation& invocation);
Result<int> run_kill(const Invocation& invocation);
Result<int> run_list(const Invocation& invocation);
Result<int> run_man(const Invocation& invocation);
Result<int> run_mounts(const Invocation& invocation);
Result<int> run_pause(const Invocation& invocation);
Result<int> run_plan(const Invocation& invocation);
Result<int> run_ps(const Invocation& invocation);
Result<int> run_restore(const Invocation& invocation);
Result<int> run_resume(const Invocation& invocation);
Result<int> run_run(const Invocation& invocation);
Result<int> run_spec(const Invocation& invocation);
Result<int> run_start(const Invocation& invocation);
Result<int> run_state(const Invocation& invocation);
Result<int> run_update(const Invocation& invocation);
Result<int> run_wait(const Invocation& invocation);

// What create and run have in common.
Result<runtime::CreateRequest> read_create_request(const Invocation& invocation);

std::string version_text();

// Writes all of `text` to standard output; a full disk or a closed pipe is an error.
Status print(const std::string& text);

} // namespace tare::cli
