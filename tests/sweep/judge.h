#pragma once

#include "scene.h"

#include <string>

namespace sweep {

// What is told of one point. An empty name: all is as it should be.
struct Verdict {
    std::string name, text;
    std::string note; // of what is as it should be, but worth counting
};

// After a kill: one `delete --force`, and nothing is left; before that, what the command only
// visited is untouched.
Verdict judge_kill(Scene& scene, const Outcome& outcome, Victim victim);

// After a failure: success in full, or a clear error and nothing left.
Verdict judge_failure(Scene& scene, const Outcome& outcome);

} // namespace sweep
