#pragma once

#include "cli/args.h"
#include "runtime/runtime.h"

namespace tare::cli {

// What `update` was asked for: the JSON of -r FILE ("-": standard input), or else the options.
// Values are checked as those of a config.json are.
Result<runtime::UpdateRequest> read_update_request(const Command& command,
                                                   const Arguments& arguments);

// An error about a value, put in terms of the option it came from: "update#/memory/limit: ..."
// becomes "--memory: ...".
Error name_options(Error error);

} // namespace tare::cli
