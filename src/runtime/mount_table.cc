#include "runtime/mount_table.h"

#include "base/text.h"
#include "sys/file.h"

namespace tare::runtime {

namespace {

constexpr std::size_t kMaxMountinfo = 64u << 20;

// mountinfo writes blanks and backslashes as \ooo.
std::string unescaped(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 3 >= text.size()) {
            result.push_back(text[i]);
            continue;
        }
        result.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8
                                           + (text[i + 3] - '0')));
        i += 3;
    }
    return result;
}

} // namespace

std::vector<std::string> find_mounts(std::string_view mountinfo, std::string_view type) {
    const std::string mark = std::string(type) + " ";
    std::vector<std::string> points;
    for (const std::string_view line : split(mountinfo, '\n')) {
        const std::size_t dash = line.find(" - ");
        const std::vector<std::string_view> fields = split(line, ' ');
        if (dash != std::string_view::npos && fields.size() > 4
            && line.substr(dash + 3).starts_with(mark))
            points.push_back(unescaped(fields[4]));
    }
    return points;
}

Result<std::vector<std::string>> mounts_of(std::string_view type) {
    const std::string mountinfo = TRY(sys::read_file("/proc/self/mountinfo", kMaxMountinfo));
    return find_mounts(mountinfo, type);
}

} // namespace tare::runtime
