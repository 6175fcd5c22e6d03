#include "plan/cgroup.h"

#include "plan/compilation.h"
#include "plan/devices.h"

#include <gtest/gtest.h>

namespace tare::plan {
namespace {

constexpr const char* kOrigin = "config.json#/linux/resources";

std::vector<std::string> texts(const Result<std::vector<CgroupWrite>>& writes) {
    if (!writes) return {writes.error().text};
    std::vector<std::string> result;
    for (const CgroupWrite& write : *writes) {
        std::string text = write.file + (write.optional ? " ?= " : " = ") + write.value;
        if (!write.else_file.empty()) text += " else " + write.else_file + " = " + write.else_value;
        result.push_back(text + " (" + write.origin.substr(std::string_view(kOrigin).size()) + ")");
    }
    return result;
}

std::vector<std::string> planned(const spec::Resources& resources,
                                 std::vector<std::string>* warnings = nullptr) {
    return texts(plan_resources(resources, {.hugepage_sizes = {"2MB", "1GB"}}, kOrigin, warnings));
}

std::vector<std::string> warnings_of(const spec::Resources& resources) {
    std::vector<std::string> warnings;
    planned(resources, &warnings);
    return warnings;
}

using Texts = std::vector<std::string>;

TEST(PlanResources, ConvertsShares) {
    const std::pair<std::uint64_t, const char*> cases[] = {{1, "1"},
                                                           {2, "1"},
                                                           {3, "2"},
                                                           {100, "17"},
                                                           {512, "59"},
                                                           {1024, "100"},
                                                           {2048, "174"},
                                                           {65536, "3023"},
                                                           {262143, "10000"},
                                                           {262144, "10000"},
                                                           {10u << 20, "10000"}};
    for (const auto& [shares, weight] : cases)
        EXPECT_EQ(planned({.cpu = {{.shares = shares}}}),
                  Texts{"cpu.weight = " + std::string(weight) + " (/cpu/shares)"})
            << shares;
    EXPECT_EQ(planned({.cpu = {{.shares = 0}}}), Texts{});
}

TEST(PlanResources, ConvertsQuotaAndPeriod) {
    EXPECT_EQ(planned({.cpu = {{.quota = 50'000, .period = 200'000}}}),
              Texts{"cpu.max = 50000 200000 (/cpu/quota)"});
    EXPECT_EQ(planned({.cpu = {{.quota = 50'000}}}), Texts{"cpu.max = 50000 100000 (/cpu/quota)"});
    EXPECT_EQ(planned({.cpu = {{.quota = -1}}}), Texts{"cpu.max = max 100000 (/cpu/quota)"});
    EXPECT_EQ(planned({.cpu = {{.period = 5000}}}), Texts{"cpu.max = max 5000 (/cpu/period)"});
    EXPECT_EQ(planned({.cpu = {{.quota = 0, .period = 0}}}), Texts{});
    EXPECT_EQ(planned({.cpu = {{.quota = 50'000, .burst = 20'000}}}),
              (Texts{"cpu.max = 50000 100000 (/cpu/quota)", "cpu.max.burst = 20000 (/cpu/burst)"}));
}

TEST(PlanResources, PutsIdleBeforeWeight) {
    EXPECT_EQ(planned({.cpu = {{.shares = 1024, .idle = 0}}}),
              (Texts{"cpu.idle ?= 0 (/cpu/idle)", "cpu.weight = 100 (/cpu/shares)"}));
    EXPECT_EQ(planned({.cpu = {{.shares = 1024, .idle = 1}}}), Texts{"cpu.idle = 1 (/cpu/idle)"});
    EXPECT_EQ(
        warnings_of({.cpu = {{.shares = 1024, .idle = 1}}}),
        Texts{"config.json#/linux/resources/cpu/shares: has no meaning beside idle: ignored"});
}

TEST(PlanResources, PlacesOnCpusAndNodes) {
    EXPECT_EQ(planned({.cpu = {{.cpus = "0-1,3", .mems = "0"}}}),
              (Texts{"cpuset.cpus = 0-1,3 (/cpu/cpus)", "cpuset.mems = 0 (/cpu/mems)"}));
}

TEST(PlanResources, ConvertsMemory) {
    EXPECT_EQ(
        planned({.memory = {{.limit = 1000, .reservation = 500}}}),
        (Texts{"memory.max = 1000 (/memory/limit)", "memory.low = 500 (/memory/reservation)"}));
    EXPECT_EQ(planned({.memory = {{.limit = -1, .reservation = -1}}}),
              (Texts{"memory.swap.max ?= max (/memory/limit)", "memory.max = max (/memory/limit)",
                     "memory.low = max (/memory/reservation)"}));
    EXPECT_EQ(planned({.memory = {{.limit = 0, .reservation = 0, .swap = 0}}}), Texts{});
}

TEST(PlanResources, SubtractsMemoryFromSwap) {
    const auto swap = [](std::optional<std::int64_t> limit, std::int64_t value) {
        return planned({.memory = {{.limit = limit, .swap = value}}}).front();
    };
    EXPECT_EQ(swap(1000, 3000), "memory.swap.max = 2000 (/memory/swap)");
    EXPECT_EQ(swap(1000, 1000), "memory.swap.max ?= 0 (/memory/swap)");
    EXPECT_EQ(swap(1000, -1), "memory.swap.max ?= max (/memory/swap)");
    EXPECT_EQ(swap(std::nullopt, -1), "memory.swap.max ?= max (/memory/swap)");
    EXPECT_EQ(swap(-1, 3000), "memory.swap.max = 3000 (/memory/swap)");
    EXPECT_EQ(swap(1000, 999), "config.json#/linux/resources/memory/swap: must not be below "
                               "memory/limit, 1000, got 999");
    EXPECT_EQ(swap(std::nullopt, 999), "config.json#/linux/resources/memory/swap: needs "
                                       "memory/limit, because it limits both together");
}

TEST(PlanResources, LimitsProcesses) {
    EXPECT_EQ(planned({.pids_limit = 7}), Texts{"pids.max = 7 (/pids/limit)"});
    EXPECT_EQ(planned({.pids_limit = -1}), Texts{"pids.max = max (/pids/limit)"});
    EXPECT_EQ(planned({.pids_limit = 0}), Texts{"pids.max = 1 (/pids/limit)"});
}

TEST(PlanResources, ConvertsBlockIo) {
    EXPECT_EQ(planned({.block_io = {{.weight = 10}}}),
              Texts{"io.bfq.weight = 10 else io.weight = 1 (/blockIO/weight)"});
    EXPECT_EQ(planned({.block_io = {{.weight = 1000}}}),
              Texts{"io.bfq.weight = 1000 else io.weight = 10000 (/blockIO/weight)"});
    EXPECT_EQ(
        planned({.block_io = {{.weight = 0,
                               .weight_device = {{.major = 8, .minor = 16, .weight = 505}}}}}),
        Texts{"io.bfq.weight = 8:16 505 else io.weight = 8:16 5000 "
              "(/blockIO/weightDevice/0/weight)"});
    EXPECT_EQ(planned({.block_io = {{.throttle_read_bps_device = {{8, 0, 1}, {8, 1, 0}},
                                     .throttle_write_bps_device = {{8, 0, 2}},
                                     .throttle_read_iops_device = {{8, 0, 3}},
                                     .throttle_write_iops_device = {{8, 0, 4}}}}}),
              (Texts{"io.max = 8:0 rbps=1 (/blockIO/throttleReadBpsDevice/0)",
                     "io.max = 8:1 rbps=max (/blockIO/throttleReadBpsDevice/1)",
                     "io.max = 8:0 wbps=2 (/blockIO/throttleWriteBpsDevice/0)",
                     "io.max = 8:0 riops=3 (/blockIO/throttleReadIOPSDevice/0)",
                     "io.max = 8:0 wiops=4 (/blockIO/throttleWriteIOPSDevice/0)"}));
}

TEST(PlanResources, LimitsHugePagesOfSizesThatThereAre) {
    EXPECT_EQ(planned({.hugepage_limits = {{"2MB", 9437184}}}),
              (Texts{"hugetlb.2MB.max = 9437184 (/hugepageLimits/0/limit)",
                     "hugetlb.2MB.rsvd.max ?= 9437184 (/hugepageLimits/0/limit)"}));
    EXPECT_EQ(planned({.hugepage_limits = {{"2MB", 1}, {"64KB", 1}}}),
              Texts{"config.json#/linux/resources/hugepageLimits/1/pageSize: this kernel has no "
                    "huge pages of '64KB', it has 2MB, 1GB"});
    EXPECT_EQ(texts(plan_resources({.hugepage_limits = {{"../2MB", 1}}}, {}, kOrigin)),
              Texts{"config.json#/linux/resources/hugepageLimits/0/pageSize: this kernel has no "
                    "huge pages of '../2MB', it has none"});
}

TEST(PlanResources, LimitsRdma) {
    EXPECT_EQ(planned({.rdma = {{"mlx5_1", {.hca_handles = 3, .hca_objects = 10000}},
                                {"rxe3", {.hca_objects = 1000}}}}),
              (Texts{"rdma.max = mlx5_1 hca_handle=3 hca_object=10000 (/rdma/mlx5_1)",
                     "rdma.max = rxe3 hca_object=1000 (/rdma/rxe3)"}));
}

TEST(PlanResources, PutsUnifiedLast) {
    EXPECT_EQ(
        planned({.pids_limit = 7,
                 .unified = {{"cgroup.max.depth", "3"},
                             {"x.a~b", "1"},
                             {"io.max", "8:0 rbps=1\n8:1 rbps=2\n"},
                             {"memory.high", ""}}}),
        (Texts{"pids.max = 7 (/pids/limit)", "cgroup.max.depth = 3 (/unified/cgroup.max.depth)",
               "io.max = 8:0 rbps=1 (/unified/io.max)", "io.max = 8:1 rbps=2 (/unified/io.max)",
               "memory.high =  (/unified/memory.high)", "x.a~b = 1 (/unified/x.a~0b)"}));
}

TEST(PlanResources, RefusesUnifiedFilesThatAreNoLimits) {
    for (const char* file : {"cgroup.procs", "cgroup.kill", "cgroup.freeze", "cgroup.type",
                             "cgroup.subtree_control", "../x", "a.b/c", ".max", "memory", ""})
        EXPECT_EQ(planned({.unified = {{file, "1"}}}),
                  Texts{pointer_to("config.json#/linux/resources/unified", file) + ": '" + file
                        + "' is not the name of a controller's file in a cgroup"});
}

TEST(PlanResources, WarnsOfWhatVersion2DoesNotHave) {
    const auto ignored = [](const char* field) {
        return std::string(kOrigin) + field + ": has no meaning on cgroup v2: ignored";
    };
    EXPECT_EQ(
        warnings_of({.memory = {{.kernel = 1,
                                 .kernel_tcp = 1,
                                 .swappiness = 60,
                                 .disable_oom_killer = true,
                                 .use_hierarchy = false}},
                     .cpu = {{.realtime_runtime = 1, .realtime_period = 1}},
                     .block_io = {{.leaf_weight = 10, .weight_device = {{.leaf_weight = 10}}}},
                     .network = {{.class_id = 1, .priorities = {{"eth0", 1}}}}}),
        (Texts{ignored("/cpu/realtimeRuntime"), ignored("/cpu/realtimePeriod"),
               ignored("/memory/kernel"), ignored("/memory/kernelTCP"),
               ignored("/memory/swappiness"), ignored("/memory/disableOOMKiller"),
               ignored("/memory/useHierarchy"), ignored("/blockIO/leafWeight"),
               ignored("/blockIO/weightDevice/0/leafWeight"), ignored("/network/classID"),
               ignored("/network/priorities")}));
    EXPECT_EQ(warnings_of({.memory = {{.swappiness = UINT64_MAX, // dockerd's "unset"
                                       .disable_oom_killer = false,
                                       .use_hierarchy = true}}}),
              Texts{});
}

// ---- The rest of the plan

spec::Config config_with(const spec::Linux& linux_) {
    return {.oci_version = "1.2.0", .linux_ = linux_};
}

CgroupPlan plan_of(const spec::Config& config, const HostFacts& host = {}) {
    const Result<CgroupPlan> plan = plan_cgroup(config, host);
    EXPECT_TRUE(plan) << plan.error().text;
    return plan.value_or(CgroupPlan{});
}

TEST(PlanCgroup, TakesThePathAsItIs) {
    EXPECT_EQ(plan_of({}).path, "");
    EXPECT_EQ(plan_of({}).origin, "(default)");
    const CgroupPlan plan = plan_of(config_with({.cgroups_path = "/docker/x"}));
    EXPECT_EQ(plan.path, "/docker/x");
    EXPECT_EQ(plan.origin, "config.json#/linux/cgroupsPath");
}

TEST(PlanCgroup, RefusesPathsThatLeadOut) {
    for (const char* path : {"..", "/a/../b", "a/..", "/.."}) {
        const auto plan = plan_cgroup(config_with({.cgroups_path = path}), {});
        ASSERT_FALSE(plan) << path;
        EXPECT_EQ(plan.error().text, "config.json#/linux/cgroupsPath: must not contain '..'");
    }
    EXPECT_EQ(plan_of(config_with({.cgroups_path = "/a..b"})).path, "/a..b");
}

TEST(PlanCgroup, NamesTheControllersItNeeds) {
    const CgroupPlan plan = plan_of(config_with(
        {.resources = {{.memory = {{.limit = 1, .check_before_update = true}},
                        .pids_limit = 7,
                        .unified = {{"cgroup.max.depth", "3"}, {"misc.max", "x 1"}}}}}));
    EXPECT_EQ(plan.controllers, (Texts{"memory", "misc", "pids"}));
    EXPECT_TRUE(plan.check_memory_usage);
}

TEST(PlanCgroup, PutsTheDefaultDevicesBehindTheConfigs) {
    EXPECT_EQ(plan_of({}).device_program, compile_devices(default_device_rules(), "").value());
    EXPECT_EQ(plan_of({}).device_origin, "(default)");
    const spec::DeviceRule fuse{.allow = true, .type = "c", .major = 10, .minor = 229};
    std::vector<spec::DeviceRule> rules = {fuse};
    rules.insert(rules.end(), default_device_rules().begin(), default_device_rules().end());
    const CgroupPlan plan = plan_of(config_with({.resources = {{.devices = {fuse}}}}));
    EXPECT_EQ(plan.device_program, compile_devices(rules, "").value());
    EXPECT_EQ(plan.device_origin, "config.json#/linux/resources/devices");
}

TEST(PlanCgroup, LeavesDevicesToTheUserNamespace) {
    EXPECT_TRUE(plan_of({}, {.in_user_namespace = true}).device_program.empty());
    EXPECT_TRUE(plan_of({}, {.can_admin = false}).device_program.empty());
    const auto plan = plan_cgroup(config_with({.resources = {{.devices = {{.type = "x"}}}}}),
                                  {.in_user_namespace = true});
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().text,
              "config.json#/linux/resources/devices/0/type: must be a, b or c, got 'x'");
}

spec::Config delegating_config() {
    spec::Config config = config_with(
        {.namespaces = {{spec::NamespaceType::kCgroup, ""}, {spec::NamespaceType::kUser, ""}},
         .uid_mappings = {{0, 100000, 1000}, {1000, 200000, 1}}});
    config.mounts = {{.destination = "/sys/fs/cgroup", .type = "cgroup", .options = {"rw"}}};
    config.process = spec::Process{};
    return config;
}

TEST(PlanCgroup, DelegatesToTheProcessOnTheHost) {
    spec::Config config = delegating_config();
    EXPECT_TRUE(plan_of(config).delegate);
    EXPECT_EQ(plan_of(config).owner, 100000u);
    config.process->user.uid = 1000;
    EXPECT_EQ(plan_of(config).owner, 200000u);
    config.linux_->namespaces.pop_back();
    EXPECT_EQ(plan_of(config).owner, 1000u);
}

TEST(PlanCgroup, DelegatesOnlyWhatTheContainerSeesAndMayWrite) {
    const auto delegates = [](auto change, const HostFacts& host = {}) {
        spec::Config config = delegating_config();
        change(config);
        return plan_of(config, host).delegate;
    };
    EXPECT_TRUE(delegates([](auto& c) { c.mounts[0].destination = "//sys/fs/./cgroup/"; }));
    EXPECT_TRUE(delegates([](auto& c) { c.mounts[0].options = {"ro", "nosuid,rw"}; }));
    for (const char* options : {"ro", "rro", "nosuid,noexec,nodev,ro", "rw,bind", "rw,remount"})
        EXPECT_FALSE(delegates([&](auto& c) { c.mounts[0].options = {options}; })) << options;
    EXPECT_FALSE(delegates([](auto& c) { c.mounts.clear(); }));
    EXPECT_FALSE(delegates([](auto& c) { c.linux_->namespaces[0].path = "/proc/1/ns/cgroup"; }));
    EXPECT_FALSE(delegates([](auto& c) { c.process->user.uid = 999999; }));
    EXPECT_FALSE(delegates([](auto& c) { c.linux_->namespaces.pop_back(); })); // root as before
    EXPECT_FALSE(delegates([](auto&) {}, {.can_admin = false}));

    spec::Config config = delegating_config();
    config.mounts[0].options = {"=1"};
    EXPECT_EQ(plan_cgroup(config, {}).error().text,
              "config.json#/mounts/0/options/0: '=1' has no name in front of '='");
}

} // namespace
} // namespace tare::plan
