#include "sys/pidfd_info.h"

#include "sys/process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tare::sys {
namespace {

TEST(UniqueNumber, IsTheSameForEveryHandleAndOthersForOthers) {
    const Fd self = *open_pidfd(::getpid());
    const auto number = unique_number(self);
    if (!number) GTEST_SKIP() << "no pidfs: before Linux 6.9";
    EXPECT_EQ(unique_number(*open_pidfd(::getpid())), number);
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    const Fd child = *open_pidfd(pid);
    EXPECT_NE(unique_number(child), number);
    const auto of_child = unique_number(child);
    ::waitpid(pid, nullptr, 0);
    EXPECT_EQ(unique_number(child), of_child);
}

TEST(UniqueNumber, IsOfPidfdsAlone) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const Fd in(ends[0]), out(ends[1]);
    EXPECT_EQ(unique_number(in), std::nullopt);
    EXPECT_EQ(cgroup_of(in), std::nullopt);
}

} // namespace
} // namespace tare::sys
