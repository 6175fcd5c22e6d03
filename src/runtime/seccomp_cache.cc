#include "runtime/seccomp_cache.h"

#include "sys/file.h"

#include <sys/stat.h>

namespace tare::runtime {

namespace {

constexpr std::size_t kLargestFile = 1 << 20;
constexpr const char* kDirectory = "/@seccomp"; // '@' cannot be in an id

// FNV-1a: only names the file. The whole key is in the file and compared.
std::string file_name(std::string_view key) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : key)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return std::to_string(hash);
}

// For the next container; without it that one compiles again.
void store(const Settings& settings, const std::string& name, const std::string& file) {
    const std::string path = settings.root + kDirectory;
    ::mkdir(settings.root.c_str(), 0700);
    ::mkdir(path.c_str(), 0700);
    const auto dir = sys::open_directory(path);
    if (dir) (void)sys::replace_file_at(*dir, name, file, 0600);
}

} // namespace

Result<plan::SeccompProgram> load_seccomp(const Settings& settings, const spec::Seccomp& seccomp) {
    const std::string key = plan::seccomp_key(seccomp);
    const std::string name = file_name(key);
    const auto file = sys::read_file(settings.root + kDirectory + "/" + name, kLargestFile);
    if (file)
        if (auto cached = plan::read_seccomp_cache(key, *file)) return *std::move(cached);

    plan::SeccompProgram program =
        TRY(plan::compile_seccomp(seccomp, "config.json#/linux/seccomp"));
    store(settings, name, plan::write_seccomp_cache(key, program));
    return program;
}

} // namespace tare::runtime
