#include "base/text.h"
#include "cli/globals.h"
#include "cli/tare/commands.h"
#include "cli/tare/criu_flags.h"

namespace tare::cli {

namespace {

// CRIU takes "KIND:LABEL".
Status check_lsm_profile(const std::string& text) {
    if (text.empty() || text.starts_with("apparmor:") || text.starts_with("selinux:")) return {};
    return invalid("restore: option --lsm-profile must be apparmor:NAME or selinux:LABEL, not "
                   + quote(text));
}

} // namespace

Result<int> run_restore(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    runtime::RestoreRequest request;
    request.create = TRY(read_create_request(invocation));
    request.detach = arguments.has("detach");
    request.image_path = TRY(image_path(arguments));
    request.work_path = TRY(absolute_path(arguments.value("work-path")));
    TRY(read_criu_flags(invocation, request.flags));
    request.flags.lsm_profile = arguments.value("lsm-profile");
    request.flags.lsm_mount_context = arguments.value("lsm-mount-context");
    TRY(check_lsm_profile(request.flags.lsm_profile));
    return runtime::restore(invocation.settings, request);
}

} // namespace tare::cli
