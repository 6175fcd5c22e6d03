#include "cli/globals.h"

#include "base/text.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace tare::cli {

namespace {

constexpr std::string_view kLevels[] = {"warning", "error", "info", "debug"};
constexpr std::string_view kFormats[] = {"text", "json"};
constexpr std::string_view kManagers[] = {"cgroupfs", "systemd", "disabled"};
constexpr std::string_view kRootless[] = {"auto", "true", "false"};

log::Level level(std::string_view name) {
    return name == "error"   ? log::Level::kError
           : name == "info"  ? log::Level::kInfo
           : name == "debug" ? log::Level::kDebug
                             : log::Level::kWarning;
}

// The first line of an initial user namespace's map covers all ids: user_namespaces(7). So does
// that of one that maps all of them, whose root is as good as the host's here, and for runc too.
bool in_user_namespace() {
    const Fd file(::open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC));
    char text[64] = {};
    if (!file || ::read(file.get(), text, sizeof text - 1) <= 0) return false;
    return std::string_view(text).find(" 4294967295") == std::string_view::npos;
}

// Root as far as state is concerned: in a user namespace of somebody else's making (`unshare -r`,
// `podman unshare`) /run is not ours although our uid is 0. podman calls start and kill with PATH
// and XDG_RUNTIME_DIR alone: only a USER that says root speaks for root, as with runc.
bool is_rootless(std::string_view wish) {
    if (wish != "auto") return wish == "true";
    if (::geteuid() != 0) return true;
    const char* runtime_dir = std::getenv("XDG_RUNTIME_DIR");
    const char* user = std::getenv("USER");
    return runtime_dir != nullptr && *runtime_dir != 0
           && (user == nullptr || std::string_view(user) != "root") && in_user_namespace();
}

Result<std::string> default_root(std::string_view rootless) {
    if (!is_rootless(rootless)) return "/run/tare";
    const char* runtime_dir = std::getenv("XDG_RUNTIME_DIR");
    if (runtime_dir == nullptr || *runtime_dir == 0)
        return invalid("no place for the state of containers: XDG_RUNTIME_DIR is not set, and "
                       "/run/tare is root's; set it, or use --root DIR");
    if (*runtime_dir != '/')
        return invalid("no place for the state of containers: XDG_RUNTIME_DIR is not an absolute "
                       "path; set it right, or use --root DIR");
    return std::string(runtime_dir) + "/tare";
}

// A boolean, or auto, which nothing stands for too.
Result<std::string> read_rootless(const Arguments& global) {
    const std::string text = global.value("rootless");
    if (text.empty()) return "auto";
    if (const auto wish = parse_bool(text)) return *wish ? "true" : "false";
    return read_choice(global_command(), global, "rootless", kRootless);
}

} // namespace

Result<std::string> absolute_path(const std::string& path) {
    if (path.empty() || path.starts_with('/')) return path;
    char directory[PATH_MAX];
    if (::getcwd(directory, sizeof directory) == nullptr)
        return sys_failure("find the current directory");
    return std::string(directory) + "/" + path;
}

Status read_log_settings(const Arguments& global, log::Settings& into) {
    if (const std::string path = global.value("log"); !path.empty()) {
        into.fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
        if (into.fd < 0) return sys_failure("--log: open " + quote(path));
    }
    const Command& command = global_command();
    const std::string format = TRY(read_choice(command, global, "log-format", kFormats));
    if (format == "json") into.format = log::Format::kJson;
    const std::string name = TRY(read_choice(command, global, "log-level", kLevels));
    into.level = global.has("debug") ? log::Level::kDebug : level(name);
    return {};
}

Result<runtime::Settings> read_settings(const Arguments& global) {
    const Command& command = global_command();
    const std::string manager = TRY(read_choice(command, global, "cgroup-manager", kManagers));
    const std::string rootless = TRY(read_rootless(global));
    if (global.has("criu"))
        log::warning("option --criu is obsolete and ignored: criu is looked for in $PATH");
    runtime::Settings settings;
    if (manager == "disabled") settings.cgroup_manager = runtime::CgroupManager::kDisabled;
    if (global.has("systemd-cgroup") && global.has("cgroup-manager") && manager != "systemd")
        return invalid("options --systemd-cgroup and --cgroup-manager=" + manager
                       + " contradict each other");
    if (manager == "systemd" || global.has("systemd-cgroup"))
        settings.cgroup_manager = runtime::CgroupManager::kSystemd;
    settings.unit_annotations = global.has("systemd-annotations");
    const std::string root = global.value("root");
    settings.root_is_default = root.empty();
    if (root.empty()) {
        settings.root = TRY(default_root(rootless));
    } else {
        settings.root = TRY(absolute_path(root).map_error(under("--root")));
    }
    if (const std::string resctrl = global.value("resctrl"); !resctrl.empty())
        settings.resctrl = TRY(absolute_path(resctrl).map_error(under("--resctrl")));
    return settings;
}

} // namespace tare::cli
