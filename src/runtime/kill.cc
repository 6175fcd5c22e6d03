#include "base/log.h"
#include "base/text.h"
#include "runtime/cgroup.h"
#include "runtime/liveness.h"
#include "runtime/runtime.h"
#include "runtime/store.h"
#include "sys/process.h"

#include <cerrno>
#include <csignal>

namespace tare::runtime {

namespace {

bool takes_signals(spec::Status status) {
    return status == spec::Status::kCreated || status == spec::Status::kRunning
           || status == spec::Status::kPaused;
}

Failure not_running(const std::string& id) {
    return Failure({ESRCH, "container not running: " + id});
}

// Its processes are known by the cgroup alone. Only the death of a pid namespace's init takes the
// others along.
Status check_reach(const Record& record, int signal, bool all) {
    const bool ends_all = signal == SIGKILL && !record.shares_pids;
    if (!record.cgroup.empty() || ends_all) return {};
    if (all)
        return invalid("container " + record.id
                       + " has no cgroup, so of its processes only init "
                         "can be found: signal that without --all"
                       + (record.shares_pids ? "" : ", or all of them by KILL"));
    if (signal == SIGKILL)
        log::warning("container " + record.id
                     + " has neither a cgroup nor a pid namespace of its "
                       "own: only its init is killed");
    return {};
}

} // namespace

Status kill(const Settings& settings, const std::string& id, int signal, bool all) {
    const StateDirectory directory = TRY(StateDirectory::open(settings, id));
    const Record record = TRY(directory.read());
    const Liveness now = TRY(look_at(directory, record));

    // Without a pid namespace the rest of the container outlives its init, and so must be reached
    // through the cgroup.
    if (!record.cgroup.empty() && (all || (record.shares_pids && signal == SIGKILL))) {
        TRY(signal_cgroup(record.cgroup, signal));
        return all || now.init ? Status() : not_running(id);
    }
    if (!takes_signals(now.status)) return all ? Status() : not_running(id);
    TRY(check_reach(record, signal, all));
    Status sent = sys::send_signal(now.init, signal);
    if (!sent && sent.error().code == ESRCH) return all ? Status() : not_running(id); // since then
    TRY(std::move(sent).map_error(under("container " + id)));
    // A frozen process dies of SIGKILL at once; its cgroup would stay frozen for the next one.
    if (signal == SIGKILL && now.status == spec::Status::kPaused)
        (void)freeze_cgroup(record.cgroup, false, 0);
    return {};
}

} // namespace tare::runtime
