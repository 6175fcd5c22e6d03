#include "tests/init/harness.h"

#include <cerrno>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>

namespace tare::init {
namespace {

using wire::Detail;
using wire::Op;

class HooksTest : public testing::Test {
protected:
    void SetUp() override {
        NEEDS_NAMESPACES();
        begin(steps, root);
    }
    wire::Hook hook(const std::string& script, const std::string& tail = "}") {
        return {.path = steps.text("/bin/sh"),
                .args = steps.texts({"its-name", "-c", script}),
                .env = steps.texts({"ONLY=this"}),
                .state_head = steps.text("{pid: "),
                .state_tail = steps.text(tail)};
    }
    void add(const wire::Hook& body) { steps.add(Op::kHook, body, {}); }
    std::string run(const std::string& script) {
        end(steps, script);
        const init::Outcome outcome = run_init(steps, {.namespaces = CLONE_NEWNS | CLONE_NEWPID});
        pid = std::to_string(outcome.pid);
        hook_output = outcome.hook_output();
        const std::string refusal = outcome.refusal();
        return refusal.empty() ? outcome.output : refusal;
    }
    static std::string refused(int code, Detail detail) {
        return "step 2: errno " + std::to_string(code) + ", detail "
               + std::to_string(static_cast<int>(detail));
    }

    Root root;
    plan::Steps steps;
    std::string pid, hook_output;
};

TEST_F(HooksTest, GetTheStateAndOnlyTheirEnvironment) {
    add(hook("{ cat; echo; echo $0 $ONLY; pwd; } >tmp/said"));
    const std::string output = run("cat /tmp/said");
    EXPECT_EQ(output, "{pid: " + pid + "}\nits-name this\n" + root.path() + "\n");
}

TEST_F(HooksTest, HaveNoDescriptorsOfOurs) {
    add(hook("ls /proc/self/fd | tr '\\n' ' ' >&2; exit 1"));
    EXPECT_EQ(run("true"), refused(1 << 8, Detail::kHookExit));
    EXPECT_EQ(hook_output, "stdout: , stderr: 0 1 2 3 ") << "3 is that of ls itself";
}

TEST_F(HooksTest, WriteNothingToTheContainersStreams) {
    add(hook("echo out; echo err >&2"));
    EXPECT_EQ(run("echo ran"), "ran\n");
    EXPECT_EQ(hook_output, "stdout: , stderr: ");
}

TEST_F(HooksTest, AFailureIsAnErrorWithItsStatusAndOutput) {
    add(hook("echo out; echo err >&2; exit 3"));
    EXPECT_EQ(run("true"), refused(3 << 8, Detail::kHookExit));
    EXPECT_EQ(hook_output, "stdout: out, stderr: err");
}

TEST_F(HooksTest, TheEndOfMuchOutputIsTold) {
    add(hook("i=0; while [ $i -lt 30000 ]; do echo $i; i=$((i + 1)); done; exit 1"));
    EXPECT_EQ(run("true"), refused(1 << 8, Detail::kHookExit));
    std::string all;
    for (int i = 0; i < 30000; ++i)
        all += std::to_string(i) + "\n";
    all.pop_back();
    EXPECT_EQ(hook_output, "stdout: [cut] " + all.substr(all.size() - 1023) + ", stderr: ");
}

// It keeps the streams, and nobody waits for that.
TEST_F(HooksTest, MayLeaveADaemonBehind) {
    add(hook("sleep 100 & echo started"));
    add(hook("while :; do echo more; done & exit 5"));
    EXPECT_EQ(run("true"),
              "step 3: errno 1280, detail " + std::to_string(static_cast<int>(Detail::kHookExit)));
}

TEST_F(HooksTest, AProgramThatIsNotThere) {
    wire::Hook missing = hook("");
    missing.path = steps.text("/no/such/hook");
    add(missing);
    EXPECT_EQ(run("true"), refused(ENOENT, Detail::kNone));
}

TEST_F(HooksTest, ATimeoutEndsTheWholeGroup) {
    wire::Hook slow = hook("echo slow; sleep 100 & sleep 100");
    slow.timeout_ms = 100;
    add(slow);
    EXPECT_EQ(run("true"), refused(ETIMEDOUT, Detail::kHookTimeout));
    EXPECT_EQ(hook_output, "stdout: slow, stderr: ");
}

TEST_F(HooksTest, NeedNotReadAStateOfAnySize) {
    const std::string large(300000, 'x');
    add(hook("exit 0", large));
    add(hook("exec 0<&-; sleep 0.1", large));
    add(hook("wc -c | tr -d ' ' >tmp/size", large));
    const std::string output = run("cat /tmp/size; echo ran");
    EXPECT_EQ(output, std::to_string(300000 + 6 + pid.size()) + "\nran\n");
}

TEST_F(HooksTest, RunInTheContainerAfterReady) {
    steps.add(Op::kPivot, wire::Pivot{}, {});
    steps.add(Op::kReady, {});
    wire::Hook inside = hook("");
    inside.args = steps.texts({"sh", "-c", "cat; pwd; umask; exit 1"});
    add(inside);
    steps.add(Op::kFindExec, wire::FindExec{steps.text("/bin/true"), {}}, {});
    steps.add(Op::kExec, wire::Exec{.args = steps.texts({"true"})}, {});
    const init::Outcome outcome =
        run_init(steps, {.namespaces = CLONE_NEWNS | CLONE_NEWPID, .gate = true});
    EXPECT_EQ(outcome.refusal(),
              "step 4: errno 256, detail " + std::to_string(static_cast<int>(Detail::kHookExit)));
    EXPECT_EQ(outcome.hook_output(),
              "stdout: {pid: " + std::to_string(outcome.pid) + "}/\n0022, stderr: ");
    EXPECT_EQ(outcome.output, "");
}

} // namespace
} // namespace tare::init
