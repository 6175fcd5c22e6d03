#pragma once

#include "plan/compilation.h"

namespace tare::plan {

// crun's: with any value but "0" the process keeps the supplementary groups of our caller, and
// additionalGids mean nothing. `podman run --group-add keep-groups` sets it.
inline constexpr std::string_view kKeepGroupsAnnotation = "run.oci.keep_original_groups";

// runtime-spec, config.md, "Process" and "Linux Process"; config-linux.md, "Memory policy",
// "Personality". The order of the functions is that of the steps.

// The pty, while the host's mounts can still be seen.
void plan_console(const Compilation& c);

// Keyring, labels, and what the kernel keeps for each process: limits, scheduling, memory.
Status plan_settings(const Compilation& c);

// Groups, ids, capabilities and the working directory, with the filter loaded while there are still
// capabilities for it when the process may gain privileges.
Status plan_identity(const Compilation& c, const SeccompProgram* seccomp);

// The program, the gate, and the execve behind it.
Status plan_start(const Compilation& c, const SeccompProgram* seccomp);

// The environment of the process: last duplicate wins, with what the command line adds. An empty
// HOME is left out, because init fills it in.
std::vector<std::string> environment(const Compilation& c);

} // namespace tare::plan
