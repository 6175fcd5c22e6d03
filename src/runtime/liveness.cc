#include "runtime/liveness.h"

#include "runtime/cgroup.h"
#include "sys/file.h"
#include "sys/pidfd_info.h"

#include <fcntl.h>

namespace tare::runtime {

namespace {

bool says_no_such_process(const Error& error) {
    return error.code == ENOENT || error.code == ESRCH;
}

// By /proc, where the kernel does not number its processes.
Result<bool> has_our_start_time(const ProcessId& init) {
    const auto stat = sys::read_stat(init.pid);
    if (!stat && says_no_such_process(stat.error())) return false;
    if (!stat) return Failure(stat.error());
    return stat->start_time == init.start_time && stat->state != 'Z' && stat->state != 'X';
}

// Only "there is no such process" says that init has ended; that we could not look says nothing.
//   pidfd  of whoever has its pid now
Result<bool> is_alive(const Record& record, const Result<Fd>& pidfd) {
    const ProcessId& init = record.init;
    const auto number = pidfd ? sys::unique_number(*pidfd) : std::nullopt;
    const bool numbered = init.number != 0 && number;
    const bool alive = numbered ? *number == init.number && !sys::has_ended(*pidfd)
                                : TRY(has_our_start_time(init));
    if (!alive) return false;
    const std::string boot = TRY(boot_id());
    return boot == record.boot_id;
}

Result<bool> is_paused(const Record& record) {
    if (record.cgroup.empty()) return false;
    return is_frozen(record.cgroup);
}

Result<spec::Status> status_of_living(const StateDirectory& directory, const Record& record) {
    spec::Status status = spec::Status::kRunning;
    if (record.has_gate) {
        const auto gate = open_gate(directory);
        if (gate)
            status = spec::Status::kCreated;
        else if (gate.error().code == ENOENT)
            return spec::Status::kCreating;
        else if (gate.error().code != ENXIO)
            return Failure(gate.error());
    } else if (!record.ready) {
        return spec::Status::kCreating;
    }
    const bool paused = TRY(is_paused(record));
    return paused ? spec::Status::kPaused : status;
}

} // namespace

Result<ProcessId> identify(const sys::Child& process) {
    const sys::ProcessStat stat = TRY(sys::read_stat(process.pid));
    return ProcessId{process.pid, stat.start_time, sys::unique_number(process.pidfd).value_or(0)};
}

Result<Fd> open_init(const Record& record) {
    if (record.init.pid <= 0) return Fd();
    auto pidfd = sys::open_pidfd(record.init.pid);
    const bool alive = TRY(is_alive(record, pidfd));
    if (!alive) return Fd();
    return pidfd; // an error of the living: not ESRCH, nor EINVAL for a thread that got its number
}

// Only a FIFO with a reader can be opened like this: fifo(7), "ENXIO".
Result<Fd> open_gate(const StateDirectory& directory) {
    return sys::open_at(directory.fd(), kGate, O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
}

Result<spec::Status> status_of(const StateDirectory& directory, const Record& record) {
    if (record.init.pid <= 0) return spec::Status::kCreating;
    const bool alive = TRY(is_alive(record, sys::open_pidfd(record.init.pid)));
    if (!alive) return spec::Status::kStopped;
    return status_of_living(directory, record);
}

Result<Liveness> look_at(const StateDirectory& directory, const Record& record) {
    if (record.init.pid <= 0) return Liveness{.status = spec::Status::kCreating};
    Fd init = TRY(open_init(record));
    if (!init) return Liveness{.status = spec::Status::kStopped};
    const spec::Status status = TRY(status_of_living(directory, record));
    return Liveness{.status = status, .init = std::move(init)};
}

} // namespace tare::runtime
