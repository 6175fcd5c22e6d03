#pragma once

#include "base/result.h"
#include "runtime/bundle.h"
#include "runtime/foreground.h"
#include "runtime/report.h"
#include "runtime/runtime.h"
#include "runtime/store.h"
#include "runtime/systemd.h"
#include "sys/process.h"

#include <memory>
#include <optional>

namespace tare::runtime {

// How create and run differ on the way to a ready init.
struct CreationMode {
    bool has_gate = true;             // init waits for `start`, and needs us no longer
    Foreground* foreground = nullptr; // we stay: signals are ours, and the terminal
};

// A container whose init is ready and waits to be let go: at the gate, or at our socket.
struct Created {
    Created(PlannedBundle what, StateDirectory where, Record first)
        : planned(std::move(what)), directory(std::move(where)), record(std::move(first)),
          report(Fd(), planned.plan.steps) {}

    PlannedBundle planned;
    StateDirectory directory; // locked
    Record record;
    sys::Child init;
    Report report;
    bool config_copied = false;
    bool let_go = false; // init is, and does not wait
};

// The record of a container that is about to be made: all of it but init and its cgroup.
Result<Record> intent(const Settings& settings, const CreateRequest& request, bool has_gate,
                      const PlannedBundle& planned);

// Where its cgroup is going to be, noted in the record; `systemd` is connected where it is that of
// a unit.
Status find_place(const Settings& settings, const plan::CgroupPlan& plan, Record& record,
                  std::optional<Systemd>& systemd);

// Everything up to there. A failure leaves nothing behind.
Result<std::unique_ptr<Created>>
make_container(const Settings& settings, const CreateRequest& request, const CreationMode& mode);

// After init was let go through its socket: until its execve has succeeded, or with the error.
Status await_exec(Created& container);

// Removes a container that make_container() made, when a later step has failed. The result is
// `cause`, and that it ran out of memory if it did.
Failure undo(Created& container, Error cause);

} // namespace tare::runtime
