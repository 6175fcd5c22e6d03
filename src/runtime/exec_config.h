#pragma once

#include "base/result.h"
#include "runtime/config_reader.h"
#include "runtime/store.h"

namespace tare::runtime {

// The config of a container that is there, for one more process in it: what to join, and how to
// confine. Mounts, hooks, devices, limits and the rules of the profile are not in it. The first
// process of a container leaves the rest and the filter in the state directory: later ones read
// neither config.json nor the cache.
//
// `filter` is there if the config asks for one.
Result<ConfigAndFilter> read_exec_config(const Settings& settings, const StateDirectory& directory);

} // namespace tare::runtime
