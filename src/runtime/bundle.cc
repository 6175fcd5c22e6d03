#include "runtime/bundle.h"

#include "base/text.h"
#include "runtime/caller.h"
#include "runtime/host.h"
#include "runtime/notify_socket.h"
#include "spec/json/document.h"
#include "sys/file.h"

#include <climits>
#include <fcntl.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

// The kernel knows the path of what it opened: cheaper than realpath(3), which asks for each part.
Result<std::string> resolved_directory(const std::string& path) {
    char buffer[PATH_MAX];
    if (path == ".") {
        if (::getcwd(buffer, sizeof buffer) == nullptr) return sys_failure("getcwd");
        return std::string(buffer);
    }
    const Fd dir = TRY(sys::open_file(path, O_PATH | O_DIRECTORY));
    const std::string link = "/proc/self/fd/" + std::to_string(dir.get());
    const ssize_t n = ::readlink(link.c_str(), buffer, sizeof buffer);
    if (n < 0) return sys_failure("readlink " + quote(link));
    if (n == sizeof buffer) return sys_failure("bundle " + quote(path), ENAMETOOLONG);
    return std::string(buffer, static_cast<std::size_t>(n));
}

std::string config_path(const CreateRequest& request, const std::string& bundle) {
    if (request.config.empty()) return bundle + "/config.json";
    const bool is_name = request.config.find('/') == std::string::npos;
    return is_name ? bundle + "/" + request.config : request.config;
}

std::string rootfs_path(const spec::Config& config, const std::string& bundle) {
    if (!config.root) return bundle;
    const std::string& path = config.root->path;
    return path.starts_with('/') ? path : bundle + "/" + path;
}

} // namespace

Result<Bundle> read_bundle(const Settings& settings, const CreateRequest& request) {
    Bundle bundle;
    bundle.path = TRY(resolved_directory(request.bundle).map_error(under("bundle")));
    const std::string path = config_path(request, bundle.path);
    bundle.text = TRY(sys::read_file(path, json::kMaxBytes));
    bundle.read = TRY(read_config(settings, bundle.text, path.substr(path.rfind('/') + 1)));
    bundle.rootfs = rootfs_path(bundle.config(), bundle.path);
    return bundle;
}

Result<PlannedBundle> plan_for(const Settings& settings, const CreateRequest& request,
                               Bundle bundle, bool has_gate) {
    const plan::HostFacts host = TRY(gather_host_facts(bundle.config()));
    const PassedFds passed = passed_fds(request.preserve_fds);
    plan::Options options = {.id = request.id,
                             .bundle = bundle.path,
                             .no_pivot = request.no_pivot,
                             .no_new_keyring = request.no_new_keyring,
                             .listen_fds = passed.listening,
                             .has_gate = has_gate,
                             .systemd = settings.cgroup_manager == CgroupManager::kSystemd,
                             .unit_annotations = settings.unit_annotations};
    const std::string notify = callers_notify_socket();
    if (!notify.empty())
        options.notify_socket = settings.root + "/" + request.id + "/" + kNotifyDirectory;

    const auto filter = TRY(make_filter(settings, bundle.read, bundle.text));
    plan::Plan plan =
        TRY(plan::compile(bundle.config(), host, options, filter ? &*filter : nullptr));
    return PlannedBundle{std::move(bundle), std::move(plan), notify};
}

Result<PlannedBundle> plan_for(const Settings& settings, const CreateRequest& request,
                               bool has_gate) {
    return plan_for(settings, request, TRY(read_bundle(settings, request)), has_gate);
}

Result<plan::Plan> plan_bundle(const Settings& settings, const CreateRequest& request) {
    PlannedBundle planned = TRY(plan_for(settings, request, true));
    return std::move(planned.plan);
}

} // namespace tare::runtime
