#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "runtime/record.h"
#include "runtime/store.h"
#include "spec/runtime/config.h"

namespace tare::runtime {

// Ends what still runs of a container and removes all that it has on the host: processes, cgroup,
// the root's mount where it had no mount namespace, and last the state directory. Complete from any
// state that a killed creator can leave; what is not there (any more) is passed over.
//   init  from open_init(); nothing when it has ended
Status tear_down(const StateDirectory& directory, const Record& record, const Fd& init);

// As `delete` does, for who has given up the lock meanwhile: where somebody else has removed it,
// what has its name or its cgroup's path now is another's, and nothing is done. Else poststop hooks
// run.
Status remove_unlocked(StateDirectory& directory, const Record& record, const Fd& init,
                       const spec::Hooks& hooks);

// The same after a failure, which is the result. Init ends whoever has the lock.
Failure end_unlocked(StateDirectory& directory, const Record& record, const Fd& init,
                     const spec::Hooks& hooks, const Error& cause);

} // namespace tare::runtime
