#include "cli/tare/commands.h"

namespace tare::cli {

namespace {

constexpr unsigned kMostFds = 1 << 20; // fs.nr_open's default

} // namespace

Result<runtime::CreateRequest> read_create_request(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    runtime::CreateRequest request;
    request.id = arguments.positional[0];
    if (const std::string bundle = arguments.value("bundle"); !bundle.empty())
        request.bundle = bundle;
    request.config = arguments.value("config");
    request.console_socket = arguments.value("console-socket");
    request.pidfd_socket = arguments.value("pidfd-socket");
    request.pid_file = arguments.value("pid-file");
    request.no_pivot = arguments.has("no-pivot");
    request.no_new_keyring = arguments.has("no-new-keyring");
    request.preserve_fds = TRY(read_count(invocation.command, arguments, "preserve-fds", kMostFds));
    return request;
}

Result<int> run_create(const Invocation& invocation) {
    const runtime::CreateRequest request = TRY(read_create_request(invocation));
    TRY(runtime::create(invocation.settings, request));
    return 0;
}

} // namespace tare::cli
