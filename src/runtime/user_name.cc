#include "runtime/user_name.h"

#include "base/text.h"
#include "sys/file.h"

namespace tare::runtime {

namespace {

constexpr std::size_t kPasswdLimit = 16 << 20;

} // namespace

std::string user_name(uid_t uid) {
    const std::string number = std::to_string(uid);
    const auto passwd = sys::read_file("/etc/passwd", kPasswdLimit);
    if (!passwd) return "#" + number;
    for (const std::string_view line : split(*passwd, '\n')) {
        const std::vector<std::string_view> fields = split(line, ':');
        if (fields.size() > 2 && fields[2] == number) return std::string(fields[0]);
    }
    return "#" + number;
}

} // namespace tare::runtime
