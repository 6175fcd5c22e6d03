#include "base/log.h"
#include "base/text.h"
#include "runtime/liveness.h"
#include "runtime/runtime.h"
#include "runtime/store.h"
#include "sys/file.h"

namespace tare::runtime {

namespace {

constexpr std::size_t kPasswdLimit = 16 << 20;

// The host's own file: getpwuid(3) would load whatever name services the host has. An unknown
// user stays a number.
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

} // namespace

Result<std::vector<spec::State>> list(const Settings& settings) {
    const std::vector<std::string> ids = TRY(list_ids(settings));
    std::vector<spec::State> states;
    for (const std::string& id : ids) {
        const auto directory = StateDirectory::open(settings, id);
        if (!directory) continue;
        const auto record = directory->read();
        if (!record) {
            if (record.error().code != ENOENT) log::warning(record.error().text);
            continue;
        }
        states.push_back(state_of(*record, status_of(*directory, *record)));
        states.back().owner = user_name(record->owner);
    }
    return states;
}

} // namespace tare::runtime
