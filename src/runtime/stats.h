#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "spec/runtime/events.h"

#include <string>
#include <string_view>

namespace tare::runtime {

// What the files of a cgroup (version 2) say of its use; those of controllers that are not there
// leave zeros. Errors: the cgroup is gone.
//   path  its directory
Result<spec::Stats> read_stats(const std::string& path);

// The text of a *.pressure file; nullopt for anything else.
std::optional<spec::Pressure> parse_pressure(std::string_view text);

// The text of /proc/PID/net/dev.
std::vector<spec::NetworkInterface> parse_interfaces(std::string_view text);

} // namespace tare::runtime
