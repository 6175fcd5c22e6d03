#include "cli/tare/commands.h"
#include "plan/dump.h"

namespace tare::cli {

namespace {

constexpr std::string_view kFormats[] = {"text", "json"};

} // namespace

Result<int> run_plan(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    const std::string format = TRY(read_choice(invocation.command, arguments, "format", kFormats));
    runtime::CreateRequest request;
    request.bundle = arguments.positional[0];
    request.config = arguments.value("config");
    const plan::Plan plan = TRY(runtime::plan_bundle(invocation.settings, request));
    TRY(print(format == "json" ? plan::dump_json(plan) : plan::dump_text(plan)));
    return 0;
}

} // namespace tare::cli
