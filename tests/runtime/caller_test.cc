#include "runtime/caller.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <unistd.h>

namespace tare::runtime {
namespace {

class PassedFdsTest : public testing::Test {
protected:
    void TearDown() override {
        ::unsetenv("LISTEN_FDS");
        ::unsetenv("LISTEN_PID");
    }

    // "sockets + others"
    static std::string passed(const char* count, const char* pid, unsigned preserve_fds) {
        ::setenv("LISTEN_FDS", count, 1);
        pid != nullptr ? ::setenv("LISTEN_PID", pid, 1) : ::unsetenv("LISTEN_PID");
        const PassedFds fds = passed_fds(preserve_fds);
        return std::to_string(fds.listening) + " + " + std::to_string(fds.preserved);
    }
    const std::string self_ = std::to_string(::getpid());
    const std::string other_ = std::to_string(::getppid());
};

TEST_F(PassedFdsTest, AreForWhomListenPidNames) {
    EXPECT_EQ(passed("2", self_.c_str(), 0), "2 + 0");
    EXPECT_EQ(passed("2", self_.c_str(), 2), "2 + 2");
    EXPECT_EQ(passed("2", other_.c_str(), 0), "0 + 0");
    EXPECT_EQ(passed("2", other_.c_str(), 3), "0 + 3");
    EXPECT_EQ(passed("2", nullptr, 0), "0 + 0");
    EXPECT_EQ(passed("2", nullptr, 2), "0 + 2");
    EXPECT_EQ(passed("2", "me", 1), "0 + 1");
}

TEST_F(PassedFdsTest, ArePodmans) {
    EXPECT_EQ(passed("2", "1", 0), "2 + 0");
    EXPECT_EQ(passed("2", "1", 1), "2 + 1");
    EXPECT_EQ(passed("2", other_.c_str(), 2), "0 + 2");
    EXPECT_EQ(passed("2", "1", 2), "0 + 2");
}

TEST_F(PassedFdsTest, AreNotMoreThanThereCanBe) {
    EXPECT_EQ(passed("1025", self_.c_str(), 0), "0 + 0");
    EXPECT_EQ(passed("-1", self_.c_str(), 0), "0 + 0");
    EXPECT_EQ(passed("x", self_.c_str(), 0), "0 + 0");
}

} // namespace
} // namespace tare::runtime
