#include "cli/tare/commands.h"
#include "cli/update_request.h"

namespace tare::cli {

Result<int> run_update(const Invocation& invocation) {
    const runtime::UpdateRequest request =
        TRY(read_update_request(invocation.command, invocation.arguments));
    TRY(runtime::update(invocation.settings, request).map_error(name_options));
    return 0;
}

} // namespace tare::cli
