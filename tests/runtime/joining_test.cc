#include "runtime/joining.h"

#include "sys/process.h"

#include <csignal>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tare::runtime {
namespace {

sys::Child sleeper() {
    const pid_t pid = ::fork();
    if (pid == 0)
        for (;;)
            ::pause();
    return {pid, *sys::open_pidfd(pid)};
}

TEST(FollowFork, TakesAChildOfOurs) {
    sys::Child first = sleeper();
    sys::Child second = sleeper();
    ::kill(first.pid, SIGKILL);
    ASSERT_TRUE(follow_fork(first, second.pid));
    EXPECT_EQ(first.pid, second.pid);
    sys::end_child(first);
}

// Who traces what is to report may name whom he likes: `tare` would kill him, and write down his
// pid.
TEST(FollowFork, RefusesWhoIsNone) {
    sys::Child child = sleeper();
    const pid_t before = child.pid;
    const Status followed = follow_fork(child, ::getppid());
    ASSERT_FALSE(followed);
    EXPECT_EQ(followed.error().text,
              "process " + std::to_string(::getppid())
                  + ", as the in-container program reports: look whether it is a child of ours: no "
                    "child processes");
    EXPECT_EQ(child.pid, before);
    sys::end_child(child);
}

} // namespace
} // namespace tare::runtime
