#include "plan/process_origin.h"

#include <gtest/gtest.h>

namespace tare::plan {
namespace {

TEST(ProcessOrigin, IsTheConfigUnlessToldOtherwise) {
    EXPECT_EQ(ProcessOrigin().of("user/uid"), "config.json#/process/user/uid");
    EXPECT_EQ(ProcessOrigin("p.json#").of("cwd"), "p.json#/cwd");
}

TEST(ProcessOrigin, TakesTheLastWordOnAFieldAndAllBelow) {
    ProcessOrigin origin;
    origin.set("user", "--user");
    origin.set("user/umask", "p.json#/user/umask");
    EXPECT_EQ(origin.of("user"), "--user");
    EXPECT_EQ(origin.of("user/uid"), "--user");
    EXPECT_EQ(origin.of("user/umask"), "p.json#/user/umask");
    EXPECT_EQ(origin.of("username"), "config.json#/process/username");
    origin.set("rlimits", "p.json#/r");
    EXPECT_EQ(origin.of("rlimits/0"), "p.json#/r/0");
}

} // namespace
} // namespace tare::plan
