#include "cli/tare/commands.h"

namespace tare::cli {

Result<int> run_delete(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY(runtime::remove(invocation.settings, arguments.positional[0], arguments.has("force")));
    return 0;
}

} // namespace tare::cli
