#pragma once

#include "base/result.h"
#include "plan/plan.h"
#include "runtime/config_reader.h"
#include "runtime/runtime.h"

#include <string>

namespace tare::runtime {

// A bundle as create and run find it.
struct Bundle {
    std::string path;   // absolute, without symlinks
    std::string rootfs; // absolute
    std::string text;   // of the config, as it was read
    ConfigAndFilter read;

    const spec::Config& config() const { return read.config; }
};

// Reads and checks the bundle's config.
Result<Bundle> read_bundle(const Settings& settings, const CreateRequest& request);

struct PlannedBundle {
    Bundle bundle;
    plan::Plan plan;
    std::string notify_socket; // the caller's, which the container gets a proxy of; or empty
};

// The plan for it on this host. Nothing is made but, at times, a cached filter.
Result<PlannedBundle> plan_for(const Settings& settings, const CreateRequest& request,
                               Bundle bundle, bool has_gate);
// With the bundle that the request names.
Result<PlannedBundle> plan_for(const Settings& settings, const CreateRequest& request,
                               bool has_gate);

} // namespace tare::runtime
