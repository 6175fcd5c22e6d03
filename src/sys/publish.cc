#include "sys/publish.h"

#include "base/text.h"
#include "sys/file.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace tare::sys {

namespace {

bool has_no_nameless_files(int code) {
    return code == EOPNOTSUPP || code == EISDIR || code == EINVAL || code == ENOENT;
}

// By the magic link, because AT_EMPTY_PATH asks for CAP_DAC_READ_SEARCH.
int give_name(const Fd& file, const Fd& dir, const std::string& name) {
    const std::string link = "/proc/self/fd/" + std::to_string(file.get());
    return ::linkat(AT_FDCWD, link.c_str(), dir.get(), name.c_str(), AT_SYMLINK_FOLLOW);
}

} // namespace

Status publish_file_at(const Fd& dir, const std::string& name, std::string_view text, mode_t mode) {
    auto opened = open_at(dir, ".", O_TMPFILE | O_WRONLY, mode);
    if (!opened && has_no_nameless_files(opened.error().code))
        return replace_file_at(dir, name, text, mode);
    const Fd file = TRY(std::move(opened).map_error(under("make " + quote(name))));
    TRY(write_all(file, text, name));
    if (give_name(file, dir, name) == 0) return {};
    if (errno == EEXIST) {
        TRY(remove_file_at(dir, name));
        if (give_name(file, dir, name) == 0) return {};
    }
    return sys_failure("make " + quote(name));
}

} // namespace tare::sys
