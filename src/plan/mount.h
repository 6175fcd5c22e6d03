#pragma once

#include "plan/compilation.h"
#include "plan/mount_options.h"

namespace tare::plan {

// `path` without "//", "/." and "/x/..", as text: enough to judge what a config says literally.
// Symlinks are init's to judge.
std::string clean_path(std::string_view path);

std::set<std::string> clean_destinations(const spec::Config& config);

// Relative paths of a config count from its bundle.
std::string in_bundle(const std::string& path, const std::string& bundle);

// The absolute path on the host of the container's root directory.
std::string root_path(const Compilation& c);

// Adds what `mounts[index]` asks for: runtime-spec, config.md, "Mounts".
Status plan_mount(const Compilation& c, std::size_t index);

// Whether HostFacts::cgroup_tree is needed: a container without a cgroup namespace of its own that
// mounts cgroup2.
bool wants_our_cgroups(const spec::Config& config);

// The directory with the proxy of the caller's NOTIFY_SOCKET, on /run/notify.
void plan_notify_socket(const Compilation& c);

// A read-only tmpfs that something else goes on top of becomes read-only only after that.
Status plan_late_readonly(const Compilation& c);

} // namespace tare::plan
