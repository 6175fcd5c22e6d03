#include "sys/directory.h"

#include "sys/file.h"

#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::sys {
namespace {

class VisitTest : public ::testing::Test {
protected:
    VisitTest() {
        char name[] = "/tmp/tare-visit-XXXXXX";
        top_ = ::mkdtemp(name);
    }
    ~VisitTest() override { (void)!std::system(("rm -rf " + top_).c_str()); }

    std::string top_;
};

TEST_F(VisitTest, ThoseBelowFirst) {
    for (const char* below : {"/b", "/a", "/a/c"})
        ASSERT_EQ(::mkdir((top_ + below).c_str(), 0755), 0);
    std::string seen;
    EXPECT_TRUE(visit_cgroups(top_, [&](const Fd& parent, const std::string& name) -> Status {
        EXPECT_EQ(::faccessat(parent.get(), name.c_str(), X_OK, 0), 0);
        seen += name.substr(0, 4) + " ";
        return {};
    }));
    EXPECT_EQ(seen, "c a b tare ");
    EXPECT_TRUE(visit_cgroups(top_ + "/gone/deep", nullptr));
    EXPECT_TRUE(visit_cgroups(top_ + "/gone", nullptr));
}

// 2,000 levels of 200 bytes: more than a path may have, and a process descriptors.
TEST_F(VisitTest, AsDeepAsTheyLie) {
    const std::string name(200, 'x');
    Fd here = open_directory(top_).value();
    for (int i = 0; i < 2000; ++i) {
        ASSERT_EQ(::mkdirat(here.get(), name.c_str(), 0755), 0);
        here = open_at(here, name, O_RDONLY | O_DIRECTORY).value();
    }
    EXPECT_TRUE(visit_cgroups(top_, [](const Fd& parent, const std::string& each) -> Status {
        if (::unlinkat(parent.get(), each.c_str(), AT_REMOVEDIR) == 0) return {};
        return sys_failure("rmdir");
    }));
    EXPECT_NE(::access(top_.c_str(), F_OK), 0);
}

TEST_F(VisitTest, TheFirstErrorEndsIt) {
    ASSERT_EQ(::mkdir((top_ + "/a").c_str(), 0755), 0);
    const Status visited =
        visit_cgroups(top_, [](const Fd&, const std::string&) { return sys_failure("x", EBUSY); });
    EXPECT_EQ(visited.error().text, "in '" + top_ + "': x: device or resource busy");
    EXPECT_EQ(visited.error().code, EBUSY);
}

} // namespace
} // namespace tare::sys
