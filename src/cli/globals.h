#pragma once

#include "base/log.h"
#include "cli/args.h"
#include "runtime/runtime.h"

namespace tare::cli {

// What --log, --log-format, --log-level and --debug ask for. Opens the log file; the descriptor
// stays open until exit. On an error `into` holds what was understood before it: the message about
// a wrong format belongs into the file, too.
Status read_log_settings(const Arguments& global, log::Settings& into);

// What the other global options ask for.
Result<runtime::Settings> read_settings(const Arguments& global);

// A relative path counts from the current directory; empty stays empty.
Result<std::string> absolute_path(const std::string& path);

} // namespace tare::cli
