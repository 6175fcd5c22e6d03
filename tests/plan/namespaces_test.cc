#include "plan/namespaces.h"

#include "support.h"

#include <sched.h>

namespace tare::plan {
namespace {

using spec::NamespaceType;

std::string joins(const Plan& plan) {
    std::string out;
    for (const NamespaceFile& file : plan.joins)
        out += namespace_names(file.type) + " " + file.path
               + (file.before_clone ? " by tare\n" : " by init\n");
    return out;
}

TEST(PlanNamespaces, NewOnesAreMadeByCloneButCgroup) {
    Part part;
    for (const auto type : {NamespaceType::kPid, NamespaceType::kNetwork, NamespaceType::kIpc,
                            NamespaceType::kUts, NamespaceType::kMount, NamespaceType::kCgroup})
        part.add(type);
    ASSERT_TRUE(plan_namespaces(part.c()));
    EXPECT_EQ(namespace_names(part.plan.clone_flags), "ipc, uts, network, pid, mount");
    EXPECT_EQ(part.steps(true),
              "unshare: config.json#/linux/namespaces: make new namespaces: cgroup\n"
              "loopback: config.json#/linux/namespaces/1: bring the loopback device up\n");
    EXPECT_FALSE(part.plan.new_user_namespace || part.plan.forks);
}

std::uint64_t ahead_of(Part& part) {
    part.config.linux_ = part.linux_;
    return namespaces_ahead(part.config);
}

TEST(NamespacesAhead, AreThoseThatTakeTime) {
    Part part;
    for (const auto type : {NamespaceType::kPid, NamespaceType::kNetwork, NamespaceType::kIpc,
                            NamespaceType::kMount, NamespaceType::kCgroup})
        part.add(type);
    part.add(NamespaceType::kUts, "/proc/1/ns/uts");
    ASSERT_TRUE(plan_namespaces(part.c()));
    const std::uint64_t ahead = ahead_of(part);
    EXPECT_EQ(namespace_names(ahead), "ipc, network, mount");
    EXPECT_EQ(ahead & ~part.plan.clone_flags, 0u);
}

TEST(NamespacesAhead, NoneWithAUserNamespace) {
    Part made, joined;
    made.add(NamespaceType::kUser);
    made.add(NamespaceType::kNetwork);
    EXPECT_EQ(ahead_of(made), 0u);
    joined.add(NamespaceType::kUser, "/proc/1/ns/user");
    joined.add(NamespaceType::kNetwork);
    EXPECT_EQ(ahead_of(joined), 0u);
}

TEST(PlanNamespaces, NoneAtAllNeedsNothing) {
    Part part;
    ASSERT_TRUE(plan_namespaces(part.c()));
    EXPECT_EQ(part.plan.clone_flags, 0u);
    EXPECT_EQ(part.steps(), "");
}

TEST(PlanNamespaces, InitJoinsAllButPid) {
    Part part;
    part.add(NamespaceType::kMount, "/m");
    part.add(NamespaceType::kPid, "/p");
    part.add(NamespaceType::kNetwork, "/n");
    ASSERT_TRUE(plan_namespaces(part.c()));
    EXPECT_EQ(joins(part.plan), "network /n by init\npid /p by tare\nmount /m by init\n");
    EXPECT_EQ(part.steps(), "join: join the network namespace '/n'\n"
                            "join: join the mount namespace '/m'\n");
    EXPECT_EQ(part.body<wire::Join>(1).types, std::uint64_t{CLONE_NEWNS});
    EXPECT_EQ(part.body<wire::Join>(1).ns, 1);
}

TEST(PlanNamespaces, NothingCanBeJoinedFromInsideANewUserNamespace) {
    Part part;
    part.add_user_namespace();
    part.add(NamespaceType::kNetwork, "/n");
    ASSERT_TRUE(plan_namespaces(part.c()));
    EXPECT_EQ(joins(part.plan), "network /n by tare\n");
    EXPECT_EQ(namespace_names(part.plan.clone_flags), "user");
    EXPECT_EQ(part.plan.uid_map, "0 100000 65536\n");
    EXPECT_EQ(part.plan.lowest_uid, 0u);
    EXPECT_EQ(part.plan.lowest_gid, 0u);
    EXPECT_FALSE(part.plan.map_by_helper || part.plan.deny_setgroups);
    EXPECT_EQ(part.steps(), "");
}

TEST(PlanNamespaces, AJoinedUserNamespaceMustOwnTheNewOnes) {
    Part part;
    part.add(NamespaceType::kPid);
    part.add(NamespaceType::kMount);
    part.add(NamespaceType::kNetwork, "/n");
    part.add(NamespaceType::kUser, "/u");
    ASSERT_TRUE(plan_namespaces(part.c()));
    EXPECT_EQ(joins(part.plan), "user /u by init\nnetwork /n by init\n");
    EXPECT_EQ(part.plan.clone_flags, 0u);
    EXPECT_TRUE(part.plan.forks);
    EXPECT_EQ(part.steps(), "join: join the user namespace '/u'\n"
                            "join: join the network namespace '/n'\n"
                            "unshare: make new namespaces: pid, mount\n"
                            "fork: fork into the new pid or time namespace\n");
}

TEST(PlanNamespaces, UnprivilegedUsersMapThemselvesOrNeedHelp) {
    Part self;
    self.host.euid = self.host.egid = 1000;
    self.add(NamespaceType::kUser);
    self.linux_.uid_mappings = self.linux_.gid_mappings = {{0, 1000, 1}};
    ASSERT_TRUE(plan_namespaces(self.c()));
    EXPECT_TRUE(self.plan.deny_setgroups && !self.plan.map_by_helper);

    Part many;
    many.host.euid = many.host.egid = 1000;
    many.add(NamespaceType::kUser);
    many.linux_.uid_mappings = many.linux_.gid_mappings = {{0, 1000, 1}, {1, 100000, 65536}};
    ASSERT_TRUE(plan_namespaces(many.c()));
    EXPECT_TRUE(!many.plan.deny_setgroups && many.plan.map_by_helper);
    EXPECT_EQ(many.plan.gid_map, "0 1000 1\n1 100000 65536\n");
}

TEST(PlanNamespaces, WithoutRootInTheMapItsLowestIdsTakeItsPlace) {
    Part part;
    part.add(NamespaceType::kUser);
    part.linux_.uid_mappings = {{2000, 1, 1}, {1000, 1000, 10}};
    part.linux_.gid_mappings = {{5, 1000, 1}, {7, 1, 1}};
    ASSERT_TRUE(plan_namespaces(part.c()));
    EXPECT_EQ(part.plan.lowest_uid, 1000u);
    EXPECT_EQ(part.plan.lowest_gid, 5u);
}

TEST(PlanExecNamespaces, WhoJoinsTakesTheLowestIds) {
    Part part;
    part.add(NamespaceType::kUser);
    part.linux_.uid_mappings = {{1000, 100000, 10}};
    part.linux_.gid_mappings = {{5, 100000, 10}};
    plan_exec_namespaces(part.c());
    EXPECT_EQ(part.body<wire::Join>(0).types, std::uint64_t{CLONE_NEWUSER});
    EXPECT_EQ(part.body<wire::Join>(0).uid, 1000u);
    EXPECT_EQ(part.body<wire::Join>(0).gid, 5u);
}

TEST(PlanNamespaces, TimeIsUnsharedByTareUnlessAUserNamespaceOwnsIt) {
    Part part;
    part.add(NamespaceType::kTime);
    part.linux_.time_offsets = {{"boottime", {-5, 7}}, {"monotonic", {60, 0}}};
    ASSERT_TRUE(plan_namespaces(part.c()));
    EXPECT_TRUE(part.plan.unshare_time);
    EXPECT_EQ(part.plan.time_offsets, "boottime -5 7\nmonotonic 60 0\n");
    EXPECT_EQ(part.plan.clone_flags, 0u);
    EXPECT_EQ(part.steps(), "");

    Part user;
    user.add_user_namespace();
    user.add(NamespaceType::kTime);
    user.linux_.time_offsets = {{"monotonic", {60, 0}}};
    user.host.kernel_minor = 3;
    ASSERT_TRUE(plan_namespaces(user.c()));
    EXPECT_FALSE(user.plan.unshare_time);
    EXPECT_EQ(user.steps(), "unshare: make new namespaces: time\n"
                            "time-offsets: set time offsets 'monotonic 60 0\\x0a'\n");
}

TEST(PlanNamespaces, RefusesOffsetsThatCannotTakeEffect) {
    Part none;
    none.linux_.time_offsets = {{"monotonic", {60, 0}}};
    EXPECT_EQ(outcome(plan_namespaces(none.c())),
              "config.json#/linux/timeOffsets: needs a new time namespace");

    Part old;
    old.add_user_namespace();
    old.add(NamespaceType::kTime);
    old.host.kernel_minor = 1;
    EXPECT_EQ(outcome(plan_namespaces(old.c())),
              "config.json#/linux/namespaces/1: a new time namespace in a new user namespace needs "
              "Linux 6.3");
}

TEST(OutsideId, CountsFromTheRange) {
    const std::vector<spec::IdMapping> mappings = {{0, 100000, 10}, {1000, 5, 2}};
    EXPECT_EQ(outside_id(mappings, 9), 100009u);
    EXPECT_EQ(outside_id(mappings, 1001), 6u);
    EXPECT_EQ(outside_id(mappings, 10), std::nullopt);
    EXPECT_EQ(outside_id(mappings, 1002), std::nullopt);
}

TEST(MapsGid, KnowsWhatTheConfigSays) {
    Part part;
    EXPECT_TRUE(maps_gid(part.linux_, 5));
    part.add_user_namespace();
    EXPECT_TRUE(maps_gid(part.linux_, 5));
    EXPECT_FALSE(maps_gid(part.linux_, 65536));
}

TEST(MayTrace, WithTheCapabilityOrAmongOthers) {
    Part part;
    part.add(NamespaceType::kPid);
    EXPECT_FALSE(may_trace(part.c()));
    part.config.process->capabilities = spec::Capabilities{.bounding = {"CAP_SYS_PTRACE"}};
    EXPECT_TRUE(may_trace(part.c()));
    part.add_user_namespace();
    EXPECT_FALSE(may_trace(part.c()));

    Part joined;
    joined.add(NamespaceType::kPid, "/proc/1/ns/pid");
    EXPECT_TRUE(may_trace(joined.c()));
}

} // namespace
} // namespace tare::plan
