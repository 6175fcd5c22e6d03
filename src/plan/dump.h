#pragma once

#include "plan/plan.h"

#include <string>

namespace tare::plan {

// What `tare plan` prints: every step in order, parent's and init's, with the field that asked for
// it and the value after conversion. Text is a line a step; JSON an array of objects.
std::string dump_text(const Plan& plan);
std::string dump_json(const Plan& plan);

} // namespace tare::plan
