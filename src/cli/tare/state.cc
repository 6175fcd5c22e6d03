#include "cli/tare/commands.h"

namespace tare::cli {

Result<int> run_state(const Invocation& invocation) {
    const spec::State state =
        TRY(runtime::state(invocation.settings, invocation.arguments.positional[0]));
    TRY(print(spec::write_state(state, true) + "\n"));
    return 0;
}

} // namespace tare::cli
