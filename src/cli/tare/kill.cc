#include "cli/signals.h"
#include "cli/tare/commands.h"

#include <csignal>

namespace tare::cli {

// kill(1) has them the other way round.
static Result<int> signal_of(const std::string& id, const std::string& word) {
    auto signal = read_signal(word);
    if (signal || !read_signal(id)) return signal;
    return invalid(signal.error().text + ": the ID comes first, then the signal");
}

Result<int> run_kill(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    const std::string& id = arguments.positional[0];
    int signal = SIGTERM;
    if (arguments.positional.size() > 1) signal = TRY(signal_of(id, arguments.positional[1]));
    TRY(runtime::kill(invocation.settings, id, signal, arguments.has("all")));
    return 0;
}

} // namespace tare::cli
