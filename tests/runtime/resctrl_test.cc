#include "runtime/resctrl.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

// In a directory of plain files, so only what finds its groups there. tests/integration has a file
// system that makes them.

namespace tare::runtime {
namespace {

namespace fs = std::filesystem;

class ResctrlTest : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/tare-resctrl-XXXXXX";
        ASSERT_NE(::mkdtemp(name), nullptr);
        root = name;
        settings.resctrl = root;
        put("info/last_cmd_status", "ok\n");
        put("schemata", "    L3:0=7ff;1=7ff\n    MB:0=100;1=100\n");
        put("tasks", "");
    }
    void TearDown() override { fs::remove_all(root); }

    void put(const std::string& name, const std::string& text) {
        fs::create_directories(fs::path(root + "/" + name).parent_path());
        std::ofstream(root + "/" + name) << text;
    }
    std::string get(const std::string& name) {
        std::ifstream file(root + "/" + name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    // Without the folder's name, which is another one each time.
    template <class T>
    std::string outcome(const Result<T>& result) {
        if (result) return "ok";
        std::string text = result.error().text;
        for (std::size_t at; (at = text.find(root)) != std::string::npos;)
            text.replace(at, root.size(), "R");
        return text;
    }
    std::string take(const plan::ResctrlPlan& plan) {
        auto groups = locate_resctrl(settings, plan);
        return groups ? outcome(make_resctrl(plan, *groups)) : outcome(groups);
    }

    std::string root;
    Settings settings;
    plan::ResctrlPlan gold{.origin = "o", .group = "gold"};
};

TEST_F(ResctrlTest, NoPlanIsNoGroup) {
    const auto groups = locate_resctrl(settings, std::nullopt);
    ASSERT_TRUE(groups);
    EXPECT_EQ(*groups, ResctrlGroups());
    EXPECT_EQ(outcome(join_resctrl(*groups, 1)), "ok");
    EXPECT_EQ(outcome(remove_resctrl(*groups)), "ok");
}

TEST_F(ResctrlTest, ComparesWhatIsThereByNumber) {
    put("gold/tasks", "");
    put("gold/schemata", "    L3:0=00f;1=7FF\n    MB:0= 20;1=100\n");
    gold.lines = {"L3:1=7ff", "MB:0=20"};
    EXPECT_EQ(take(gold), "ok");
    gold.last_lines = {"L3:0=F;1=07ff"};
    EXPECT_EQ(take(gold), "ok");
    const std::string there = " is not in its schemata: 'L3:0=00f;1=7FF, MB:0= 20;1=100'";
    for (const char* line : {"L3:0=1", "L3:2=f", "L2:0=f", "MB:0=200", "nonsense", "L3:0"}) {
        gold.last_lines = {line};
        EXPECT_EQ(take(gold), "o: the class of service 'R/gold' is there, and '" + std::string(line)
                                  + "'" + there);
    }
}

TEST_F(ResctrlTest, WithoutSchemataItMustBeThere) {
    EXPECT_EQ(take(gold),
              "o: there is no class of service 'R/gold', and no schemata to make it with");
    put("gold/tasks", "");
    EXPECT_EQ(take(gold), "ok");
}

TEST_F(ResctrlTest, WhatIsThereIsNotTheContainersOwn) {
    put("c1/tasks", "");
    EXPECT_EQ(take({.origin = "o", .group = "c1", .own = true}), "o: 'R/c1' is there already");
}

TEST_F(ResctrlTest, AHalfMadeClassGoes) {
    gold.lines = {"L3:0=1"};
    put("info/last_cmd_status", "no such thing\n");
    EXPECT_EQ(take(gold), "o: open 'R/gold/schemata': no such file or directory (no such thing)");
    EXPECT_FALSE(fs::exists(root + "/gold"));
}

TEST_F(ResctrlTest, JoinsTheRoot) {
    auto groups = locate_resctrl(settings, plan::ResctrlPlan{.origin = "o", .group = ""});
    ASSERT_TRUE(groups);
    EXPECT_EQ(groups->group, root);
    EXPECT_EQ(outcome(join_resctrl(*groups, 42)), "ok");
    EXPECT_EQ(get("tasks"), "42");
    EXPECT_EQ(outcome(remove_resctrl(*groups)), "ok");
    EXPECT_TRUE(fs::exists(root + "/tasks"));
}

TEST_F(ResctrlTest, Statistics) {
    put("info/L3/cbm_mask", "7ff\n");
    put("info/L3/min_cbm_bits", "2\n");
    put("info/L3/num_closids", "16\n");
    put("info/MB/bandwidth_gran", "10\n");
    put("info/MB/min_bandwidth", "5\n");
    put("gold/schemata", "L3:0=f;1=7ff\n");
    put("gold/mon_groups/c1/mon_data/mon_L3_00/llc_occupancy", "49152\n");
    put("gold/mon_groups/c1/mon_data/mon_L3_01/mbm_total_bytes", "Unavailable\n");
    const auto stats =
        read_resctrl_stats({.group = root + "/gold", .monitoring = root + "/gold/mon_groups/c1"});
    ASSERT_TRUE(stats) << stats.error().text;
    EXPECT_EQ(stats->cache->cbm_mask, "7ff");
    EXPECT_EQ(stats->cache->num_closids, 16u);
    EXPECT_EQ(stats->bandwidth->min, 5u);
    EXPECT_EQ(stats->cache_root, "L3:0=7ff;1=7ff");
    EXPECT_EQ(stats->cache_group, "L3:0=f;1=7ff");
    EXPECT_EQ(stats->bandwidth_root, "MB:0=100;1=100");
    EXPECT_EQ(stats->bandwidth_group, "");
    ASSERT_EQ(stats->domains.size(), 2u);
    EXPECT_EQ(stats->domains[0].llc_occupancy, 49152u);
    EXPECT_FALSE(stats->domains[1].mbm_total);
}

} // namespace
} // namespace tare::runtime
