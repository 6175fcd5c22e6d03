#include "cli/ps_table.h"
#include "cli/tare/commands.h"
#include "sys/program.h"

#include <span>

namespace tare::cli {

namespace {

constexpr std::string_view kFormats[] = {"table", "json"};

Result<std::string> output_of_ps(std::span<const std::string> options) {
    std::vector<std::string> words = {"ps"};
    words.insert(words.end(), options.begin(), options.end());
    if (options.empty()) words.emplace_back("-ef");
    auto output = sys::output_of(words);
    if (!output && output.error().code == ENOENT)
        return Failure({ENOENT, output.error().text + "; --format json needs no ps(1)"});
    return output;
}

} // namespace

Result<int> run_ps(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    const std::string format = TRY(read_choice(invocation.command, arguments, "format", kFormats));
    const std::string& id = arguments.positional[0];
    const std::vector<pid_t> pids = TRY(runtime::processes(invocation.settings, id));
    if (format == "json") {
        TRY(print(pids_json(pids)));
        return 0;
    }
    const std::string all = TRY(output_of_ps(std::span(arguments.positional).subspan(1)));
    const std::string table = TRY(filter_ps(all, pids));
    TRY(print(table));
    return 0;
}

} // namespace tare::cli
