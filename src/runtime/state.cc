#include "runtime/liveness.h"
#include "runtime/runtime.h"
#include "runtime/store.h"
#include "runtime/user_name.h"

namespace tare::runtime {

Result<spec::State> state(const Settings& settings, const std::string& id) {
    const StateDirectory directory = TRY(StateDirectory::open(settings, id));
    const Record record = TRY(directory.read());
    const spec::Status status = TRY(status_of(directory, record));
    spec::State state = state_of(record, status);
    state.owner = user_name(record.owner);
    return state;
}

} // namespace tare::runtime
