#include "sys/publish.h"

#include "base/text.h"
#include "sys/file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
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

// What is neither data nor a name has users who know it by its place: /dev/null is one. A directory
// cannot be unlinked anyway.
Status check_replaceable(const Fd& dir, const std::string& name) {
    struct stat facts = {};
    if (::fstatat(dir.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? Status() : Status(sys_failure("look at " + quote(name)));
    if (S_ISREG(facts.st_mode) || S_ISLNK(facts.st_mode) || S_ISDIR(facts.st_mode)) return {};
    const char* kind = S_ISFIFO(facts.st_mode)   ? "a FIFO"
                       : S_ISSOCK(facts.st_mode) ? "a socket"
                                                 : "a device";
    return Failure({EEXIST, "replace " + quote(name) + ": it is " + kind + ", not a regular file"});
}

} // namespace

Status publish_file_at(const Fd& dir, const std::string& name, std::string_view text, mode_t mode) {
    auto opened = open_at(dir, ".", O_TMPFILE | O_WRONLY, mode);
    if (!opened && has_no_nameless_files(opened.error().code)) {
        TRY(check_replaceable(dir, name));
        return replace_file_at(dir, name, text, mode);
    }
    const Fd file = TRY(std::move(opened).map_error(under("make " + quote(name))));
    TRY(write_all(file, text, name));
    if (give_name(file, dir, name) == 0) return {};
    if (errno == EEXIST) {
        TRY(check_replaceable(dir, name));
        TRY(remove_file_at(dir, name));
        if (give_name(file, dir, name) == 0) return {};
    }
    return sys_failure("make " + quote(name));
}

} // namespace tare::sys
