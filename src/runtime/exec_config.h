#pragma once

#include "base/result.h"
#include "runtime/config_reader.h"
#include "runtime/store.h"

namespace tare::runtime {

// The config of a container that is there, for one more process in it: what to join, and how to
// confine. The first process of a container whose profile is known leaves the filter in the state
// directory, and where the profile's rules are in config.json: later ones read neither the rules
// nor the cache.
//
// `filter` is there if the config asks for one.
Result<ConfigAndFilter> read_exec_config(const Settings& settings, const StateDirectory& directory);

} // namespace tare::runtime
