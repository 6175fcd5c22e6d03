#include "cli/tare/criu_flags.h"

#include "base/text.h"
#include "cli/globals.h"

namespace tare::cli {

namespace {

constexpr std::string_view kCgroupModes[] = {"soft", "full", "strict", "ignore"};
constexpr plan::CriuCgroups kCgroupValues[] = {plan::CriuCgroups::kSoft, plan::CriuCgroups::kFull,
                                               plan::CriuCgroups::kStrict,
                                               plan::CriuCgroups::kIgnore};

// CRIU can make other namespaces empty, but a container without its IPC or host name is no use.
Status check_empty_namespaces(const Invocation& invocation) {
    for (const std::string& name : invocation.arguments.values("empty-ns"))
        if (name != "network")
            return invalid(std::string(invocation.command.name)
                           + ": option --empty-ns must be network, not " + quote(name));
    return {};
}

} // namespace

Status read_criu_flags(const Invocation& invocation, plan::CriuFlags& flags) {
    const Arguments& arguments = invocation.arguments;
    TRY(check_empty_namespaces(invocation));
    flags.ext_unix_sockets = arguments.has("ext-unix-sk");
    flags.tcp_established = arguments.has("tcp-established");
    flags.shell_job = arguments.has("shell-job");
    flags.file_locks = arguments.has("file-locks");
    flags.lazy_pages = arguments.has("lazy-pages");
    flags.auto_dedup = arguments.has("auto-dedup");
    flags.empty_network = arguments.has("empty-ns");
    const std::string mode =
        TRY(read_choice(invocation.command, arguments, "manage-cgroups-mode", kCgroupModes));
    for (std::size_t i = 0; i < std::size(kCgroupModes); ++i)
        if (mode == kCgroupModes[i]) flags.cgroups = kCgroupValues[i];
    return {};
}

Result<std::string> image_path(const Arguments& arguments) {
    const std::string given = arguments.value("image-path");
    return absolute_path(given.empty() ? "checkpoint" : given);
}

} // namespace tare::cli
