#include "runtime/pid_file.h"

#include "base/text.h"
#include "sys/file.h"

#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace tare::runtime {

Status write_pid_file(const std::string& path, pid_t pid) {
    const auto context = under("--pid-file");
    const std::string temporary = path + ".tmp";
    {
        const Fd file =
            TRY(sys::open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644)
                    .map_error(context));
        TRY(sys::write_all(file, std::to_string(pid), temporary).map_error(context));
    }
    if (::rename(temporary.c_str(), path.c_str()) == 0) return {};
    const int problem = errno;
    ::unlink(temporary.c_str());
    return sys_failure("--pid-file: rename to " + quote(path), problem);
}

} // namespace tare::runtime
