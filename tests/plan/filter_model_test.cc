#include "plan/filter_model.h"

#include "tests/plan/seccomp_support.h"

#include <csignal>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/syscall.h>

namespace tare::plan {
namespace {

TEST(FilterModel, LetsThroughWhatIsAllowedOrLogged) {
    spec::Seccomp profile = allow_list({"read"});
    profile.syscalls.push_back({.names = {"write"}, .action = "SCMP_ACT_LOG"});
    profile.syscalls.push_back({.names = {"close"}, .action = "SCMP_ACT_TRACE"});
    const SeccompProgram program = compiled(profile);
    EXPECT_TRUE(lets_through(program, {__NR_read}));
    EXPECT_TRUE(lets_through(program, {__NR_write}));
    EXPECT_FALSE(lets_through(program, {__NR_close}));
    EXPECT_FALSE(lets_through(program, {__NR_mkdir}));
    EXPECT_FALSE(lets_through({.filter = {0x1234}}, {__NR_read})) << "no program at all";
    EXPECT_FALSE(lets_through({}, {__NR_read}));
}

TEST(FilterModel, LooksAtArguments) {
    const SeccompProgram docker = compiled(docker_profile());
    EXPECT_TRUE(lets_through(docker, {__NR_clone, {CLONE_PARENT | SIGCHLD}}));
    EXPECT_FALSE(lets_through(docker, {__NR_clone, {CLONE_NEWUSER | SIGCHLD}}));
}

TEST(FilterModel, InitMayForkUnderUsualFilters) {
    EXPECT_TRUE(lets_init_fork(compiled(docker_profile()), true));
    spec::Seccomp all{.default_action = "SCMP_ACT_ALLOW"};
    all.syscalls.push_back({.names = {"mkdir"}, .action = "SCMP_ACT_ERRNO"});
    EXPECT_TRUE(lets_init_fork(compiled(all), true));
    all.syscalls.push_back({.names = {"ioctl"}, .action = "SCMP_ACT_ERRNO"});
    EXPECT_TRUE(lets_init_fork(compiled(all), false));
    EXPECT_FALSE(lets_init_fork(compiled(all), true));
    all.syscalls.push_back({.names = {"setsid"}, .action = "SCMP_ACT_ERRNO"});
    EXPECT_FALSE(lets_init_fork(compiled(all), false));
    EXPECT_FALSE(
        lets_init_fork(compiled(allow_list({"execve", "read", "write", "exit_group"})), false));
}

} // namespace
} // namespace tare::plan
