#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "runtime/record.h"
#include "runtime/store.h"
#include "spec/runtime/state.h"
#include "sys/process.h"

namespace tare::runtime {

// What the record keeps of a process of ours, which must not have been reaped.
Result<ProcessId> identify(const sys::Child& process);

// A handle on init that can mean no other process: opened first, then its number, else its start
// time, and the boot compared with the record. Nothing when init has ended, or was never made; an
// error when that could not be told (no descriptor left, no memory): who took it for dead would
// remove the living.
Result<Fd> open_init(const Record& record);

// The status, asked from the kernel: does init live, does it wait at the gate, is its cgroup
// frozen. (runtime-spec, runtime.md, "State".) Errors as above.
Result<spec::Status> status_of(const StateDirectory& directory, const Record& record);

// Both at once; with a status of kStopped or kCreating there may be no init.
struct Liveness {
    spec::Status status = spec::Status::kStopped;
    Fd init;
};
Result<Liveness> look_at(const StateDirectory& directory, const Record& record);

// The names of the two FIFOs in the state directory through which `start` and init talk. The first
// appears under its name only when init is ready: until then it is kGateNotReady.
constexpr const char* kGate = "gate";
constexpr const char* kGateNotReady = "gate.new";
constexpr const char* kGateErrors = "gate-error";

// The writing end of the gate. ENXIO: nobody waits behind it any more. ENOENT: init is not ready.
Result<Fd> open_gate(const StateDirectory& directory);

} // namespace tare::runtime
