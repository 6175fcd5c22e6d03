#include "runtime/exec_config.h"

#include "base/log.h"
#include "runtime/outer_hooks.h"
#include "spec/json/document.h"
#include "sys/file.h"
#include "sys/publish.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

constexpr const char* kConfig = "config.json";
constexpr const char* kBrief = "exec"; // as a file of the seccomp cache, with a config as its key
constexpr std::size_t kLargestBrief = 1 << 20;

// Tells a file from whatever takes its place.
std::string identity(const struct stat& file) {
    return std::to_string(file.st_ino) + " " + std::to_string(file.st_size) + " "
           + std::to_string(file.st_ctim.tv_sec) + " " + std::to_string(file.st_ctim.tv_nsec) + " ";
}

// Of which config.json it is, which `update` replaces, and by which `tare`: another one may know
// fields that this one has not kept.
Result<std::string> key_of(const StateDirectory& directory) {
    struct stat config = {}, program = {};
    if (::fstatat(directory.fd().get(), kConfig, &config, AT_SYMLINK_NOFOLLOW) < 0)
        return sys_failure(directory.path() + ": stat 'config.json'");
    if (::stat("/proc/self/exe", &program) < 0) return sys_failure("stat '/proc/self/exe'");
    return plan::seccomp_generator() + " " + identity(program) + identity(config);
}

// Without what only matters to who makes a container.
spec::Config shortened(spec::Config config) {
    config.mounts.clear();
    config.hooks = {};
    if (!config.linux_) return config;
    spec::Linux& linux_ = *config.linux_;
    linux_.devices.clear();
    linux_.net_devices.clear();
    linux_.resources.reset();
    linux_.intel_rdt.reset();
    linux_.sysctl.clear();
    linux_.masked_paths.clear();
    linux_.readonly_paths.clear();
    if (linux_.seccomp) {
        linux_.seccomp->syscalls.clear();
        linux_.seccomp->knows_syscalls = false;
    }
    return config;
}

spec::Seccomp* profile_of(spec::Config& config) {
    return config.linux_ && config.linux_->seccomp ? &*config.linux_->seccomp : nullptr;
}

// The filter stands for the rules.
ConfigAndFilter with_filter(spec::Config config, std::optional<plan::SeccompProgram> filter) {
    spec::Seccomp* const profile = profile_of(config);
    if (profile != nullptr)
        profile->knows_syscalls = true;
    else
        filter.reset();
    return {std::move(config), std::move(filter)};
}

// Nothing: in some way it is not what we left, and the whole config has to be read.
std::optional<ConfigAndFilter> read_briefly(const StateDirectory& directory,
                                            const std::string& key) {
    const auto file = sys::read_file_at(directory.fd(), kBrief, kLargestBrief);
    if (!file) return std::nullopt;
    auto cache = plan::read_seccomp_cache(*file);
    if (!cache || !cache->key.starts_with(key)) return std::nullopt;
    std::string text;
    text.reserve(cache->key.size()); // with room for the parser
    text = cache->key.substr(key.size());
    auto config = spec::read_config(text, directory.path() + "/" + kConfig, {});
    if (!config || (profile_of(*config) != nullptr) == cache->program.filter.empty())
        return std::nullopt;
    return with_filter(*std::move(config), std::move(cache->program));
}

Status leave(const StateDirectory& directory, const std::string& key, const spec::Config& config,
             const std::optional<plan::SeccompProgram>& filter) {
    const std::string text = spec::write_config(config, spec::Layout::kCompact);
    const auto back = spec::read_config(text);
    if (!back || *back != config) return invalid("it reads differently when it is written");
    const std::string file =
        plan::write_seccomp_cache(key + text, filter.value_or(plan::SeccompProgram()));
    if (file.size() > kLargestBrief) return invalid("it is too large");
    return sys::publish_file_at(directory.fd(), kBrief, file, 0600);
}

} // namespace

Result<ConfigAndFilter> read_exec_config(const Settings& settings,
                                         const StateDirectory& directory) {
    const auto key = key_of(directory); // before it is read: `update` may replace it meanwhile
    if (key)
        if (auto brief = read_briefly(directory, *key)) return *std::move(brief);
    std::string text = TRY(read_stored_text(directory));
    ConfigAndFilter read = TRY(read_config(settings, text, directory.path() + "/" + kConfig));
    auto filter = TRY(make_filter(settings, read, text));
    spec::Config config = shortened(std::move(read.config));
    if (key) {
        const Status left = leave(directory, *key, config, filter);
        if (!left) log::debug("leave the config for the next exec: " + left.error().text);
    }
    return with_filter(std::move(config), std::move(filter));
}

} // namespace tare::runtime
