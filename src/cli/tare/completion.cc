#include "cli/completion.h"
#include "cli/man_page.h"
#include "cli/tare/commands.h"

namespace tare::cli {

Result<int> run_completion(const Invocation& invocation) {
    const std::string script = TRY(completion_script(invocation.arguments.positional[0]));
    TRY(print(script));
    return 0;
}

Result<int> run_man(const Invocation& invocation) {
    const std::vector<std::string>& names = invocation.arguments.positional;
    const Command* command = names.empty() ? nullptr : find_command(names[0]);
    if (!names.empty() && command == nullptr)
        return misuse(invocation.command, "there is no command " + double_quoted(names[0]));
    TRY(print(command != nullptr ? man_page(*command) : man_page()));
    return 0;
}

} // namespace tare::cli
