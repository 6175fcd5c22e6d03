#include "plan/capabilities.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

namespace tare::plan {
namespace {

constexpr std::uint64_t kAll = (std::uint64_t{1} << 41) - 1;
constexpr const char* kOrigin = "config.json#/process/capabilities";

constexpr std::uint64_t bit(int capability) {
    return std::uint64_t{1} << capability;
}

TEST(PlanCapabilities, TurnsNamesIntoBits) {
    const std::vector<std::string> names = {"CAP_CHOWN", "CAP_CHECKPOINT_RESTORE"};
    const CapabilitySets sets = plan_capabilities({.bounding = names,
                                                   .effective = {"CAP_CHOWN"},
                                                   .inheritable = names,
                                                   .permitted = names,
                                                   .ambient = {"CAP_CHECKPOINT_RESTORE"}},
                                                  kAll, kOrigin);
    const std::uint64_t both = bit(CAP_CHOWN) | bit(CAP_CHECKPOINT_RESTORE);
    EXPECT_EQ(sets, (CapabilitySets{.bounding = both,
                                    .effective = bit(CAP_CHOWN),
                                    .inheritable = both,
                                    .permitted = both,
                                    .ambient = bit(CAP_CHECKPOINT_RESTORE)}));
}

TEST(PlanCapabilities, WarnsOfUnknownOnes) {
    for (const char* name : {"CAP_NOSUCH", "CHOWN", "cap_chown", "CAP_", "", "CAP_chown"}) {
        const CapabilitySets sets =
            plan_capabilities({.bounding = {"CAP_KILL", name}}, kAll, kOrigin);
        EXPECT_EQ(sets.bounding, bit(CAP_KILL)) << name;
        EXPECT_EQ(sets.warnings,
                  std::vector<std::string>{"config.json#/process/capabilities/bounding/1: '"
                                           + std::string(name)
                                           + "' is no capability that this build knows: left out"});
    }
}

TEST(PlanCapabilities, WarnsOfUnavailableOnes) {
    const CapabilitySets sets =
        plan_capabilities({.bounding = {"CAP_BPF", "CAP_KILL"}, .permitted = {"CAP_BPF"}},
                          kAll & ~bit(CAP_BPF), kOrigin);
    EXPECT_EQ(sets.bounding, bit(CAP_KILL));
    EXPECT_EQ(sets.permitted, 0u);
    EXPECT_EQ(sets.warnings,
              (std::vector<std::string>{"config.json#/process/capabilities/bounding/0: 'CAP_BPF' "
                                        "is not available here: left out",
                                        "config.json#/process/capabilities/permitted/0: 'CAP_BPF' "
                                        "is not available here: left out"}));
}

TEST(PlanCapabilities, KeepsToWhatTheKernelGrants) {
    const CapabilitySets sets = plan_capabilities({.bounding = {"CAP_KILL"},
                                                   .effective = {"CAP_CHOWN"},
                                                   .inheritable = {"CAP_CHOWN"},
                                                   .permitted = {"CAP_KILL"},
                                                   .ambient = {"CAP_KILL"}},
                                                  kAll, kOrigin);
    EXPECT_EQ(sets.effective | sets.inheritable | sets.ambient, 0u);
    EXPECT_EQ(sets.warnings,
              (std::vector<std::string>{
                  "config.json#/process/capabilities/inheritable/0: 'CAP_CHOWN' is not in the "
                  "bounding set too: left out",
                  "config.json#/process/capabilities/effective/0: 'CAP_CHOWN' is not in the "
                  "permitted set too: left out",
                  "config.json#/process/capabilities/ambient/0: 'CAP_KILL' is not in both the "
                  "permitted and the inheritable set: left out"}));
}

TEST(CapabilityNames, AreTheKernelsUpToTheLast) {
    const std::vector<std::string> names = capability_names();
    ASSERT_GE(names.size(), 41u);
    EXPECT_EQ(names.front(), "CAP_CHOWN");
    EXPECT_EQ(names[CAP_CHECKPOINT_RESTORE], "CAP_CHECKPOINT_RESTORE");
}

} // namespace
} // namespace tare::plan
