#include "tests/init/harness.h"

#include <cerrno>
#include <fstream>
#include <gtest/gtest.h>
#include <sched.h>
#include <sstream>
#include <sys/mount.h>
#include <unistd.h>

namespace tare::init {
namespace {

using wire::Op;

std::string mount_table() {
    std::ifstream file("/proc/self/mountinfo");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

class RootTest : public testing::Test {
protected:
    void SetUp() override { NEEDS_NAMESPACES(); }
    std::string run(Spawn spawn = {.namespaces = CLONE_NEWNS | CLONE_NEWPID}) {
        const init::Outcome outcome = run_init(steps, spawn);
        const std::string refusal = outcome.refusal();
        return refusal.empty() ? outcome.output : refusal;
    }
    void mount_proc() {
        wire::Mount proc = file_system(steps, "proc", "/proc");
        proc.flags = wire::kPlainTarget;
        steps.add(Op::kMount, proc, {});
    }

    Root root;
    plan::Steps steps;
};

constexpr const char* kPointsOfAll =
    "while read a b c d point options e; do echo $point; done < /proc/self/mountinfo";

TEST_F(RootTest, AfterPivotNothingOfTheHostIsLeft) {
    const std::string before = mount_table();
    begin(steps, root);
    mount_proc();
    end(steps, kPointsOfAll);
    EXPECT_EQ(run(), "/\n/proc\n");
    EXPECT_EQ(mount_table(), before);
}

TEST_F(RootTest, ASymlinkAsRootIsFollowedOnce) {
    Root other;
    const std::string link = other / "link";
    other.link(root.path(), "link");
    root.file("here", "");
    steps.add(Op::kPropagation, wire::Propagation{MS_SLAVE | MS_REC}, {});
    steps.add(Op::kBindRoot, wire::BindRoot{.path = steps.text(link)}, {});
    end(steps, "ls /here");
    EXPECT_EQ(run(), "/here\n");
}

TEST_F(RootTest, SharedMountsSpreadNothing) {
    const std::string before = mount_table();
    steps.add(Op::kPropagation, wire::Propagation{MS_SHARED | MS_REC}, {});
    steps.add(Op::kPropagation, wire::Propagation{MS_SLAVE | MS_REC}, {});
    steps.add(Op::kBindRoot, wire::BindRoot{.path = steps.text(root.path())}, {});
    mount_proc();
    steps.add(Op::kPivot, wire::Pivot{}, {});
    steps.add(Op::kRootPropagation, wire::Propagation{MS_SHARED}, {});
    shell(steps, "while read a b c d point options e; do [ $point != / ] || echo ${e%%:*}; done"
                 " < /proc/self/mountinfo");
    EXPECT_EQ(run(), "shared\n");
    EXPECT_EQ(mount_table(), before);
}

TEST_F(RootTest, ReadOnly) {
    begin(steps, root);
    steps.add(Op::kPivot, wire::Pivot{}, {});
    steps.add(Op::kRootReadonly, {});
    shell(steps, "exec 2>&-; echo x > /new || echo ro");
    EXPECT_EQ(run(), "ro\n");
    EXPECT_NE(::access((root / "new").c_str(), F_OK), 0);
}

// The kernel lets a user namespace mount procfs only where it sees a complete one: the host's,
// below the moved root, must not count.
TEST_F(RootTest, WithoutPivotTheHostsProcIsGone) {
    const std::string before = mount_table();
    begin(steps, root);
    mount_proc();
    steps.add(Op::kMaskPath, wire::Path{steps.text("/proc/version")}, {});
    steps.add(Op::kPivot, wire::Pivot{wire::kMoveRoot}, {});
    shell(steps,
          "pwd; grep -c ' - \\(proc\\|sysfs\\) ' /proc/self/mountinfo; ls /proc/1/root/bin/sh");
    EXPECT_EQ(run(), "/\n1\n/proc/1/root/bin/sh\n");
    EXPECT_EQ(mount_table(), before);
}

TEST_F(RootTest, WithoutAMountNamespaceItIsAChroot) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    // A mount namespace all the same, so that the test leaves nothing behind: the plan does not
    // know of it, and "/" is shared in it as on a host with systemd.
    steps.add(Op::kBindRoot, wire::BindRoot{.path = steps.text(root.path())}, {});
    mount_proc();
    steps.add(Op::kPivot, wire::Pivot{wire::kChroot}, {});
    shell(steps, "pwd; while read a b c d point options e rest; do case $point in"
                 " /) echo root ${e%%:*};; /proc) echo proc $e;; esac; done"
                 " < /proc/self/mountinfo; ls /proc/self/fd");
    const std::string output =
        run({.namespaces = CLONE_NEWNS, .before_exec = [] {
                 ::mount(nullptr, "/", nullptr, MS_PRIVATE | MS_REC, nullptr);
                 ::mount(nullptr, "/", nullptr, MS_SHARED | MS_REC, nullptr);
             }});
    EXPECT_EQ(output, "/\nroot master\nproc -\n0\n1\n2\n3\n");
}

TEST_F(RootTest, AMissingRoot) {
    steps.add(Op::kPropagation, wire::Propagation{MS_SLAVE | MS_REC}, {});
    steps.add(Op::kBindRoot, wire::BindRoot{.path = steps.text(root / "nothing")}, {});
    EXPECT_EQ(run(), "step 1: errno " + std::to_string(ENOENT) + ", detail 1");
}

} // namespace
} // namespace tare::init
