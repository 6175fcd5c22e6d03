#include "runtime/liveness.h"
#include "runtime/runtime.h"
#include "runtime/store.h"

namespace tare::runtime {

Result<spec::State> state(const Settings& settings, const std::string& id) {
    const StateDirectory directory = TRY(StateDirectory::open(settings, id));
    const Record record = TRY(directory.read());
    return state_of(record, status_of(directory, record));
}

} // namespace tare::runtime
