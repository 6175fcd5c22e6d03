#include "sys/namespace.h"

#include "sys/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <string_view>
#include <unistd.h>

namespace tare::sys {
namespace {

TEST(NamespaceType, ComesFromTheKernelAndNotFromTheName) {
    EXPECT_EQ(namespace_type(own_namespace(CLONE_NEWNET).value()).value(), CLONE_NEWNET);
    EXPECT_EQ(namespace_type(own_namespace(CLONE_NEWPID).value()).value(), CLONE_NEWPID);
    EXPECT_EQ(namespace_type(open_file("/dev/null", O_RDONLY).value()).error().text,
              "not a namespace");
}

TEST(EnterNamespace, NamesTheKind) {
    const Fd null = open_file("/dev/null", O_RDONLY).value();
    EXPECT_EQ(enter_namespace(null, CLONE_NEWNET).error().text,
              "join the net namespace: invalid argument");
}

TEST(Namespace, TheInitialUserNamespaceHasAFixedNumber) {
    char link[64] = {};
    ASSERT_GT(::readlink("/proc/self/ns/user", link, sizeof link - 1), 0);
    EXPECT_EQ(in_initial_user_namespace().value(), std::string_view(link) == "user:[4026531837]");
}

} // namespace
} // namespace tare::sys
