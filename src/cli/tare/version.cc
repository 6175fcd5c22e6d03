#include "spec/runtime/version.h"
#include "cli/tare/commands.h"
#include "plan/seccomp.h"

// The Makefile gives the commit to this file alone, so that a commit recompiles one file.
#ifndef TARE_COMMIT
#define TARE_COMMIT "unknown"
#endif

namespace tare::cli {

// containerd's client takes the first three lines apart at "version " and ": ".
std::string version_text() {
    return "tare version 0.1.0\ncommit: " TARE_COMMIT "\nspec: " + std::string(spec::kVersion)
           + "\nlibseccomp: " + plan::seccomp_library_version() + "\n";
}

} // namespace tare::cli
