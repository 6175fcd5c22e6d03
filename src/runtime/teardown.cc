#include "runtime/teardown.h"

#include "base/log.h"
#include "base/text.h"
#include "runtime/cgroup.h"
#include "runtime/outer_hooks.h"
#include "runtime/resctrl.h"
#include "runtime/unit.h"
#include "sys/mount.h"
#include "sys/process.h"

#include <cerrno>
#include <csignal>

namespace tare::runtime {

namespace {

constexpr int kDeathTimeoutMs = 10'000;

Status end_init(const Fd& init) {
    if (!init) return {};
    const Status sent = sys::send_signal(init, SIGKILL);
    if (!sent && sent.error().code != ESRCH) return sent;
    const bool ended = TRY(sys::wait_for_end(init, kDeathTimeoutMs));
    if (!ended) return Failure({ETIMEDOUT, "the container's init does not die of SIGKILL"});
    return {};
}

// Only a mount that came after the record was written is the container's: the bundle's root may
// well be a mount point of somebody else.
Status remove_mount(const Record& record) {
    if (!record.mount_below) return {};
    const auto top = sys::mount_id(record.rootfs);
    if (!top || *top == *record.mount_below) return {};
    return sys::detach_mount(record.rootfs);
}

} // namespace

Status tear_down(const StateDirectory& directory, const Record& record, const Fd& init) {
    TRY(end_init(init));
    if (!record.unit.empty()) {
        TRY(signal_cgroup(record.cgroup, SIGKILL)); // StopUnit would send SIGTERM, and wait
        leave_unit(record.unit);
    }
    if (!record.cgroup.empty()) TRY(remove_cgroup(record.cgroup));
    TRY(remove_resctrl(record.resctrl));
    TRY(remove_mount(record));
    return directory.remove();
}

Status remove_unlocked(StateDirectory& directory, const Record& record, const Fd& init,
                       const spec::Hooks& hooks) {
    const Status locked = directory.lock();
    if (!locked && locked.error().code == ENOENT) return {};
    TRY(Status(locked));
    TRY(tear_down(directory, record, init));
    run_poststop_hooks(record, hooks);
    return {};
}

Failure end_unlocked(StateDirectory& directory, const Record& record, const Fd& init,
                     const spec::Hooks& hooks, const Error& cause) {
    (void)sys::send_signal(init, SIGKILL);
    const Status removed = remove_unlocked(directory, record, init, hooks);
    if (!removed) log::warning("clean up after the failure: " + removed.error().text);
    return Failure(cause);
}

} // namespace tare::runtime
