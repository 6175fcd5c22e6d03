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
constexpr const char* kFilter = "filter"; // as a file of the seccomp cache
constexpr std::size_t kLargestFilter = 1 << 20;

// Of which config.json a filter is, and by which `tare`: `update` writes another one.
std::string key_of(const struct stat& config) {
    return plan::seccomp_generator() + " " + std::to_string(config.st_ino) + " "
           + std::to_string(config.st_size) + " " + std::to_string(config.st_ctim.tv_sec) + " "
           + std::to_string(config.st_ctim.tv_nsec) + " ";
}

Result<struct stat> stat_of(const Fd& config) {
    struct stat facts = {};
    if (::fstat(config.get(), &facts) < 0) return sys_failure("stat config.json");
    return facts;
}

struct StoredFilter {
    plan::SeccompProgram program;
    Extent rules;
};

std::optional<StoredFilter> read_filter(const StateDirectory& directory,
                                        const struct stat& config) {
    const auto file = sys::read_file_at(directory.fd(), kFilter, kLargestFilter);
    if (!file) return std::nullopt;
    auto cache = plan::read_seccomp_cache(*file);
    const std::string key = key_of(config);
    if (!cache || !cache->key.starts_with(key)) return std::nullopt;
    const auto rules = read_extent(cache->key.substr(key.size()));
    const auto whole = static_cast<std::size_t>(config.st_size);
    if (!rules || rules->begin > whole || rules->size > whole - rules->begin) return std::nullopt;
    return StoredFilter{std::move(cache->program), *rules};
}

// The file without a part of it, in whose place an empty list stands.
Result<std::string> read_around(const Fd& file, std::size_t size, const Extent& left_out) {
    constexpr std::string_view kInstead = "[]";
    const std::size_t behind = left_out.begin + left_out.size;
    std::string text(left_out.begin + kInstead.size() + size - behind, '\0');
    kInstead.copy(text.data() + left_out.begin, kInstead.size());
    char* const rest = text.data() + left_out.begin + kInstead.size();
    if (::pread(file.get(), text.data(), left_out.begin, 0) != static_cast<ssize_t>(left_out.begin)
        || ::pread(file.get(), rest, size - behind, static_cast<off_t>(behind))
               != static_cast<ssize_t>(size - behind))
        return sys_failure("read config.json");
    return text;
}

// Nothing: in some way it is not what we left, and the whole config has to be read.
std::optional<ConfigAndFilter> read_briefly(const StateDirectory& directory) {
    const auto config = sys::open_at(directory.fd(), kConfig, O_RDONLY | O_NOFOLLOW);
    if (!config) return std::nullopt;
    const auto facts = stat_of(*config);
    if (!facts) return std::nullopt;
    auto filter = read_filter(directory, *facts);
    if (!filter) return std::nullopt;
    auto text = read_around(*config, static_cast<std::size_t>(facts->st_size), filter->rules);
    if (!text) return std::nullopt;
    auto read = spec::read_config(*text, directory.path() + "/" + kConfig, {});
    if (!read || !read->linux_ || !read->linux_->seccomp) return std::nullopt;
    read->linux_->seccomp->knows_syscalls = true;
    return ConfigAndFilter{*std::move(read), std::move(filter->program), filter->rules};
}

Status leave_filter(const StateDirectory& directory, const ConfigAndFilter& read) {
    const Fd config = TRY(sys::open_at(directory.fd(), kConfig, O_RDONLY | O_NOFOLLOW));
    const struct stat facts = TRY(stat_of(config));
    const std::string key = key_of(facts) + write_extent(read.rules);
    return sys::publish_file_at(directory.fd(), kFilter,
                                plan::write_seccomp_cache(key, *read.filter), 0600);
}

} // namespace

Result<ConfigAndFilter> read_exec_config(const Settings& settings,
                                         const StateDirectory& directory) {
    if (auto read = read_briefly(directory)) return *std::move(read);
    std::string text = TRY(read_stored_text(directory));
    ConfigAndFilter read = TRY(read_config(settings, text, directory.path() + "/" + kConfig));
    if (read.filter) {
        const Status left = leave_filter(directory, read);
        if (!left) log::debug("leave the filter for the next exec: " + left.error().text);
    } else {
        read.filter = TRY(make_filter(settings, read, text));
    }
    return read;
}

} // namespace tare::runtime
