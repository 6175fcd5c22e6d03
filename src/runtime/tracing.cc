#include "runtime/tracing.h"

#include "base/text.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

constexpr const char* kTracer = "tracer";

} // namespace

bool has_tracer(const StateDirectory& directory, const Record& record) {
    // Whoever could not look takes it for there.
    return record.may_trace || ::faccessat(directory.fd().get(), kTracer, F_OK, 0) == 0
           || errno != ENOENT;
}

Status remember_tracer(const StateDirectory& directory) {
    const Fd made(::openat(directory.fd().get(), kTracer, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!made) return sys_failure("make the file " + quote(kTracer) + " in the state directory");
    return {};
}

} // namespace tare::runtime
