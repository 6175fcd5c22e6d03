#pragma once

#include "base/result.h"
#include "runtime/record.h"
#include "runtime/store.h"
#include "spec/runtime/config.h"

namespace tare::runtime {

// The config as it was at create, from the state directory.
Result<std::string> read_stored_text(const StateDirectory& directory);
Result<spec::Config> read_stored_config(const StateDirectory& directory);

// The hooks that run outside the container, with the state they are due: prestart and createRuntime
// before init goes on, the others at start and delete.
Status run_runtime_hooks(const Record& record, const spec::Hooks& hooks);
Status run_poststart_hooks(const Record& record, const spec::Hooks& hooks);
void run_poststop_hooks(const Record& record, const spec::Hooks& hooks);

} // namespace tare::runtime
