#include "init/plan_reader.h"

#include "plan/steps.h"

#include <gtest/gtest.h>

namespace tare::init {
namespace {

using wire::Op;

std::string sample() {
    plan::Steps steps;
    steps.add(Op::kHostname, wire::Value{steps.text("name")}, {});
    steps.add(Op::kReady, {});
    return steps.encode({}, {7, -1});
}

wire::Header& header_of(std::string& plan) {
    return *reinterpret_cast<wire::Header*>(plan.data());
}

TEST(PlanReader, ReadsWhatStepsWrite) {
    const std::string data = sample();
    const Plan plan(data.data(), data.size());
    ASSERT_TRUE(plan.valid());
    ASSERT_EQ(plan.count(), 2u);
    EXPECT_EQ(plan.step(0).op, Op::kHostname);
    EXPECT_STREQ(plan.text(plan.body<wire::Value>(plan.step(0)).value), "name");
    EXPECT_EQ(plan.slot(0), 7);
    EXPECT_EQ(plan.slot(1), -1);
    EXPECT_EQ(plan.slot(wire::kNoSlot), -1);
    EXPECT_STREQ(plan.text(wire::Text{}), "");
    EXPECT_FALSE(plan.broken());
}

TEST(PlanReader, OfAnEarlyInitDescriptorsArePlaces) {
    plan::Steps steps;
    const std::string data = steps.encode({}, {2, 3, -1});
    const int numbers[] = {10, 11, 12};
    const Plan plan(data.data(), data.size(), {numbers, 3});
    EXPECT_TRUE(plan.is_early());
    EXPECT_EQ(plan.slot(0), 12);
    EXPECT_EQ(plan.slot(2), -1);
    EXPECT_EQ(plan.number(1), 11);
    EXPECT_EQ(plan.number(-1), -1);
    EXPECT_FALSE(plan.broken());
    EXPECT_EQ(plan.slot(1), -1);
    EXPECT_TRUE(plan.broken());
}

TEST(PlanReader, RefusesAHeaderThatLies) {
    const std::string good = sample();
    const auto valid = [&](auto change) {
        std::string data = good;
        change(header_of(data));
        return Plan(data.data(), data.size()).valid();
    };
    EXPECT_TRUE(valid([](wire::Header&) {}));
    EXPECT_FALSE(valid([](wire::Header& h) { h.magic = 0; }));
    EXPECT_FALSE(valid([](wire::Header& h) { ++h.size; }));
    EXPECT_FALSE(valid([](wire::Header& h) { h.size = 8; }));
    EXPECT_FALSE(valid([](wire::Header& h) { h.step_count = 1U << 30; }));
    EXPECT_FALSE(valid([](wire::Header& h) { h.steps = h.size + 8; }));
    EXPECT_FALSE(valid([](wire::Header& h) { h.steps |= 1; }));
    EXPECT_FALSE(valid([](wire::Header& h) { h.slot_count = ~0U; }));
    EXPECT_FALSE(Plan(good.data(), sizeof(wire::Header) - 1).valid());
    EXPECT_FALSE(Plan(nullptr, 0).valid());
}

TEST(PlanReader, ReadsNothingOutOfBounds) {
    const std::string data = sample();
    const auto broken = [&](auto use) {
        const Plan plan(data.data(), data.size());
        use(plan);
        return plan.broken();
    };
    const std::uint32_t end = static_cast<std::uint32_t>(data.size());
    EXPECT_TRUE(broken([](const Plan& p) { EXPECT_STREQ(p.text(wire::Text{~0U}), ""); }));
    EXPECT_TRUE(broken([&](const Plan& p) { EXPECT_STREQ(p.text(wire::Text{end}), ""); }));
    EXPECT_TRUE(broken([](const Plan& p) { EXPECT_EQ(p.slot(2), -1); }));
    EXPECT_TRUE(broken([&](const Plan& p) { EXPECT_EQ(p.count(wire::TextList{end - 4, 2}), 0u); }));
    EXPECT_TRUE(broken([&](const Plan& p) { EXPECT_EQ(p.bytes({end - 8, 9}).size, 0u); }));
    EXPECT_TRUE(broken([](const Plan& p) { EXPECT_EQ(p.bytes({8, ~0U}).size, 0u); }));
    EXPECT_TRUE(broken([&](const Plan& p) {
        EXPECT_EQ(p.body<wire::Mount>({.op = Op::kMount, .body = end - 8}).type.at, 0u);
    }));
}

} // namespace
} // namespace tare::init
