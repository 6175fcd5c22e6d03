#include "runtime/liveness.h"

#include "runtime/cgroup.h"
#include "sys/file.h"
#include "sys/process.h"

#include <fcntl.h>

namespace tare::runtime {

namespace {

bool is_alive(const Record& record) {
    if (record.init.pid <= 0) return false;
    const auto stat = sys::read_stat(record.init.pid);
    if (!stat || stat->start_time != record.init.start_time) return false;
    if (stat->state == 'Z' || stat->state == 'X') return false;
    const auto boot = boot_id();
    return boot && *boot == record.boot_id;
}

} // namespace

Fd open_init(const Record& record) {
    if (record.init.pid <= 0) return Fd();
    auto pidfd = sys::open_pidfd(record.init.pid);
    if (!pidfd || !is_alive(record)) return Fd();
    return *std::move(pidfd);
}

// Only a FIFO with a reader can be opened like this: fifo(7), "ENXIO".
Result<Fd> open_gate(const StateDirectory& directory) {
    return sys::open_at(directory.fd(), kGate, O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
}

namespace {

bool is_paused(const Record& record) {
    return !record.cgroup.empty() && is_frozen(record.cgroup);
}

} // namespace

spec::Status status_of(const StateDirectory& directory, const Record& record) {
    if (record.init.pid <= 0) return spec::Status::kCreating;
    if (!is_alive(record)) return spec::Status::kStopped;
    if (record.has_gate) {
        const auto gate = open_gate(directory);
        if (gate) return is_paused(record) ? spec::Status::kPaused : spec::Status::kCreated;
        if (gate.error().code == ENOENT) return spec::Status::kCreating;
    } else if (!record.ready) {
        return spec::Status::kCreating;
    }
    return is_paused(record) ? spec::Status::kPaused : spec::Status::kRunning;
}

} // namespace tare::runtime
