#pragma once

#include "base/result.h"
#include "plan/seccomp.h"
#include "runtime/runtime.h"
#include "spec/runtime/config.h"

#include <optional>
#include <string>
#include <string_view>

namespace tare::runtime {

// A config on its way to a container. Most of an engine's config is its seccomp profile, and that
// is the same for every container: one whose text was seen before is not read, let alone compiled.
// Then `config` is without the profile's rules, and `filter` is there.
struct ConfigAndFilter {
    spec::Config config;
    std::optional<plan::SeccompProgram> filter;
};

//   text  worked in meanwhile; afterwards what it was, unless there is an error
Result<ConfigAndFilter> read_config(const Settings& settings, std::string& text,
                                    std::string_view file_name);

// The filter that the config asks for, if any: known by now or compiled; the next one with this
// text then knows it.
//   text  of that config
Result<std::optional<plan::SeccompProgram>>
make_filter(const Settings& settings, const ConfigAndFilter& read, std::string_view text);

} // namespace tare::runtime
