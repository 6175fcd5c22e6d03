#include "runtime/tracing.h"

#include "base/text.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

constexpr const char* kTracer = "tracer";

} // namespace

bool may_trace(const spec::Config& config) {
    if (!config.linux_) return false;
    const auto& namespaces = config.linux_->namespaces;
    const auto has = [&](spec::NamespaceType type, bool with_path) {
        return std::ranges::any_of(namespaces, [&](const spec::Namespace& ns) {
            return ns.type == type && (!with_path || !ns.path.empty());
        });
    };
    if (has(spec::NamespaceType::kUser, false)) return false;
    if (has(spec::NamespaceType::kPid, true)) return true;
    if (!config.process || !config.process->capabilities) return false;
    const auto& bounding = config.process->capabilities->bounding;
    return std::ranges::find(bounding, "CAP_SYS_PTRACE") != bounding.end();
}

Status remember_tracer(const StateDirectory& directory) {
    const Fd made(::openat(directory.fd().get(), kTracer, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!made) return sys_failure("make the file " + quote(kTracer) + " in the state directory");
    return {};
}

bool has_tracer(const StateDirectory& directory, const Record& record) {
    return record.may_trace || ::faccessat(directory.fd().get(), kTracer, F_OK, 0) == 0;
}

} // namespace tare::runtime
