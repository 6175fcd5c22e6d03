#include "plan/namespaces.h"

#include "plan/dump.h"
#include "support.h"

namespace tare::plan {
namespace {

TEST(PlanNetDevices, NeedANetworkNamespace) {
    Part part;
    part.linux_.net_devices = {{"eth0", {}}};
    EXPECT_EQ(outcome(plan_net_devices(part.c())),
              "config.json#/linux/netDevices: needs a network namespace in linux.namespaces");
    part.add(spec::NamespaceType::kNetwork, "/run/netns/a");
    EXPECT_EQ(outcome(plan_net_devices(part.c())), "ok");
}

TEST(PlanNetDevices, InitWaitsForThem) {
    Part part;
    part.add(spec::NamespaceType::kNetwork);
    part.linux_.net_devices = {{"eth0", {"net%d"}}, {"eth1", {}}};
    ASSERT_TRUE(plan_net_devices(part.c()));
    EXPECT_EQ(part.steps(true),
              "net-devices: config.json#/linux/netDevices: wait for the network devices\n");
    ASSERT_EQ(part.plan.net_devices.size(), 2u);
    EXPECT_EQ(part.plan.net_devices[0].origin, "config.json#/linux/netDevices/eth0");
    EXPECT_EQ(part.plan.net_devices[0].new_name, "net%d");
    EXPECT_EQ(part.plan.net_devices[1].new_name, "eth1");
    const std::string dump = dump_text(part.plan);
    EXPECT_NE(dump.find("move 'eth0' in as 'net%d'"), std::string::npos) << dump;
    EXPECT_NE(dump.find("move 'eth1' in\n"), std::string::npos) << dump;
}

TEST(PlanNetDevices, NoneIsNoStep) {
    Part part;
    ASSERT_TRUE(plan_net_devices(part.c()));
    EXPECT_EQ(part.steps(), "");
}

} // namespace
} // namespace tare::plan
