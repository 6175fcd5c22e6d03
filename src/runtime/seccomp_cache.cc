#include "runtime/seccomp_cache.h"

#include "base/log.h"
#include "base/text.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/publish.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

constexpr std::size_t kLargestFile = 1 << 20;
constexpr const char* kDirectory = "/@seccomp"; // '@' cannot be in an id
constexpr const char* kOrigin = "config.json#/linux/seccomp";

// A filter from a file that somebody else could have written would be no protection.
Result<std::string> read_ours(const std::string& path) {
    const Fd file = TRY(sys::open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    struct stat facts = {};
    if (::fstat(file.get(), &facts) < 0) return sys_failure("stat " + quote(path));
    if (!S_ISREG(facts.st_mode) || facts.st_uid != sys::effective_uid()
        || (facts.st_mode & 022) != 0 || static_cast<std::size_t>(facts.st_size) > kLargestFile)
        return invalid(quote(path) + " is not ours alone");
    std::string text(static_cast<std::size_t>(facts.st_size), '\0');
    const ssize_t n = ::read(file.get(), text.data(), text.size());
    if (n < 0) return sys_failure("read " + quote(path));
    text.resize(static_cast<std::size_t>(n));
    return text;
}

// In no order: a cache that is full has profiles that are never seen again.
void make_room(const std::string& path, const Fd& dir, const std::string& keep) {
    DIR* stream = ::opendir(path.c_str());
    if (stream == nullptr) return;
    unsigned files = 0;
    while (const dirent* entry = ::readdir(stream)) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != ".." && name != keep && ++files >= kSeccompCacheFiles)
            (void)sys::remove_file_at(dir, std::string(name));
    }
    ::closedir(stream);
}

Status publish(const Settings& settings, const std::string& name, const std::string& file) {
    const std::string path = settings.root + kDirectory;
    if (::mkdir(settings.root.c_str(), 0700) < 0 && errno != EEXIST)
        return sys_failure("mkdir " + quote(settings.root));
    if (::mkdir(path.c_str(), 0700) < 0 && errno != EEXIST)
        return sys_failure("mkdir " + quote(path));
    const Fd dir = TRY(sys::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    TRY(sys::publish_file_at(dir, name, file, 0600));
    make_room(path, dir, name);
    return {};
}

} // namespace

Result<std::string> read_cached(const Settings& settings, const std::string& name) {
    return read_ours(settings.root + kDirectory + "/" + name);
}

void put_cached(const Settings& settings, const std::string& name, const std::string& file) {
    if (file.size() > kLargestFile) return; // nobody would read it
    const Status stored = publish(settings, name, file);
    if (!stored) log::debug("seccomp cache: " + stored.error().text);
}

Result<plan::SeccompProgram> load_seccomp(const Settings& settings, const spec::Seccomp& seccomp) {
    const std::string key = plan::seccomp_key(seccomp);
    const std::string name = std::to_string(fingerprint(key)); // the file has the whole key
    if (const auto file = read_cached(settings, name))
        if (auto cached = plan::read_seccomp_cache(key, *file)) return *std::move(cached);

    plan::SeccompProgram program = TRY(plan::compile_seccomp(seccomp, kOrigin));
    put_cached(settings, name, plan::write_seccomp_cache(key, program));
    return program;
}

} // namespace tare::runtime
