#include "cli/list_format.h"
#include "cli/tare/commands.h"

namespace tare::cli {

namespace {

constexpr std::string_view kFormats[] = {"table", "json"};

} // namespace

Result<int> run_list(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    const std::string format = TRY(read_choice(invocation.command, arguments, "format", kFormats));
    const std::vector<spec::State> states = TRY(runtime::list(invocation.settings));
    if (arguments.has("quiet")) {
        TRY(print(list_ids(states)));
    } else if (format == "json") {
        TRY(print(list_json(states)));
    } else {
        TRY(print(list_table(states)));
    }
    return 0;
}

} // namespace tare::cli
