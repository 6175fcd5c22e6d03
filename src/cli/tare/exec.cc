#include "cli/exec_words.h"
#include "cli/tare/commands.h"

namespace tare::cli {

namespace {

constexpr unsigned kMostFds = 1 << 20; // fs.nr_open's default

} // namespace

Result<int> run_exec(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    runtime::ExecRequest request;
    request.id = arguments.positional[0];
    request.process_file = arguments.value("process");
    request.wishes = TRY(read_exec_wishes(arguments));
    request.console_socket = arguments.value("console-socket");
    request.pidfd_socket = arguments.value("pidfd-socket");
    request.pid_file = arguments.value("pid-file");
    request.cgroup = arguments.value("cgroup");
    request.preserve_fds = TRY(read_count(invocation.command, arguments, "preserve-fds", kMostFds));
    request.detach = arguments.has("detach");
    request.ignore_paused = arguments.has("ignore-paused");
    return runtime::exec(invocation.settings, request);
}

} // namespace tare::cli
