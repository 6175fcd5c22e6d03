#pragma once

#include "base/result.h"
#include "plan/steps.h"

#include <string>
#include <string_view>

namespace tare::plan {

// In the note of a mount: behind it stands what is no option of it.
inline constexpr std::string_view kRemark = "; ";

// What a hook of init's has written before it failed, piece by piece.
class HookOutput {
public:
    // False where the message is none of that kind.
    bool take(const wire::Message& message);
    std::string text() const; // "stdout: one, stderr: two"

private:
    std::string out_, err_;
};

// What a kFailed or kWarning message of init means: the field that asked for the step, what was
// attempted, which part of it was refused, and why.
//   config.json#/mounts/3: mount tmpfs on '/data': open the mount point: permission denied
// A hook's output follows, as behind the failures of the hooks that `tare` runs.
Error describe(const Steps& steps, const wire::Message& message, const HookOutput& output = {});

} // namespace tare::plan
