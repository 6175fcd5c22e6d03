#include "runtime/hooks.h"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tare::runtime {
namespace {

constexpr const char* kPrefix = "config.json#/hooks/prestart/0: error running prestart hook #0: ";

spec::Hook shell(const std::string& script) {
    return {.path = "/bin/sh", .args = {"sh", "-c", script}};
}

// The error of one hook, without what every error has in front; empty: it ran.
std::string failure(spec::Hook hook, std::string state = "{}", std::string directory = "/") {
    const HookRun run = {"prestart", std::move(state), std::move(directory)};
    const Status status = run_hooks(run, {std::move(hook)});
    if (status) return "";
    EXPECT_TRUE(status.error().text.starts_with(kPrefix)) << status.error().text;
    return status.error().text.substr(std::string_view(kPrefix).size());
}

TEST(RunHooks, GiveTheStateOnStdin) {
    EXPECT_EQ(failure(shell("test \"$(cat)\" = '{\"pid\":1}'"), "{\"pid\":1}"), "");
}

TEST(RunHooks, StateLargerThanAPipe) {
    EXPECT_EQ(failure(shell("test $(wc -c) = 300000"), std::string(300000, 'x')), "");
}

TEST(RunHooks, HookThatDoesNotReadIsNoError) {
    EXPECT_EQ(failure(shell("exec <&-; :"), std::string(300000, 'x')), "");
    EXPECT_EQ(failure({.path = "/bin/true"}, std::string(300000, 'x')), "");
}

TEST(RunHooks, EnvironmentArgumentsAndDirectoryAreTheHooksOwn) {
    spec::Hook hook = {.path = "/bin/sh", .args = {"zero", "-c", "echo $0 $(pwd); env; exit 1"}};
    hook.env = {{"A=b", "PATH=/bin:/usr/bin"}};
    const std::string text = failure(hook, "{}", "/usr");
    EXPECT_NE(text.find("stdout: zero /usr\n"), text.npos) << text;
    EXPECT_NE(text.find("A=b"), text.npos) << text;
    EXPECT_EQ(text.find("HOME="), text.npos) << text;
}

TEST(RunHooks, InheritOurEnvironmentWhereTheyHaveNone) {
    ::setenv("TARE_HOOK_TEST", "ours", 1);
    spec::Hook hook = shell("echo \"${TARE_HOOK_TEST-unset}\"; exit 1");
    EXPECT_EQ(failure(hook), "exit status 1, stdout: ours, stderr: ");
    hook.env.emplace();
    EXPECT_EQ(failure(hook), "exit status 1, stdout: unset, stderr: ");
    ::unsetenv("TARE_HOOK_TEST");
}

TEST(RunHooks, FailuresComeWithTheOutput) {
    EXPECT_EQ(failure(shell("echo out; echo err >&2; exit 3")),
              "exit status 3, stdout: out, stderr: err");
    EXPECT_EQ(failure(shell("kill -9 $$")), "killed by signal 9, stdout: , stderr: ");
    EXPECT_EQ(failure({.path = "/no/such"}), "execute '/no/such': no such file or directory");
    EXPECT_EQ(failure({.path = "/etc/passwd"}), "execute '/etc/passwd': permission denied");
    EXPECT_EQ(failure({.path = "/bin/true"}, "", "/no/such"),
              "change to the directory '/no/such': no such file or directory");
}

TEST(RunHooks, OutputIsCapped) {
    const std::string text = failure(shell("yes | head -c 200000; exit 1"));
    EXPECT_TRUE(text.ends_with("y\n [cut], stderr: ")) << text.substr(text.size() - 50);
    EXPECT_LT(text.size(), 4300u);
}

TEST(RunHooks, TimeoutKillsTheWholeGroup) {
    int fds[2];
    ASSERT_EQ(::pipe(fds), 0);
    // the grandchild holds the pipe's end; its death is end of file
    const std::string path =
        "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fds[1]);
    spec::Hook hook = shell("exec 3>" + path + "; sleep 30 & echo on; wait");
    hook.timeout = 1;
    EXPECT_EQ(failure(hook), "timeout of 1 s is over, killed, stdout: on, stderr: ");
    ::close(fds[1]);
    char byte;
    EXPECT_EQ(::read(fds[0], &byte, 1), 0);
    ::close(fds[0]);
}

TEST(RunHooks, DoNotWaitForWhatAHookLeavesRunning) {
    const std::time_t before = std::time(nullptr);
    EXPECT_EQ(failure(shell("sleep 3 & :")), "");
    EXPECT_LE(std::time(nullptr) - before, 2);
}

TEST(RunHooks, StopAtTheFirstFailure) {
    const Status status =
        run_hooks({"createRuntime", "{}", "/"},
                  {{.path = "/bin/true"}, {.path = "/bin/false"}, {.path = "/no/such"}});
    EXPECT_EQ(
        status.error().text,
        "config.json#/hooks/createRuntime/1: error running createRuntime hook #1: exit status "
        "1, stdout: , stderr: ");
}

TEST(RunHooks, CallersSignalsAreNoConcernOfTheHook) {
    ::signal(SIGCHLD, SIG_IGN);
    sigset_t all, before;
    ::sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, &before);
    EXPECT_EQ(failure(shell("grep -q '^SigBlk:.*[^0]$' /proc/self/status && exit 1; exit 0")), "");
    EXPECT_EQ(failure(shell("exit 5")), "exit status 5, stdout: , stderr: ");
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    EXPECT_EQ(::signal(SIGCHLD, SIG_DFL), SIG_DFL);
}

TEST(RunHooks, OneThatLeftItsGroupIsKilledToo) {
    spec::Hook hook = {.path = "/usr/bin/python3"};
    hook.args = {"python3", "-c",
                 "import os, time; os.setpgid(0, os.getpgid(os.getppid())); time.sleep(20)"};
    hook.timeout = 1;
    if (::access(hook.path.c_str(), X_OK) != 0) GTEST_SKIP() << "no python3";
    const std::time_t begin = std::time(nullptr);
    EXPECT_EQ(failure(hook), "timeout of 1 s is over, killed, stdout: , stderr: ");
    EXPECT_LT(std::time(nullptr) - begin, 15);
}

TEST(RunHooks, DescriptorsOfTheCallerStayOut) {
    const int fd = ::open("/dev/null", O_RDONLY);
    EXPECT_EQ(failure(shell("test ! -e /proc/self/fd/" + std::to_string(fd))), "");
    ::close(fd);
}

TEST(RunHooksRegardless, RunTheRestAfterAFailure) {
    const std::string path = ::testing::TempDir() + "tare-hook-" + std::to_string(::getpid());
    run_hooks_regardless({"poststop", "{}", "/"}, {{.path = "/bin/false"}, shell(": >" + path)});
    EXPECT_EQ(::unlink(path.c_str()), 0);
}

} // namespace
} // namespace tare::runtime
