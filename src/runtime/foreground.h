#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "runtime/signal_mask.h"

#include <functional>
#include <optional>

namespace tare::runtime {

class NotifyProxy;

// `tare run` in the foreground: stands between the caller and the container's init until that
// exits. Signals go in, the exit status comes out, and a terminal's bytes go both ways.
class Foreground {
public:
    // Keep the object until the container is deleted: a signal that comes late shall not interrupt
    // that.
    Foreground() = default;
    ~Foreground(); // puts the caller's signal mask back
    Foreground(const Foreground&) = delete;
    Foreground& operator=(const Foreground&) = delete;

    // Blocks every signal that can be forwarded, so that none is lost while the container is being
    // made. Call right before something is made that we would leave behind: until then a signal
    // ends us, who may be reading a config that never comes.
    void hold_signals();

    // What hold_signals() has found; 0 before.
    SignalMask callers_mask() const { return callers_mask_.value_or(0); }

    // Takes the pty's master as soon as init has sent it, and gives it the size of the caller's
    // terminal and the modes for our relay, so that the process starts with the right ones. Errors:
    // it is no pty's master.
    Status set_console(Fd master);

    // Waits for the child behind `init` to exit, and reaps it; no other child is touched.
    //   notify  null where the caller has no NOTIFY_SOCKET
    //   first   called once, before a signal is passed on (it may wait, and they with it) or the
    //           child reaped; its error is the result, and the child is as it was
    // The result is its exit status, or 128+N when signal N killed it. The caller's terminal is as
    // it was before.
    Result<int> wait(const Fd& init, NotifyProxy* notify,
                     const std::function<Status()>& first = nullptr);

private:
    std::optional<SignalMask> callers_mask_; // none: not changed yet
    Fd console_;
};

} // namespace tare::runtime
