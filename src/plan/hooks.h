#pragma once

#include "plan/compilation.h"

namespace tare::plan {

// runtime-spec, config.md, "POSIX-platform Hooks".

// The meeting point where the runtime runs prestart and createRuntime, and a note of each.
void plan_runtime_hooks(const Compilation& c);

// In the container's namespaces, before the change of root.
void plan_create_container_hooks(const Compilation& c);

// In the container, just before the process starts.
void plan_start_container_hooks(const Compilation& c);

} // namespace tare::plan
