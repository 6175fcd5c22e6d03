#include "base/log.h"
#include "runtime/liveness.h"
#include "runtime/runtime.h"
#include "runtime/store.h"
#include "runtime/user_name.h"

namespace tare::runtime {

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
        const auto status = status_of(*directory, *record);
        if (!status) {
            log::warning("container " + id + ": " + status.error().text);
            continue;
        }
        states.push_back(state_of(*record, *status));
        states.back().owner = user_name(record->owner);
    }
    return states;
}

} // namespace tare::runtime
