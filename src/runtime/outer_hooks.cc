#include "runtime/outer_hooks.h"

#include "runtime/hooks.h"
#include "spec/json/document.h"
#include "sys/file.h"

#include <unistd.h>

namespace tare::runtime {

namespace {

HookRun run_of(const Record& record, std::string_view kind, spec::Status status) {
    return {.kind = kind,
            .state = spec::write_state(state_of(record, status)),
            .directory = record.bundle};
}

// A bundle is needed for create alone: whoever removes it early has its hooks run all the same.
HookRun late_run_of(const Record& record, std::string_view kind, spec::Status status) {
    HookRun run = run_of(record, kind, status);
    if (::access((run.directory + "/.").c_str(), X_OK) < 0) run.directory = "/";
    return run;
}

} // namespace

Result<std::string> read_stored_text(const StateDirectory& directory) {
    return sys::read_file_at(directory.fd(), "config.json", json::kMaxBytes)
        .map_error(under(directory.path()));
}

Result<spec::Config> read_stored_config(const StateDirectory& directory) {
    const std::string text = TRY(read_stored_text(directory));
    return spec::read_config(text, directory.path() + "/config.json");
}

// runtime.md, "State": the container is `created` after step 2, and in "Lifecycle" both kinds come
// after it. The official programs insist on that for prestart; createRuntime gets what runc tells.
Status run_runtime_hooks(const Record& record, const spec::Hooks& hooks) {
    if (!hooks.prestart.empty())
        TRY(run_hooks(run_of(record, "prestart", spec::Status::kCreated), hooks.prestart));
    if (hooks.create_runtime.empty()) return {};
    return run_hooks(run_of(record, "createRuntime", spec::Status::kCreating),
                     hooks.create_runtime);
}

Status run_poststart_hooks(const Record& record, const spec::Hooks& hooks) {
    if (hooks.poststart.empty()) return {};
    return run_hooks(late_run_of(record, "poststart", spec::Status::kRunning), hooks.poststart);
}

void run_poststop_hooks(const Record& record, const spec::Hooks& hooks) {
    if (hooks.poststop.empty()) return;
    run_hooks_regardless(late_run_of(record, "poststop", spec::Status::kStopped), hooks.poststop);
}

} // namespace tare::runtime
