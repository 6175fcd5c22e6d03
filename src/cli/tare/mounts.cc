#include "cli/stdio.h"
#include "cli/tare/commands.h"

namespace tare::cli {

Result<int> run_mounts(const Invocation& invocation) {
    const std::vector<std::string>& words = invocation.arguments.positional;
    const std::string &action = words[0], &path = words[2];
    if (action != "add" && action != "remove")
        return misuse(invocation.command,
                      "the first argument must be add or remove, not " + double_quoted(action));
    const InputFile file = TRY(read_input(path, "mounts " + action));
    runtime::MountsRequest request{.id = words[1], .list = {}};
    request.list = TRY(spec::read_mounts(file.text, file.name));
    TRY(action == "add" ? runtime::add_mounts(invocation.settings, request)
                        : runtime::remove_mounts(invocation.settings, request));
    return 0;
}

} // namespace tare::cli
