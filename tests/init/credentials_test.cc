#include "tests/init/harness.h"

#include <cerrno>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace tare::init {
namespace {

using wire::Op;

class CredentialsTest : public testing::Test {
protected:
    void SetUp() override {
        NEEDS_NAMESPACES();
        if (::geteuid() != 0) GTEST_SKIP() << "other users and groups need root";
        begin(steps, root);
        wire::Mount proc = file_system(steps, "proc", "/proc");
        proc.flags = wire::kPlainTarget;
        steps.add(Op::kMount, proc, {});
        steps.add(Op::kPivot, wire::Pivot{}, {});
    }
    std::string run(const std::string& script, Spawn spawn = {}) {
        shell(steps, script);
        spawn.namespaces = CLONE_NEWNS | CLONE_NEWPID;
        const init::Outcome outcome = run_init(steps, spawn);
        const std::string refusal = outcome.refusal();
        return refusal.empty() ? outcome.output : refusal;
    }

    Root root;
    plan::Steps steps;
};

constexpr std::uint64_t kTwo = 1U << CAP_CHOWN | 1U << CAP_KILL;

TEST_F(CredentialsTest, AUserWithAmbientCapabilities) {
    const std::uint32_t groups[] = {3, 4};
    steps.add(Op::kGroups, steps.bytes(groups, sizeof groups), {});
    steps.add(Op::kBounding, wire::Number{kTwo}, {});
    steps.add(Op::kIds, wire::Ids{.uid = 1000, .gid = 1001}, {});
    steps.add(
        Op::kCapabilities,
        wire::Capabilities{
            .effective = kTwo, .permitted = kTwo, .inheritable = kTwo, .ambient = 1U << CAP_KILL},
        {});
    EXPECT_EQ(run("id; grep Cap /proc/self/status"),
              "uid=1000 gid=1001 groups=3,4\n"
              "CapInh:\t0000000000000021\nCapPrm:\t0000000000000020\nCapEff:\t0000000000000020\n"
              "CapBnd:\t0000000000000021\nCapAmb:\t0000000000000020\n");
}

TEST_F(CredentialsTest, WithoutGroupsTheCallersAreGone) {
    steps.add(Op::kGroups, wire::Bytes{}, {});
    steps.add(Op::kIds, wire::Ids{.uid = 1000, .gid = 1001}, {});
    steps.add(Op::kCapabilities, wire::Capabilities{}, {});
    EXPECT_EQ(run("id; grep CapPrm /proc/self/status"),
              "uid=1000 gid=1001\nCapPrm:\t0000000000000000\n");
}

TEST_F(CredentialsTest, AUserOwnsItsOutput) {
    steps.add(Op::kIds, wire::Ids{.uid = 1000, .gid = 1001}, {});
    steps.add(Op::kCapabilities, wire::Capabilities{}, {});
    EXPECT_EQ(run("echo seen > /proc/self/fd/1"), "seen\n");
}

TEST_F(CredentialsTest, LimitsAndTheRest) {
    steps.add(Op::kRlimit, wire::Rlimit{.resource = RLIMIT_NOFILE, .soft = 20, .hard = 30}, {});
    steps.add(Op::kUmask, wire::Number{027}, {});
    steps.add(Op::kPersonality, wire::Number{0x0040000 /* ADDR_NO_RANDOMIZE */}, {});
    steps.add(Op::kScheduler, wire::Scheduler{.policy = 3 /* SCHED_BATCH */, .nice = 5}, {});
    steps.add(Op::kOomScore, wire::Value{steps.text("123")}, {});
    EXPECT_EQ(run("ulimit -Sn; ulimit -Hn; umask; cat /proc/self/personality"
                  " /proc/self/oom_score_adj; set -- $(cat /proc/self/stat); echo ${19} ${41}"),
              "20\n30\n0027\n00040000\n123\n5 3\n");
}

TEST_F(CredentialsTest, ASessionKeyringOfItsOwn) {
    steps.add(Op::kKeyring, wire::Value{steps.text("tare-test")}, {});
    const std::string keys = run("grep -c tare-test /proc/keys");
    EXPECT_EQ(keys, "1\n");
}

} // namespace
} // namespace tare::init
