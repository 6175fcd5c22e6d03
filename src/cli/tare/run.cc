#include "cli/tare/commands.h"

namespace tare::cli {

Result<int> run_run(const Invocation& invocation) {
    runtime::RunRequest request;
    request.create = TRY(read_create_request(invocation));
    request.detach = invocation.arguments.has("detach");
    request.keep = invocation.arguments.has("keep");
    return runtime::run(invocation.settings, request);
}

} // namespace tare::cli
