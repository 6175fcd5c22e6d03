#include "plan/seccomp.h"

#include "base/text.h"

#include <cstring>

// The cache file: a Header, the key, then the program. In the byte order of this machine, which
// the key names.

namespace tare::plan {

namespace {

// The checksum finds damage: who could write the file on purpose could as well replace us.
struct Header {
    char magic[8] = {'t', 'a', 'r', 'e', 'b', 'p', 'f', '2'};
    std::uint64_t checksum = 0; // of all that follows
    std::uint32_t key_size = 0;
    std::uint32_t instructions = 0;
    std::uint32_t flags = 0;
    std::uint32_t notify = 0;
};

constexpr std::size_t kChecked = offsetof(Header, key_size);

} // namespace

std::string write_seccomp_cache(std::string_view key, const SeccompProgram& program) {
    Header header;
    header.key_size = static_cast<std::uint32_t>(key.size());
    header.instructions = static_cast<std::uint32_t>(program.filter.size());
    header.flags = program.flags;
    header.notify = program.notify ? 1 : 0;

    std::string file(reinterpret_cast<const char*>(&header), sizeof header);
    file += key;
    file.append(reinterpret_cast<const char*>(program.filter.data()),
                program.filter.size() * sizeof program.filter[0]);
    header.checksum = fingerprint(std::string_view(file).substr(kChecked));
    std::memcpy(file.data(), &header, sizeof header);
    return file;
}

std::optional<SeccompCache> read_seccomp_cache(std::string_view file) {
    Header header;
    const Header expected;
    if (file.size() < sizeof header) return std::nullopt;
    std::memcpy(&header, file.data(), sizeof header);
    const std::uint64_t size =
        sizeof header + std::uint64_t{header.key_size} + std::uint64_t{header.instructions} * 8;
    if (std::memcmp(header.magic, expected.magic, sizeof header.magic) != 0 || file.size() != size
        || fingerprint(file.substr(kChecked)) != header.checksum)
        return std::nullopt;

    SeccompProgram program{.flags = header.flags, .notify = header.notify != 0};
    program.filter.resize(header.instructions);
    const std::string_view code = file.substr(sizeof header + header.key_size);
    if (!code.empty()) std::memcpy(program.filter.data(), code.data(), code.size());
    return SeccompCache{file.substr(sizeof header, header.key_size), std::move(program)};
}

std::optional<SeccompProgram> read_seccomp_cache(std::string_view key, std::string_view file) {
    auto cache = read_seccomp_cache(file);
    if (!cache || cache->key != key) return std::nullopt;
    return std::move(cache->program);
}

} // namespace tare::plan
