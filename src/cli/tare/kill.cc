#include "cli/signals.h"
#include "cli/tare/commands.h"

#include <csignal>

namespace tare::cli {

Result<int> run_kill(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    int signal = SIGTERM;
    if (arguments.positional.size() > 1) signal = TRY(read_signal(arguments.positional[1]));
    TRY(runtime::kill(invocation.settings, arguments.positional[0], signal, arguments.has("all")));
    return 0;
}

} // namespace tare::cli
