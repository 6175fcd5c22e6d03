#include "runtime/events.h"
#include "cli/durations.h"
#include "cli/tare/commands.h"
#include "sys/process.h"

#include <algorithm>
#include <climits>

namespace tare::cli {

namespace {

constexpr std::string_view kFormats[] = {"text", "json"};
constexpr int kDefaultIntervalMs = 5000;
constexpr std::int64_t kNanosecondsInMs = 1'000'000;

// Below a millisecond it would be a busy loop.
Result<int> read_interval(const Command& command, const Arguments& arguments) {
    if (!arguments.has("interval")) return kDefaultIntervalMs;
    const std::string text = arguments.value("interval");
    const auto duration = parse_duration(text);
    if (!duration || *duration < kNanosecondsInMs)
        return misuse(command, "option --interval needs a duration such as 5s or 1m30s, at least"
                               " 1ms, not "
                                   + double_quoted(text));
    return static_cast<int>(std::min<std::int64_t>(*duration / kNanosecondsInMs, INT_MAX));
}

} // namespace

Result<int> run_events(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    const std::string& id = arguments.positional[0];
    const int interval = TRY(read_interval(invocation.command, arguments));
    if (arguments.has("stats")) {
        const spec::Stats stats = TRY(runtime::stats(invocation.settings, id));
        TRY(print(spec::write_stats_event(id, stats) + "\n"));
        return 0;
    }
    TRY(runtime::watch(invocation.settings, id, interval,
                       [](const std::string& line) { return print(line + "\n"); }));
    return 0;
}

Result<int> run_wait(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    const std::string format = TRY(read_choice(invocation.command, arguments, "format", kFormats));
    const std::string& id = arguments.positional[0];
    const int status = TRY(runtime::wait(invocation.settings, id));
    TRY(print(format == "json" ? spec::write_exit_info(id, status) + "\n"
                               : std::to_string(sys::exit_code(status)) + "\n"));
    return 0;
}

} // namespace tare::cli
