#include "cli/stdio.h"

#include <cerrno>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tare::cli {
namespace {

bool is_null(int fd) {
    struct stat info = {};
    return ::fstat(fd, &info) == 0 && info.st_rdev == makedev(1, 3);
}

TEST(FillClosedStdio, TakesTheFreePlacesOnly) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::dup2(::open("/etc/passwd", O_RDONLY), 1);
        ::close(0);
        ::close(2);
        fill_closed_stdio();
        const int next = ::open("/etc/passwd", O_RDONLY);
        ::_exit(is_null(0) && !is_null(1) && is_null(2) && next > 2 ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
}

} // namespace
} // namespace tare::cli
