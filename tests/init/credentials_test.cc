#include "tests/init/harness.h"

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
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

// A filter that answers `error` to `call`, only with `argument` as its first where that is not -1.
void refuse(long call, long argument, unsigned error) {
    const auto wanted = static_cast<unsigned>(argument);
    const unsigned char unlike = argument < 0 ? 0 : 1; // how far a different one jumps
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, wanted, 0, unlike),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) ::_exit(97);
}

// The kernel says EINVAL of capabilities that it does not have; every kernel has the first.
TEST_F(CredentialsTest, ABoundingSetThatCannotBeLimited) {
    steps.add(Op::kBounding, wire::Number{kTwo}, {});
    EXPECT_EQ(
        run("echo never", {.before_exec = [] { refuse(SYS_prctl, PR_CAPBSET_DROP, EINVAL); }}),
        "step 4: errno 22, detail 0");
}

// In the child: it has so many supplementary groups, and cannot change that.
void keep_groups(std::size_t count) {
    const gid_t groups[] = {7};
    if (::setgroups(count, groups) != 0) ::_exit(98);
    refuse(SYS_setgroups, -1, EPERM);
}

TEST_F(CredentialsTest, TheCallersGroupsThatCannotBeLost) {
    steps.add(Op::kGroups, wire::Bytes{}, {});
    EXPECT_EQ(run("echo never", {.before_exec = [] { keep_groups(1); }}),
              "step 4: errno 1, detail 0");
}

TEST_F(CredentialsTest, NoGroupsToLose) {
    steps.add(Op::kGroups, wire::Bytes{}, {});
    EXPECT_EQ(run("echo fine", {.before_exec = [] { keep_groups(0); }}), "fine\n");
}

TEST_F(CredentialsTest, ASessionOfItsOwn) {
    EXPECT_EQ(run("echo never", {.before_exec = [] { refuse(SYS_setsid, -1, EPERM); }}),
              "step 7: errno 1, detail 0"); // of no step: the plan has seven
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
