#include "runtime/seccomp_cache.h"

#include "base/log.h"
#include "base/text.h"
#include "sys/file.h"
#include "sys/publish.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

constexpr off_t kLargestFile = 1 << 20;
constexpr const char* kDirectory = "/@seccomp"; // '@' cannot be in an id
constexpr const char* kOrigin = "config.json#/linux/seccomp";

// FNV-1a: only names the file. The whole key is in the file and compared.
std::string file_name(std::string_view key) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : key)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return std::to_string(hash);
}

// A filter from a file that somebody else could have written would be no protection.
Result<std::string> read_cache(const std::string& path) {
    const Fd file = TRY(sys::open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    struct stat facts = {};
    if (::fstat(file.get(), &facts) < 0) return sys_failure("stat " + quote(path));
    if (!S_ISREG(facts.st_mode) || facts.st_uid != ::geteuid() || (facts.st_mode & 022) != 0
        || facts.st_size > kLargestFile)
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

// It appears complete: nobody reads half a file, and a killed writer leaves none.
Status store(const Settings& settings, const std::string& name, const std::string& file) {
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

Result<plan::SeccompProgram> load_seccomp(const Settings& settings, const spec::Seccomp& seccomp) {
    const std::string key = plan::seccomp_key(seccomp);
    const std::string name = file_name(key);
    if (const auto file = read_cache(settings.root + kDirectory + "/" + name))
        if (auto cached = plan::read_seccomp_cache(key, *file)) return *std::move(cached);

    plan::SeccompProgram program = TRY(plan::compile_seccomp(seccomp, kOrigin));
    const Status stored = store(settings, name, plan::write_seccomp_cache(key, program));
    if (!stored) log::debug("seccomp cache: " + stored.error().text);
    return program;
}

} // namespace tare::runtime
