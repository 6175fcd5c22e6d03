#include "cli/tare/commands.h"

namespace tare::cli {

Result<int> run_pause(const Invocation& invocation) {
    TRY(runtime::pause(invocation.settings, invocation.arguments.positional[0]));
    return 0;
}

Result<int> run_resume(const Invocation& invocation) {
    TRY(runtime::resume(invocation.settings, invocation.arguments.positional[0]));
    return 0;
}

} // namespace tare::cli
