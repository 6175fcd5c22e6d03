#include "tests/init/harness.h"

#include <cerrno>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::init {
namespace {

using wire::Detail;
using wire::Op;

class ExecTest : public testing::Test {
protected:
    void SetUp() override {
        NEEDS_NAMESPACES();
        begin(steps, root);
        steps.add(Op::kPivot, wire::Pivot{}, {});
    }
    void find(const std::string& name, const std::string& path = "/bin") {
        steps.add(Op::kFindExec, wire::FindExec{steps.text(name), steps.text(path)}, {});
    }
    std::string run(const std::vector<std::string>& args, wire::Exec exec = {}) {
        exec.args = steps.texts(args);
        steps.add(Op::kReady, {});
        steps.add(Op::kExec, exec, {});
        const init::Outcome outcome = run_init(steps, {.namespaces = CLONE_NEWNS});
        ready = outcome.has(wire::kReadyNow);
        const std::string refusal = outcome.refusal();
        return refusal.empty() ? outcome.output : refusal;
    }
    static std::string refused(int step, int code, Detail detail = Detail::kNone) {
        return "step " + std::to_string(step) + ": errno " + std::to_string(code) + ", detail "
               + std::to_string(static_cast<int>(detail));
    }

    Root root;
    plan::Steps steps;
    bool ready = false;
};

TEST_F(ExecTest, SearchesAsExecvpDoes) {
    root.directory("first");
    root.file("first/id", "not executable");
    root.directory("second");
    root.directory("second/id");
    find("id", "/first:/second:/nowhere::/bin");
    EXPECT_EQ(run({"id", "-u"}), "0\n");
}

TEST_F(ExecTest, NowhereInPath) {
    find("nothing");
    EXPECT_EQ(run({"nothing"}), refused(3, ENOENT, Detail::kNotFound));
    EXPECT_FALSE(ready) << "it is create that fails";
}

TEST_F(ExecTest, AFileThatMayNotBeExecuted) {
    root.file("script", "#!/bin/sh\n");
    find("script", "/nowhere:/");
    EXPECT_EQ(run({"script"}), refused(3, EACCES));
}

TEST_F(ExecTest, ADirectory) {
    find("/bin");
    EXPECT_EQ(run({"/bin"}), refused(3, EACCES));
}

TEST_F(ExecTest, ANameWithASlashCountsFromTheWorkingDirectory) {
    steps.add(Op::kChdir, wire::Chdir{steps.text("/bin")}, {});
    find("./id");
    EXPECT_EQ(run({"./id", "-u"}), "0\n");
}

TEST_F(ExecTest, WhatTheKernelCannotExecute) {
    root.file("garbage", "no program");
    ASSERT_EQ(::chmod((root / "garbage").c_str(), 0755), 0);
    find("/garbage");
    EXPECT_EQ(run({"/garbage"}), refused(5, ENOEXEC));
    EXPECT_TRUE(ready) << "it is start that fails";
}

TEST_F(ExecTest, HomeComesFromTheContainersPasswd) {
    root.file("etc/passwd", "root:x:0:0::/its/home:/bin/sh\napp:x:5:5::/home/app:\n");
    find("sh");
    EXPECT_EQ(run({"sh", "-c", "echo $HOME $A"},
                  {.env = steps.texts({"A=b"}), .home_of_uid = 5, .fill_home = 1}),
              "/home/app b\n");
}

TEST_F(ExecTest, AnEmptyHomeIsReplacedAndASlashIsTheDefault) {
    ASSERT_EQ(::mkfifo((root / "etc/passwd").c_str(), 0644), 0);
    find("sh");
    EXPECT_EQ(run({"sh", "-c", "echo $HOME $A"},
                  {.env = steps.texts({"HOME=", "A=b"}), .home_of_uid = 0, .fill_home = 1}),
              "/ b\n");
}

TEST_F(ExecTest, APasswdThatIsASymlinkSaysNothing) {
    root.link("real", "etc/passwd");
    root.file("etc/real", "root:x:0:0::/its/home:/bin/sh\n");
    find("sh");
    EXPECT_EQ(run({"sh", "-c", "echo $HOME"}, {.home_of_uid = 0, .fill_home = 1}), "/\n");
}

TEST_F(ExecTest, AsManyArgumentsAsTheKernelTakes) {
    std::vector<std::string> args = {"sh", "-c", "echo $# $A"};
    args.resize(5000, "x");
    find("sh");
    EXPECT_EQ(run(args, {.env = steps.texts({"A=b"})}), "4996 b\n");
}

TEST_F(ExecTest, AMissingWorkingDirectoryIsMade) {
    steps.add(Op::kChdir, wire::Chdir{steps.text("/new/dir"), 1}, {});
    find("sh");
    EXPECT_EQ(run({"sh", "-c", "pwd"}), "/new/dir\n");
}

TEST_F(ExecTest, AWorkingDirectoryThatIsAFile) {
    root.file("file", "");
    steps.add(Op::kChdir, wire::Chdir{steps.text("/file")}, {});
    EXPECT_EQ(run({"sh"}), refused(3, ENOTDIR));
}

// CVE-2024-21626: a descriptor of the host's, by which a working directory leads out.
TEST_F(ExecTest, AWorkingDirectoryOutsideIsRefused) {
    plan::Steps plan;
    begin(plan, root);
    wire::Mount proc = file_system(plan, "proc", "/proc");
    proc.flags = wire::kPlainTarget;
    plan.add(Op::kMount, proc, {});
    plan.add(Op::kPivot, wire::Pivot{}, {});
    const int host = ::open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    plan.new_slot();
    plan.add(Op::kChdir, wire::Chdir{plan.text("/proc/self/fd/" + std::to_string(host))}, {});
    shell(plan, "pwd");
    const init::Outcome outcome =
        run_init(plan, {.namespaces = CLONE_NEWNS | CLONE_NEWPID, .slots = {host}});
    EXPECT_EQ(outcome.refusal(), refused(4, ENOENT, Detail::kOutside));
    ::close(host);
}

} // namespace
} // namespace tare::init
