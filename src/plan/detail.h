#pragma once

#include "base/result.h"
#include "plan/steps.h"

namespace tare::plan {

// What a kFailed or kWarning message of init means: the field that asked for the step, what was
// attempted, which part of it was refused, and why.
//   config.json#/mounts/3: mount tmpfs on '/data': open the mount point: permission denied
Error describe(const Steps& steps, const wire::Message& message);

} // namespace tare::plan
