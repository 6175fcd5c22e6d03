#include "sys/program.h"

#include <csignal>
#include <gtest/gtest.h>

namespace tare::sys {
namespace {

std::string result_of(std::vector<std::string> words) {
    const auto output = output_of(std::move(words));
    return output ? *output : output.error().text;
}

TEST(OutputOf, IsWhatTheProgramWrites) {
    EXPECT_EQ(result_of({"echo", "a b"}), "a b\n");
    EXPECT_EQ(result_of({"true"}), "");
    EXPECT_EQ(result_of({"sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x"}).size(), 300000u);
}

TEST(OutputOf, SaysWhatWentWrong) {
    EXPECT_EQ(result_of({"sh", "-c", "exit 3"}), "sh -c exit 3: exit status 3");
    EXPECT_EQ(result_of({"sh", "-c", "kill -9 $$"}), "sh -c kill -9 $$: exit status 137");
    EXPECT_EQ(result_of({"no-such-program"}),
              "no-such-program: executable file not found in $PATH");
}

TEST(OutputOf, IgnoredSigchldOfTheCallerDoesNotCostTheStatus) {
    ::signal(SIGCHLD, SIG_IGN);
    const std::string result = result_of({"sh", "-c", "exit 3"});
    ::signal(SIGCHLD, SIG_DFL);
    EXPECT_EQ(result, "sh -c exit 3: exit status 3");
}

} // namespace
} // namespace tare::sys
