#include "sys/process.h"

#include "sys/raw.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/syscall.h>

namespace tare::sys {
namespace {

TEST(ParseStat, NameMayHoldParenthesesAndSpaces) {
    const auto stat = parse_stat("42 (a) b (c) Z 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 777 "
                                 "20 21\n");
    ASSERT_TRUE(stat);
    EXPECT_EQ(stat->state, 'Z');
    EXPECT_EQ(stat->start_time, 777u);
}

TEST(ParseStat, RefusesWhatIsShortOrNoNumber) {
    EXPECT_FALSE(parse_stat(""));
    EXPECT_FALSE(parse_stat("42 (x)"));
    EXPECT_FALSE(parse_stat("42 (x) S 1 2 3"));
    EXPECT_FALSE(parse_stat("42 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 x 20"));
}

TEST(ReadStat, KnowsOurselvesAndNotTheDead) {
    EXPECT_EQ(read_stat(::getpid())->state, 'R');
    const auto none = read_stat(0x3fffffff);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().text, "open '/proc/1073741823/stat': no such file or directory");
}

void exit_with(void* code) {
    raw::call(SYS_exit_group, *static_cast<int*>(code));
}

TEST(Spawn, ChildSharesMemoryAndIsReaped) {
    int code = 7;
    const auto child = spawn(CLONE_VM, -1, exit_with, &code);
    ASSERT_TRUE(child) << child.error().text;
    EXPECT_TRUE(wait_for_end(child->pidfd, 5000).value_or(false));
    EXPECT_TRUE(has_ended(child->pidfd));
    EXPECT_EQ(exit_code(reap(child->pidfd).value()), 7);
}

TEST(Spawn, ChildCanHaveACopyOfOurMemory) {
    int code = 5;
    const auto child = spawn(0, -1, exit_with, &code);
    ASSERT_TRUE(child) << child.error().text;
    EXPECT_EQ(exit_code(reap(child->pidfd).value()), 5);
}

TEST(Spawn, ClassicDoesTheSame) {
    int code = 3;
    const auto child = spawn_classic(CLONE_VM, exit_with, &code);
    ASSERT_TRUE(child) << child.error().text;
    EXPECT_EQ(exit_code(reap(child->pidfd).value()), 3);
}

void sleep_for_ever(void*) {
    for (;;)
        raw::call(SYS_ppoll, 0, 0, 0, 0);
}

TEST(SendSignal, ReachesTheProcessAndNamesWhatFails) {
    const auto child = spawn(CLONE_VM, -1, sleep_for_ever, nullptr);
    ASSERT_TRUE(child) << child.error().text;
    EXPECT_FALSE(has_ended(child->pidfd));
    EXPECT_TRUE(send_signal(child->pidfd, SIGKILL));
    EXPECT_EQ(exit_code(reap(child->pidfd).value()), 128 + SIGKILL);
    EXPECT_EQ(send_signal(child->pidfd, SIGKILL).error().text, "send signal 9: no such process");
}

} // namespace
} // namespace tare::sys
