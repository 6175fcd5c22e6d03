#include "plan/update.h"

#include <gtest/gtest.h>

namespace tare::plan {
namespace {

using Texts = std::vector<std::string>;

// "file = value (field)", in order; or the error.
Texts writes(const spec::Resources& present, const spec::Resources& changes) {
    const auto update = plan_update(present, changes, {.hugepage_sizes = {"2MB"}}, "r#");
    if (!update) return {update.error().text};
    Texts texts;
    for (const CgroupWrite& write : update->cgroup.writes)
        texts.push_back(write.file + " = " + write.value + " (" + write.origin + ")");
    return texts;
}

spec::Resources after(const spec::Resources& present, const spec::Resources& changes) {
    return plan_update(present, changes, {.hugepage_sizes = {"2MB"}}, "r#").value().resources;
}

TEST(PlanUpdate, WritesNothingForNothing) {
    const spec::Resources present = {.memory = {{.limit = 100}}, .pids_limit = 5};
    EXPECT_EQ(writes(present, {}), Texts{});
    EXPECT_EQ(writes(present, {.memory = {{.limit = 0, .swap = 0}}, .cpu = {{.quota = 0}}}),
              Texts{});
    EXPECT_EQ(after(present, {}), present);
}

TEST(PlanUpdate, TakesTheLimitThatSwapIsCountedWith) {
    const spec::Resources present = {.memory = {{.limit = 100, .swap = 150}}};
    EXPECT_EQ(writes(present, {.memory = {{.swap = 300}}}),
              Texts{"memory.swap.max = 200 (r#/memory/swap)"});
    EXPECT_EQ(
        writes(present, {.memory = {{.limit = 200, .swap = 300}}}),
        (Texts{"memory.swap.max = 100 (r#/memory/swap)", "memory.max = 200 (r#/memory/limit)"}));
    EXPECT_EQ(writes({}, {.memory = {{.swap = 300}}}),
              Texts{"r#/memory/swap: needs memory/limit, because it limits both together"});
    EXPECT_EQ(writes(present, {.memory = {{.swap = 50}}}),
              Texts{"r#/memory/swap: must not be below memory/limit, 100, got 50"});
}

TEST(PlanUpdate, LeavesTheSwapBesideANewLimit) {
    const spec::Resources present = {.memory = {{.limit = 100, .swap = 150}}};
    EXPECT_EQ(writes(present, {.memory = {{.limit = 500}}}),
              Texts{"memory.max = 500 (r#/memory/limit)"});
    EXPECT_EQ(after(present, {.memory = {{.limit = 500}}}).memory->swap, 550);
    EXPECT_EQ(
        writes(present, {.memory = {{.limit = -1}}}),
        (Texts{"memory.swap.max = max (r#/memory/limit)", "memory.max = max (r#/memory/limit)"}));
    EXPECT_EQ(after(present, {.memory = {{.limit = -1}}}).memory->swap, -1);
}

TEST(PlanUpdate, WritesTheFilesOfUnifiedBesideOtherFieldsOfTheirController) {
    EXPECT_EQ(writes({}, {.memory = {{.reservation = 1}}, .unified = {{"memory.max", "5000000"}}}),
              (Texts{"memory.low = 1 (r#/memory/reservation)",
                     "memory.max = 5000000 (r#/unified/memory.max)"}));
    const spec::Resources present = {.memory = {{.limit = 100, .swap = 150}},
                                     .cpu = {{.quota = 50'000}}};
    EXPECT_EQ(writes(present, {.memory = {{.swap = 300}}, .unified = {{"memory.max", "200"}}}),
              (Texts{"memory.swap.max = 200 (r#/memory/swap)",
                     "memory.max = 200 (r#/unified/memory.max)"}));
    EXPECT_EQ(
        writes(present, {.cpu = {{.period = 1000}}, .unified = {{"cpu.max", "1 1000"}}}),
        (Texts{"cpu.max = 50000 1000 (r#/cpu/period)", "cpu.max = 1 1000 (r#/unified/cpu.max)"}));
}

TEST(PlanUpdate, TakesThePeriodThatTheQuotaIsMeasuredBy) {
    const spec::Resources present = {.cpu = {{.quota = 50'000, .period = 200'000}}};
    EXPECT_EQ(writes(present, {.cpu = {{.quota = 70'000}}}),
              Texts{"cpu.max = 70000 200000 (r#/cpu/quota)"});
    EXPECT_EQ(writes(present, {.cpu = {{.period = 300'000}}}),
              Texts{"cpu.max = 50000 300000 (r#/cpu/period)"});
    EXPECT_EQ(writes(present, {.cpu = {{.quota = -1}}}),
              Texts{"cpu.max = max 200000 (r#/cpu/quota)"});
    EXPECT_EQ(writes({}, {.cpu = {{.quota = 70'000}}}),
              Texts{"cpu.max = 70000 100000 (r#/cpu/quota)"});
}

TEST(PlanUpdate, KeepsTheBurstBelowTheQuotaAtEveryMoment) {
    const spec::Resources present = {.cpu = {{.quota = 50'000, .burst = 40'000}}};
    EXPECT_EQ(
        writes(present, {.cpu = {{.quota = 30'000, .burst = 20'000}}}),
        (Texts{"cpu.max.burst = 20000 (r#/cpu/burst)", "cpu.max = 30000 100000 (r#/cpu/quota)"}));
    EXPECT_EQ(
        writes(present, {.cpu = {{.quota = 90'000, .burst = 80'000}}}),
        (Texts{"cpu.max = 90000 100000 (r#/cpu/quota)", "cpu.max.burst = 80000 (r#/cpu/burst)"}));
    EXPECT_EQ(writes(present, {.cpu = {{.quota = 30'000}}}),
              Texts{"r#/cpu/quota: the burst, 40000, must not be above the quota, 30000"});
    EXPECT_EQ(writes(present, {.cpu = {{.burst = 60'000}}}),
              Texts{"r#/cpu/burst: the burst, 60000, must not be above the quota, 50000"});
}

TEST(PlanUpdate, GivesTheWeightBackToACgroupThatIsNoLongerIdle) {
    EXPECT_EQ(writes({.cpu = {{.shares = 1024, .idle = 1}}}, {.cpu = {{.idle = 0}}}),
              (Texts{"cpu.idle = 0 (r#/cpu/idle)", "cpu.weight = 100 (r#/cpu/shares)"}));
    EXPECT_EQ(writes({.cpu = {{.idle = 1}}}, {.cpu = {{.shares = 1024}}}),
              Texts{"cpu.idle = 1 (r#/cpu/idle)"});
}

TEST(PlanUpdate, ReplacesEntriesByTheirKey) {
    const spec::Resources present = {
        .block_io = {{.throttle_read_bps_device = {{8, 0, 100}, {8, 16, 200}}}},
        .hugepage_limits = {{"2MB", 4096}},
        .rdma = {{"a", {.hca_handles = 1}}},
        .unified = {{"memory.high", "5"}}};
    const spec::Resources changes = {
        .block_io = {{.throttle_read_bps_device = {{8, 16, 300}, {9, 0, 1}}}},
        .hugepage_limits = {{"2MB", 8192}},
        .rdma = {{"b", {.hca_objects = 2}}},
        .unified = {{"memory.high", "6"}}};
    const spec::Resources expected = {
        .block_io = {{.throttle_read_bps_device = {{8, 0, 100}, {8, 16, 300}, {9, 0, 1}}}},
        .hugepage_limits = {{"2MB", 8192}},
        .rdma = {{"a", {.hca_handles = 1}}, {"b", {.hca_objects = 2}}},
        .unified = {{"memory.high", "6"}}};
    EXPECT_EQ(after(present, changes), expected);
    EXPECT_EQ(writes(present, changes),
              (Texts{"io.max = 8:16 rbps=300 (r#/blockIO/throttleReadBpsDevice/0)",
                     "io.max = 9:0 rbps=1 (r#/blockIO/throttleReadBpsDevice/1)",
                     "hugetlb.2MB.max = 8192 (r#/hugepageLimits/0/limit)",
                     "hugetlb.2MB.rsvd.max = 8192 (r#/hugepageLimits/0/limit)",
                     "rdma.max = b hca_object=2 (r#/rdma/b)",
                     "memory.high = 6 (r#/unified/memory.high)"}));
}

TEST(PlanUpdate, LetsTheLastWordCount) {
    const spec::Resources present = {.unified = {{"pids.max", "5"}, {"memory.high", "7"}}};
    EXPECT_EQ(after(present, {.pids_limit = 9}),
              (spec::Resources{.pids_limit = 9, .unified = {{"memory.high", "7"}}}));
}

TEST(PlanUpdate, NeverTouchesDeviceRules) {
    const spec::Resources present = {.devices = {{.allow = false}}};
    EXPECT_EQ(after(present, {.devices = {{.allow = true}}}), present);
    EXPECT_EQ(writes(present, {.devices = {{.allow = true}}}), Texts{});
}

TEST(PlanUpdate, NamesTheControllers) {
    const auto update = plan_update({.memory = {{.check_before_update = true}}},
                                    {.memory = {{.limit = 5}}, .pids_limit = 1}, {}, "r#");
    EXPECT_EQ(update->cgroup.controllers, (Texts{"memory", "pids"}));
    EXPECT_TRUE(update->cgroup.check_memory_usage);
}

TEST(UndoValue, IsWhatWasThereBefore) {
    EXPECT_EQ(undo_value("memory.max", "5", "max"), "max");
    EXPECT_EQ(undo_value("cpu.max", "5 6", "50000 100000"), "50000 100000");
    EXPECT_EQ(undo_value("cpuset.cpus", "0", ""), "\n");
    EXPECT_EQ(undo_value("cpu.weight", "7", "100"), "100");
}

TEST(UndoValue, IsTheLineOfTheDevice) {
    const std::string io_max = "8:0 rbps=5 wbps=max riops=max wiops=max\n9:0 rbps=1 wbps=max";
    EXPECT_EQ(undo_value("io.max", "8:0 rbps=9", io_max),
              "8:0 rbps=5 wbps=max riops=max wiops=max");
    EXPECT_EQ(undo_value("io.max", "7:0 rbps=9 wiops=3", io_max), "7:0 rbps=max wiops=max");
    EXPECT_EQ(undo_value("io.bfq.weight", "50", "default 100\n8:0 70"), "default 100");
    EXPECT_EQ(undo_value("io.bfq.weight", "8:0 50", "default 100\n8:0 70"), "8:0 70");
    EXPECT_EQ(undo_value("io.weight", "8:0 50", "default 100"), "8:0 default");
    EXPECT_EQ(undo_value("rdma.max", "m hca_handle=2", "m hca_handle=max hca_object=5"),
              "m hca_handle=max hca_object=5");
}

} // namespace
} // namespace tare::plan
