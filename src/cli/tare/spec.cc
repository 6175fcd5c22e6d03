#include "cli/default_config.h"
#include "cli/tare/commands.h"
#include "sys/file.h"

#include <fcntl.h>
#include <unistd.h>

namespace tare::cli {

namespace {

Status write_new_file(const std::string& path, const std::string& text) {
    const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!file && errno == EEXIST)
        return Failure({EEXIST, "spec: file '" + path + "' exists; remove it first"});
    if (!file) return sys_failure("spec: create '" + path + "'");
    const Status written = sys::write_all(file, text, path).map_error(under("spec"));
    if (!written) ::unlink(path.c_str()); // half a config would be in the way of the next attempt
    return written;
}

} // namespace

Result<int> run_spec(const Invocation& invocation) {
    const std::string bundle = invocation.arguments.value("bundle");
    const spec::Config config = invocation.arguments.has("rootless")
                                    ? rootless_config(::geteuid(), ::getegid())
                                    : default_config();
    const std::string path = (bundle.empty() ? "" : bundle + "/") + "config.json";
    TRY(write_new_file(path, spec::write_config(config)));
    return 0;
}

} // namespace tare::cli
