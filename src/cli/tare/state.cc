#include "cli/tare/commands.h"

namespace tare::cli {

Result<int> run_state(const Invocation& invocation) {
    spec::State state =
        TRY(runtime::state(invocation.settings, invocation.arguments.positional[0]));
    // Callers decode the member; only `list` looks the name up, and runc's `state` has it empty.
    if (!state.owner) state.owner.emplace();
    TRY(print(spec::write_state(state, true) + "\n"));
    return 0;
}

} // namespace tare::cli
