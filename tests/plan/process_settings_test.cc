#include "plan/process.h"

#include "support.h"

#include <sys/resource.h>

namespace tare::plan {
namespace {

using spec::NamespaceType;

TEST(PlanSettings, ANewKeyringAndAllProcessors) {
    Part part;
    ASSERT_TRUE(plan_settings(part.c()));
    EXPECT_EQ(part.steps(true), "keyring: (default): join a new session keyring: _ses.c1\n"
                                "affinity: (default): reset the CPU affinity\n");
    EXPECT_EQ(part.body<wire::Affinity>(1).cpus.size, 0u); // all

    Part without;
    without.options.no_new_keyring = true;
    ASSERT_TRUE(plan_settings(without.c()));
    EXPECT_EQ(without.steps(), "affinity: reset the CPU affinity\n");
}

TEST(PlanSettings, LabelsNeedTheirModule) {
    Part part;
    part.host.apparmor = part.host.selinux = true;
    part.config.process->apparmor_profile = "p";
    part.config.process->selinux_label = "a:b:c:d";
    ASSERT_TRUE(plan_settings(part.c()));
    EXPECT_EQ(part.steps(), "selinux-key: label the session keyring 'a:b:c:d'\n"
                            "keyring: join a new session keyring: _ses.c1\n"
                            "apparmor: set the AppArmor profile 'p'\n"
                            "selinux: set the SELinux label 'a:b:c:d'\n"
                            "affinity: reset the CPU affinity\n");
    part.host.selinux = false;
    EXPECT_EQ(outcome(plan_settings(part.c())),
              "config.json#/process/selinuxLabel: this host has no SELinux");
    part.config.process->selinux_label = "";
    part.linux_.mount_label = "a:b:c:d";
    EXPECT_EQ(outcome(plan_settings(part.c())),
              "config.json#/linux/mountLabel: this host has no SELinux");
    part.linux_.mount_label = "";
    part.host.apparmor = false;
    EXPECT_EQ(outcome(plan_settings(part.c())),
              "config.json#/process/apparmorProfile: this host has no AppArmor");
    part.config.process->apparmor_profile = "unconfined";
    EXPECT_EQ(outcome(plan_settings(part.c())), "ok");
}

TEST(PlanSettings, LimitsAboveOursAreSetByTareForAUserNamespace) {
    Part part;
    part.add_user_namespace();
    part.config.process->rlimits = {{"RLIMIT_NOFILE", 5, 1024}, {"RLIMIT_CORE", 0, ~0UL}};
    part.config.process->oom_score_adj = -7;
    ASSERT_TRUE(plan_settings(part.c()));
    EXPECT_EQ(part.steps(true),
              "keyring: (default): join a new session keyring: _ses.c1\n"
              "rlimit: config.json#/process/rlimits/0: set RLIMIT_NOFILE: soft 5, hard 1024\n"
              "affinity: (default): reset the CPU affinity\n");
    ASSERT_EQ(part.plan.raised_rlimits.size(), 1u);
    EXPECT_EQ(part.plan.raised_rlimits[0].resource, RLIMIT_CORE);
    EXPECT_EQ(part.plan.oom_score_adj, -7);
}

TEST(PlanSettings, ConvertsWhatTheKernelTakesAsNumbers) {
    Part part;
    auto& process = *part.config.process;
    part.options.no_new_keyring = true;
    process.rlimits = {{"RLIMIT_STACK", 8, ~0UL}};
    process.oom_score_adj = 100;
    process.scheduler = spec::Scheduler{"SCHED_DEADLINE", 0, 0, {"SCHED_FLAG_RECLAIM"}, 1, 2, 3};
    process.io_priority = spec::IoPriority{"IOPRIO_CLASS_BE", 4};
    part.linux_.memory_policy = spec::MemoryPolicy{"MPOL_BIND", "0, 65", {"MPOL_F_STATIC_NODES"}};
    part.linux_.personality = spec::Personality{"LINUX32", {}};
    ASSERT_TRUE(plan_settings(part.c()));
    EXPECT_EQ(part.steps(), "rlimit: set RLIMIT_STACK: soft 8, hard unlimited\n"
                            "oom-score: set oom_score_adj to 100\n"
                            "affinity: reset the CPU affinity\n"
                            "scheduler: set the scheduler to SCHED_DEADLINE: nice 0, priority 0\n"
                            "io-priority: set the I/O priority: IOPRIO_CLASS_BE 4\n"
                            "memory-policy: set the memory policy MPOL_BIND: nodes 0, 65\n"
                            "personality: set the personality to LINUX32\n");
    EXPECT_EQ(part.body<wire::Scheduler>(3).policy, 6u);
    EXPECT_EQ(part.body<wire::Scheduler>(3).flags, 2u);
    EXPECT_EQ(part.body<wire::Number>(4).value, 2u << 13 | 4u);
    EXPECT_EQ(part.body<wire::MemoryPolicy>(5).mode, 2u | 1u << 15);
    EXPECT_EQ(part.body<wire::MemoryPolicy>(5).max_node, 129u);
    EXPECT_EQ(part.body<wire::Number>(6).value, 8u);
}

TEST(PlanSettings, RefusesUnknownValues) {
    const struct {
        void (*change)(Part&);
        const char* error;
    } cases[] = {
        {[](Part& p) {
             p.config.process->rlimits = {{"RLIMIT_X", 1, 1}};
         },
         "config.json#/process/rlimits/0/type: 'RLIMIT_X' must be one of RLIMIT_AS, RLIMIT_CORE, "
         "RLIMIT_CPU, RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_LOCKS, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE, "
         "RLIMIT_NICE, RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_RSS, RLIMIT_RTPRIO, RLIMIT_RTTIME, "
         "RLIMIT_SIGPENDING, RLIMIT_STACK"},
        {[](Part& p) { p.config.process->scheduler = spec::Scheduler{.policy = "SCHED_ISO"}; },
         "config.json#/process/scheduler/policy: no Linux has SCHED_ISO, it is only reserved"},
        {[](Part& p) { p.config.process->scheduler = spec::Scheduler{.policy = "SCHED_X"}; },
         "config.json#/process/scheduler/policy: 'SCHED_X' must be one of SCHED_OTHER, SCHED_FIFO, "
         "SCHED_RR, SCHED_BATCH, SCHED_ISO, SCHED_IDLE, SCHED_DEADLINE"},
        {[](Part& p) {
             p.config.process->io_priority = spec::IoPriority{"IOPRIO_CLASS_X", 0};
         },
         "config.json#/process/ioPriority/class: 'IOPRIO_CLASS_X' must be one of IOPRIO_CLASS_RT, "
         "IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE"},
        {[](Part& p) {
             p.linux_.memory_policy = spec::MemoryPolicy{"MPOL_BIND", "1-", {}};
         },
         "config.json#/linux/memoryPolicy/nodes: '1-' must be a list such as '0-3,7'"},
        {[](Part& p) {
             p.linux_.memory_policy = spec::MemoryPolicy{"MPOL_BIND", "0", {"MPOL_F_X"}};
         },
         "config.json#/linux/memoryPolicy/flags/0: 'MPOL_F_X' must be one of "
         "MPOL_F_NUMA_BALANCING, MPOL_F_RELATIVE_NODES, MPOL_F_STATIC_NODES"},
        {[](Part& p) {
             p.linux_.personality = spec::Personality{"X", {}};
         },
         "config.json#/linux/personality/domain: 'X' must be one of LINUX, LINUX32"},
    };
    for (const auto& c : cases) {
        Part part;
        c.change(part);
        EXPECT_EQ(outcome(plan_settings(part.c())), c.error);
    }
}

} // namespace
} // namespace tare::plan
