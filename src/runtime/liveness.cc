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

bool is_paused(const Record& record) {
    return !record.cgroup.empty() && is_frozen(record.cgroup);
}

spec::Status status_of_living(const StateDirectory& directory, const Record& record) {
    if (record.has_gate) {
        const auto gate = open_gate(directory);
        if (gate) return is_paused(record) ? spec::Status::kPaused : spec::Status::kCreated;
        if (gate.error().code == ENOENT) return spec::Status::kCreating;
    } else if (!record.ready) {
        return spec::Status::kCreating;
    }
    return is_paused(record) ? spec::Status::kPaused : spec::Status::kRunning;
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

spec::Status status_of(const StateDirectory& directory, const Record& record) {
    if (record.init.pid <= 0) return spec::Status::kCreating;
    return is_alive(record) ? status_of_living(directory, record) : spec::Status::kStopped;
}

Liveness look_at(const StateDirectory& directory, const Record& record) {
    if (record.init.pid <= 0) return {.status = spec::Status::kCreating};
    Fd init = open_init(record);
    if (!init) return {.status = spec::Status::kStopped};
    return {.status = status_of_living(directory, record), .init = std::move(init)};
}

} // namespace tare::runtime
