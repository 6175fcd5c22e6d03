#include "runtime/cgroup.h"
#include "runtime/liveness.h"
#include "runtime/runtime.h"
#include "runtime/store.h"

namespace tare::runtime {

namespace {

Failure refused(spec::Status status, const std::string& problem) {
    return invalid(problem + " (its status is " + std::string(spec::to_string(status)) + ")");
}

Status check_has_cgroup(const Record& record) {
    if (!record.cgroup.empty()) return {};
    return invalid("container " + record.id
                   + " has no cgroup of its own, and only a cgroup can be frozen");
}

} // namespace

Status pause(const Settings& settings, const std::string& id) {
    StateDirectory directory = TRY(StateDirectory::open(settings, id));
    TRY(directory.lock());
    const Record record = TRY(directory.read());
    const spec::Status status = TRY(status_of(directory, record));
    if (status != spec::Status::kRunning && status != spec::Status::kCreated)
        return refused(status, "container not running: " + id);
    TRY(check_has_cgroup(record));
    return freeze_cgroup(record.cgroup, true).map_error(under("pause " + id));
}

Status resume(const Settings& settings, const std::string& id) {
    StateDirectory directory = TRY(StateDirectory::open(settings, id));
    TRY(directory.lock());
    const Record record = TRY(directory.read());
    const spec::Status status = TRY(status_of(directory, record));
    if (status != spec::Status::kPaused) return refused(status, "container not paused: " + id);
    return freeze_cgroup(record.cgroup, false).map_error(under("resume " + id));
}

} // namespace tare::runtime
