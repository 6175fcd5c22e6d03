#include "runtime/pid_file.h"

#include "base/text.h"
#include "sys/file.h"
#include "sys/publish.h"

#include <fcntl.h>

namespace tare::runtime {

Status write_pid_file(const std::string& path, pid_t pid) {
    const auto context = under("--pid-file " + quote(path));
    const std::size_t slash = path.rfind('/');
    const std::string name = path.substr(slash + 1); // all of it without a slash
    const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const Fd dir = TRY(sys::open_file(parent, O_PATH | O_DIRECTORY).map_error(context));
    return sys::publish_file_at(dir, name, std::to_string(pid), 0644).map_error(context);
}

} // namespace tare::runtime
