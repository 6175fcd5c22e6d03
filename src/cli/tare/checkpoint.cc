#include "base/text.h"
#include "cli/globals.h"
#include "cli/tare/commands.h"
#include "cli/tare/criu_flags.h"

namespace tare::cli {

namespace {

constexpr unsigned kMostPort = 65535;
constexpr unsigned kMostFd = 1 << 20;

Failure bad_page_server(const std::string& text) {
    return invalid("checkpoint: option --page-server must be ADDRESS:PORT, not " + quote(text));
}

// "ADDRESS:PORT", "[::1]:27"
Result<std::optional<plan::CriuPageServer>> read_page_server(const std::string& text) {
    if (text.empty()) return std::nullopt;
    const std::size_t colon = text.rfind(':');
    if (colon == text.npos) return bad_page_server(text);
    const auto port = parse_unsigned(std::string_view(text).substr(colon + 1));
    std::string address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    const std::uint64_t number = port.value_or(0);
    if (number == 0 || number > kMostPort || address.empty()) return bad_page_server(text);
    return plan::CriuPageServer{std::move(address), static_cast<int>(number)};
}

Result<int> read_status_fd(const Invocation& invocation) {
    if (!invocation.arguments.has("status-fd") || invocation.arguments.value("status-fd") == "-1")
        return -1;
    if (!invocation.arguments.has("lazy-pages"))
        return invalid(
            "checkpoint: option --status-fd needs --lazy-pages: it tells when the server "
            "of lazy pages is ready");
    const unsigned fd =
        TRY(read_count(invocation.command, invocation.arguments, "status-fd", kMostFd));
    return static_cast<int>(fd);
}

} // namespace

Result<int> run_checkpoint(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    runtime::CheckpointRequest request;
    request.id = arguments.positional[0];
    request.image_path = TRY(image_path(arguments));
    request.work_path = TRY(absolute_path(arguments.value("work-path")));
    TRY(read_criu_flags(invocation, request.flags));
    request.flags.pre_dump = arguments.has("pre-dump");
    request.flags.leave_running = arguments.has("leave-running");
    request.flags.tcp_skip_in_flight = arguments.has("tcp-skip-in-flight");
    request.flags.link_remap = arguments.has("link-remap");
    request.flags.parent_path = arguments.value("parent-path");
    request.flags.page_server = TRY(read_page_server(arguments.value("page-server")));
    request.status_fd = TRY(read_status_fd(invocation));
    TRY(runtime::checkpoint(invocation.settings, request));
    return 0;
}

} // namespace tare::cli
