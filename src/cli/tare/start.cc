#include "cli/tare/commands.h"

namespace tare::cli {

Result<int> run_start(const Invocation& invocation) {
    TRY(runtime::start(invocation.settings, invocation.arguments.positional[0]));
    return 0;
}

} // namespace tare::cli
