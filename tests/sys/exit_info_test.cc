#include "sys/exit_info.h"

#include "sys/process.h"

#include <csignal>
#include <gtest/gtest.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tare::sys {
namespace {

bool kernel_is_at_least(unsigned major, unsigned minor) {
    utsname name = {};
    ::uname(&name);
    unsigned have_major = 0, have_minor = 0;
    std::sscanf(name.release, "%u.%u", &have_major, &have_minor);
    return have_major > major || (have_major == major && have_minor >= minor);
}

TEST(ExitStatus, OfAZombie) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(7);
    const Fd pidfd = *open_pidfd(pid);
    ASSERT_TRUE(wait_for_end(pidfd, 5000).value_or(false));
    EXPECT_EQ(exit_status(pidfd, pid), 7 << 8);
    const std::uint64_t start_time = read_stat(pid)->start_time;
    EXPECT_EQ(zombie_exit_status(pid, start_time), 7 << 8);
    EXPECT_EQ(zombie_exit_status(pid, start_time + 1), std::nullopt);
    ::waitpid(pid, nullptr, 0);
    EXPECT_EQ(zombie_exit_status(pid, start_time), std::nullopt);
}

TEST(ExitStatus, OfOneThatWasReapedByOthers) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::raise(SIGKILL);
        ::_exit(0);
    }
    const Fd pidfd = *open_pidfd(pid);
    ::waitpid(pid, nullptr, 0);
    if (!kernel_is_at_least(6, 15)) {
        EXPECT_EQ(exit_status(pidfd, pid), std::nullopt);
        GTEST_SKIP() << "the kernel tells nobody but the parent";
    }
    EXPECT_EQ(exit_status(pidfd, pid), SIGKILL);
}

TEST(ExitStatus, IsNoneOfWhatLives) {
    const Fd pidfd = *open_pidfd(::getpid());
    EXPECT_EQ(exit_status(pidfd, ::getpid()), std::nullopt);
}

} // namespace
} // namespace tare::sys
