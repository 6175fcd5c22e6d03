#include "runtime/events.h"
#include "runtime/liveness.h"
#include "runtime/store.h"
#include "sys/exit_info.h"
#include "sys/process.h"

namespace tare::runtime {

namespace {

Failure nobody_knows(const std::string& id) {
    return Failure(
        {ENODATA, "container " + id
                      + " has ended, but not how: the kernel tells that only to those who"
                        " waited already, since Linux 6.15, or while it is a zombie"});
}

} // namespace

Result<int> wait(const Settings& settings, const std::string& id) {
    const StateDirectory directory = TRY(StateDirectory::open(settings, id));
    const Record record = TRY(directory.read());
    if (record.init.pid <= 0) return invalid("container " + id + " is still being created");
    const Fd init = TRY(open_init(record));
    std::optional<int> status;
    if (init) {
        TRY(sys::wait_for_end(init, -1));
        status = sys::exit_status(init, record.init.pid);
    } else if (boot_id().value_or("") == record.boot_id) {
        status = sys::zombie_exit_status(record.init.pid, record.init.start_time);
    }
    if (!status) return nobody_knows(id);
    return *status;
}

} // namespace tare::runtime
