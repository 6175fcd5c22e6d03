#include "tests/init/harness.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

namespace tare::init {
namespace {

using wire::Op;

class NamespaceTest : public testing::Test {
protected:
    void SetUp() override {
        NEEDS_NAMESPACES();
        if (::geteuid() != 0) GTEST_SKIP() << "joining namespaces of another process needs root";
    }

    Root root;
    plan::Steps steps;
};

// A process that keeps namespaces of its own alive.
class Keeper {
public:
    explicit Keeper(int flags) {
        int ready[2];
        EXPECT_EQ(::pipe2(ready, O_CLOEXEC), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (::unshare(flags) != 0 || ::sethostname("keeper", 6) != 0) ::_exit(1);
            (void)!::write(ready[1], "x", 1);
            ::pause();
        }
        char byte;
        EXPECT_EQ(::read(ready[0], &byte, 1), 1);
        ::close(ready[0]);
        ::close(ready[1]);
    }
    ~Keeper() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Keeper(const Keeper&) = delete;
    int open(const char* name) const {
        const std::string path = "/proc/" + std::to_string(pid_) + "/ns/" + name;
        return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    }

private:
    pid_t pid_;
};

std::string host_name() {
    char name[256] = "";
    ::gethostname(name, sizeof name - 1);
    return name;
}

TEST_F(NamespaceTest, JoinsByDescriptor) {
    const Keeper keeper(CLONE_NEWUTS | CLONE_NEWNS);
    const int uts = keeper.open("uts"), mounts = keeper.open("mnt");
    steps.new_slot();
    steps.new_slot();
    steps.add(Op::kJoin, wire::Join{CLONE_NEWUTS, 0}, {});
    steps.add(Op::kJoin, wire::Join{CLONE_NEWNS, 1}, {});
    steps.add(Op::kOomScore, wire::Value{steps.text("5")}, {});
    shell(steps, "hostname; cat /proc/self/oom_score_adj");
    const Outcome outcome = run_init(steps, {.slots = {uts, mounts}});
    EXPECT_EQ(outcome.refusal(), "");
    EXPECT_EQ(outcome.output, "keeper\n5\n");
    ::close(uts);
    ::close(mounts);
}

TEST_F(NamespaceTest, TheWrongTypeIsRefused) {
    const int uts = ::open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
    steps.new_slot();
    steps.add(Op::kJoin, wire::Join{CLONE_NEWNET, 0}, {});
    EXPECT_EQ(run_init(steps, {.slots = {uts}}).refusal(),
              "step 0: errno " + std::to_string(EINVAL) + ", detail 0");
    ::close(uts);
}

TEST_F(NamespaceTest, UnsharesAndForksIntoANewPidNamespace) {
    const std::string before = host_name();
    steps.add(Op::kUnshare, wire::Unshare{CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS}, {});
    steps.add(Op::kFork, wire::Fork{}, {});
    begin(steps, root);
    wire::Mount proc = file_system(steps, "proc", "/proc");
    proc.flags = wire::kPlainTarget;
    steps.add(Op::kMount, proc, {});
    steps.add(Op::kHostname, wire::Value{steps.text("inside")}, {});
    steps.add(Op::kOomScore, wire::Value{steps.text("6")}, {});
    end(steps, "echo $$; hostname; cat /proc/self/oom_score_adj; exit 3");
    const Outcome outcome = run_init(steps);
    EXPECT_EQ(outcome.refusal(), "");
    ASSERT_FALSE(outcome.messages.empty());
    EXPECT_EQ(outcome.messages.front().kind, wire::kForked) << "before anything that comes after";
    EXPECT_EQ(outcome.output, "1\ninside\n6\n");
    EXPECT_TRUE(outcome.exited(3));
    EXPECT_EQ(host_name(), before);
}

TEST_F(NamespaceTest, ForksAtLast) {
    steps.add(Op::kUnshare, wire::Unshare{CLONE_NEWPID}, {});
    steps.add(Op::kFork, wire::Fork{.last = 1}, {});
    shell(steps, "echo $$; exit 3");
    const Outcome outcome = run_init(steps);
    EXPECT_EQ(outcome.refusal(), "");
    ASSERT_FALSE(outcome.messages.empty());
    EXPECT_EQ(outcome.messages.front().kind, wire::kForked);
    EXPECT_EQ(outcome.output, "1\n");
    EXPECT_TRUE(outcome.exited(3));
}

TEST_F(NamespaceTest, TimeOffsetsInAUserNamespace) {
    steps.add(Op::kUnshare, wire::Unshare{CLONE_NEWTIME}, {});
    steps.add(Op::kTimeOffsets, wire::Value{steps.text("boottime 1000000 0\n")}, {});
    shell(steps, "read up rest < /proc/uptime; [ ${up%.*} -gt 1000000 ] && echo later");
    const Outcome outcome = run_init(steps, {.new_user_namespace = true});
    EXPECT_EQ(outcome.refusal(), "");
    EXPECT_EQ(outcome.output, "later\n");
}

} // namespace
} // namespace tare::init
