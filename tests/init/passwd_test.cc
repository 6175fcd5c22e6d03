#include "init/passwd.h"

#include <gtest/gtest.h>
#include <string>

namespace tare::init {
namespace {

std::string home_in(const std::string& text, std::uint32_t uid) {
    char home[16] = "";
    return find_home_in(text.data(), text.size(), uid, home, sizeof home) ? home : "(none)";
}

TEST(Passwd, FindsTheHomeOfAUserId) {
    const std::string text = "root:x:0:0:root:/root:/bin/sh\napp:x:1000:7::/home/app:\n";
    EXPECT_EQ(home_in(text, 0), "/root");
    EXPECT_EQ(home_in(text, 1000), "/home/app");
    EXPECT_EQ(home_in(text, 7), "(none)");
    EXPECT_EQ(home_in("app:x:5:5::/end:/bin/sh", 5), "/end") << "the last line lacks its end";
}

TEST(Passwd, PassesOverWhatIsNoEntry) {
    EXPECT_EQ(home_in("", 0), "(none)");
    EXPECT_EQ(home_in("\n\n:::\n", 0), "(none)");
    EXPECT_EQ(home_in("# root:x:0\nroot:x:0:0::/root:\n", 0), "/root");
    EXPECT_EQ(home_in("a:x:0:0::\n", 0), "(none)") << "no home";
    EXPECT_EQ(home_in("a:x:0x0:0::/a:\na:x: 0:0::/a:\na:x::0::/a:\n", 0), "(none)");
    EXPECT_EQ(home_in("a:x:4294967296:0::/a:\n", 0), "(none)") << "beyond 32 bits";
    EXPECT_EQ(home_in("a:x:0:0::/much/too/long/for/it:\n", 0), "(none)");
    EXPECT_EQ(home_in("+::::::\nroot:x:0:0::/root:\n", 0), "/root") << "NIS is not for us";
}

} // namespace
} // namespace tare::init
