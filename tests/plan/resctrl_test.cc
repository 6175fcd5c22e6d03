#include "plan/resctrl.h"

#include "plan/dump.h"
#include "support.h"

namespace tare::plan {
namespace {

TEST(PlanResctrl, NothingWithoutIntelRdt) {
    Part part;
    plan_resctrl(part.c());
    EXPECT_FALSE(part.plan.resctrl);
}

TEST(PlanResctrl, WithoutAClassItIsTheContainers) {
    Part part;
    part.linux_.intel_rdt = spec::IntelRdt{.enable_monitoring = true};
    plan_resctrl(part.c());
    ASSERT_TRUE(part.plan.resctrl);
    EXPECT_TRUE(part.plan.resctrl->own);
    EXPECT_EQ(part.plan.resctrl->group, "c1");
    EXPECT_EQ(part.plan.resctrl->monitoring, "c1");
}

TEST(PlanResctrl, ANamedClassAndTheDefaultOne) {
    Part part;
    part.linux_.intel_rdt = spec::IntelRdt{.clos_id = "gold", .schemata = {"L3:0=1"}};
    part.linux_.intel_rdt->l3_cache_schema = "L3:0=f";
    plan_resctrl(part.c());
    EXPECT_FALSE(part.plan.resctrl->own);
    EXPECT_EQ(part.plan.resctrl->group, "gold");
    EXPECT_EQ(part.plan.resctrl->monitoring, "");
    const std::string dump = dump_text(part.plan);
    EXPECT_NE(dump.find("use the class of service '/gold'"), std::string::npos) << dump;
    EXPECT_LT(dump.find("schemata = L3:0=f"), dump.find("schemata = L3:0=1")) << dump;

    part.linux_.intel_rdt = spec::IntelRdt{.clos_id = "/"};
    plan_resctrl(part.c());
    EXPECT_FALSE(part.plan.resctrl->own);
    EXPECT_EQ(part.plan.resctrl->group, "");
}

TEST(ResctrlLines, AMemoryLineOfTheCacheSchemaGivesWay) {
    using Lines = std::vector<std::string>;
    EXPECT_EQ(resctrl_lines("L3:0=f\nMB:0=1", "MB:0=2"), (Lines{"L3:0=f", "MB:0=2"}));
    EXPECT_EQ(resctrl_lines("L3:0=f\nMB:0=1", ""), (Lines{"L3:0=f", "MB:0=1"}));
    EXPECT_EQ(resctrl_lines("", "MB:0=2"), Lines{"MB:0=2"});
    EXPECT_EQ(resctrl_lines("", ""), Lines{});
}

} // namespace
} // namespace tare::plan
