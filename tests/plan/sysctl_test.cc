#include "plan/sysctl.h"

#include "plan/namespaces.h"
#include "support.h"

namespace tare::plan {
namespace {

using spec::NamespaceType;

TEST(SysctlPath, TakesBothSeparators) {
    const std::pair<const char*, const char*> cases[] = {
        {"net.ipv4.ip_forward", "net/ipv4/ip_forward"},
        {"net/ipv4/ip_forward", "net/ipv4/ip_forward"},
        {"net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding"},
        {"net/ipv4/conf/eth0.100/forwarding", "net/ipv4/conf/eth0.100/forwarding"},
        {"kernel", "kernel"},
        {"", ""},
        {"net..x", ""},
        {"net/../kernel/core_pattern", ""},
        {"net.//.x", ""},
        {"/net/x", ""},
    };
    for (const auto& [name, path] : cases)
        EXPECT_EQ(sysctl_path(name), path) << name;
}

std::string plan(const char* name, std::vector<NamespaceType> types) {
    Part part;
    for (const NamespaceType type : types)
        part.add(type);
    part.config.hostname = "h";
    part.linux_.sysctl = {{name, "1 2"}};
    const Status status = plan_sysctls(part.c());
    return status ? part.steps() : status.error().text;
}

TEST(PlanSysctls, WritesOnlyWhatBelongsToAnOwnNamespace) {
    EXPECT_EQ(plan("net.ipv4.x", {NamespaceType::kNetwork}),
              "sysctl: write to /proc/sys/net/ipv4/x: '1 2'\n");
    EXPECT_EQ(plan("fs.mqueue.msg_max", {NamespaceType::kIpc}),
              "sysctl: write to /proc/sys/fs/mqueue/msg_max: '1 2'\n");
    EXPECT_EQ(plan("kernel/shmmax", {NamespaceType::kIpc}),
              "sysctl: write to /proc/sys/kernel/shmmax: '1 2'\n");
    EXPECT_EQ(plan("kernel.domainname", {NamespaceType::kUts}),
              "sysctl: write to /proc/sys/kernel/domainname: '1 2'\n");
    EXPECT_EQ(plan("user.max_inotify_watches", {NamespaceType::kUser}),
              "sysctl: write to /proc/sys/user/max_inotify_watches: '1 2'\n");
}

TEST(PlanSysctls, AJoinedNamespaceMustNotBeOurs) {
    Part part;
    part.add(NamespaceType::kNetwork, "/run/netns/x");
    part.add(NamespaceType::kIpc, "/proc/1/ns/ipc");
    ASSERT_TRUE(plan_namespaces(part.c()));
    part.linux_.sysctl = {{"net.a", "1"}, {"net.b", "1"}};
    ASSERT_TRUE(plan_sysctls(part.c()));
    ASSERT_EQ(part.plan.joins.size(), 2u);
    for (const NamespaceFile& file : part.plan.joins)
        EXPECT_EQ(file.not_ours,
                  file.path == "/run/netns/x" ? "config.json#/linux/sysctl/net.a" : "");
}

TEST(PlanSysctls, RefusesWhatWouldChangeTheHost) {
    const std::string host =
        ": belongs to no namespace, so writing it would change the host; allowed are net.*, "
        "fs.mqueue.*, user.* and the kernel.* of ipc and uts namespaces";
    const std::string at = "config.json#/linux/sysctl/";
    EXPECT_EQ(plan("kernel.core_pattern", {NamespaceType::kIpc}),
              at + "kernel.core_pattern" + host);
    EXPECT_EQ(plan("kernel.shmmaxx", {NamespaceType::kIpc}), at + "kernel.shmmaxx" + host);
    EXPECT_EQ(plan("fs.mqueue", {NamespaceType::kIpc}), at + "fs.mqueue" + host);
    EXPECT_EQ(plan("network.x", {NamespaceType::kNetwork}), at + "network.x" + host);
    EXPECT_EQ(plan("net/ipv4/x", {}),
              at + "net~1ipv4~1x: needs a network namespace, else it would change the host");
    EXPECT_EQ(plan("kernel.sem", {NamespaceType::kUts}),
              at + "kernel.sem: needs an ipc namespace, else it would change the host");
    EXPECT_EQ(plan("user.max_user_namespaces", {NamespaceType::kUts}),
              at
                  + "user.max_user_namespaces: needs a user namespace, else it would change the "
                    "host");
    EXPECT_EQ(plan("net/../kernel/x", {NamespaceType::kNetwork}),
              at + "net~1..~1kernel~1x: is no name of a kernel parameter");
    EXPECT_EQ(plan("kernel.hostname", {NamespaceType::kUts}),
              at + "kernel.hostname: contradicts the field 'hostname'");
}

} // namespace
} // namespace tare::plan
