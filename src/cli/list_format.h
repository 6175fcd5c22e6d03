#pragma once

#include "spec/runtime/state.h"

#include <string>
#include <vector>

// What `list` prints, in the form that scripts written for runc expect.

namespace tare::cli {

// Columns are at least 12 characters wide and 3 apart; control characters are shown as '?'.
std::string list_table(const std::vector<spec::State>& states);
std::string list_json(const std::vector<spec::State>& states); // one line
std::string list_ids(const std::vector<spec::State>& states);  // a line each

} // namespace tare::cli
