#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "runtime/record.h"
#include "runtime/store.h"

namespace tare::runtime {

// Ends what still runs of a container and removes all that it has on the host: processes, cgroup,
// the root's mount where it had no mount namespace, and last the state directory. Complete from any
// state that a killed creator can leave; what is not there (any more) is passed over.
//   init  from open_init(); nothing when it has ended
Status tear_down(const StateDirectory& directory, const Record& record, const Fd& init);

// For who has given up the lock meanwhile. False: somebody else has removed it, and what has its
// name or its cgroup's path now is another's.
Result<bool> lock_and_tear_down(StateDirectory& directory, const Record& record, const Fd& init);

} // namespace tare::runtime
