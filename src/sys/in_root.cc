#include "sys/in_root.h"

#include "base/text.h"
#include "sys/retry.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tare::sys {

Result<Fd> open_in_root(const Fd& root, const std::string& path, int flags) {
    open_how how = {};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    Fd fd(static_cast<int>(retry_eintr(
        [&] { return ::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how); })));
    if (!fd) return sys_failure("open " + quote(path) + " in the container's root");
    return fd;
}

Status make_in_root(const Fd& root, const std::string& path, bool directory) {
    const auto there = open_in_root(root, path, O_PATH);
    if (there || there.error().code != ENOENT) return there ? Status() : Failure(there.error());
    const std::size_t slash = path.find_last_not_of('/') == path.npos
                                  ? path.npos
                                  : path.rfind('/', path.find_last_not_of('/'));
    const std::string parent = slash == path.npos ? "." : path.substr(0, slash + 1);
    std::string name = slash == path.npos ? path : path.substr(slash + 1);
    while (name.ends_with('/'))
        name.pop_back();
    if (slash != path.npos && slash != 0) TRY(make_in_root(root, path.substr(0, slash), true));

    const Fd dir = TRY(open_in_root(root, parent, O_PATH | O_DIRECTORY));
    const int made = directory ? ::mkdirat(dir.get(), name.c_str(), 0755)
                               : ::mknodat(dir.get(), name.c_str(), S_IFREG | 0644, 0);
    if (made < 0 && errno != EEXIST)
        return sys_failure("make " + quote(path) + " in the container's root");
    return {};
}

} // namespace tare::sys
