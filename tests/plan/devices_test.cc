#include "plan/devices.h"

#include "tests/plan/device_bpf.h"
#include "tests/plan/device_model.h"

#include <gtest/gtest.h>
#include <random>

namespace tare::plan {
namespace {

constexpr const char* kOrigin = "config.json#/linux/resources/devices";
using Rules = std::vector<spec::DeviceRule>;

using Question = DeviceQuestion;

std::vector<std::uint64_t> compiled(const Rules& rules) {
    const auto program = compile_devices(rules, kOrigin);
    EXPECT_TRUE(program) << program.error().text;
    return program.value_or(std::vector<std::uint64_t>{});
}

// 2: the program is not valid
std::uint64_t verdict(const std::vector<std::uint64_t>& program, const Question& question) {
    if (program.empty()) return 1;
    std::uint32_t access = 0;
    for (const char c : question.access)
        access |=
            c == 'r' ? BPF_DEVCG_ACC_READ : (c == 'w' ? BPF_DEVCG_ACC_WRITE : BPF_DEVCG_ACC_MKNOD);
    const std::uint32_t type = question.type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK;
    return run_device_program(program, {access << 16 | type, question.major, question.minor})
        .value_or(2);
}

// Every device whose numbers the rules could name, and one that they do not.
void expect_model(const Rules& rules, const std::vector<std::uint32_t>& majors,
                  const std::vector<std::uint32_t>& minors) {
    const std::vector<std::uint64_t> program = compiled(rules);
    for (const char type : {'b', 'c'})
        for (const std::uint32_t major : majors)
            for (const std::uint32_t minor : minors)
                for (const char* access : {"r", "w", "m", "rw", "rm", "wm", "rwm"}) {
                    const Question question{type, major, minor, access};
                    ASSERT_EQ(verdict(program, question), model_allows(rules, question) ? 1u : 0u)
                        << type << " " << major << ":" << minor << " " << access;
                }
}

Rules with_defaults(Rules rules) {
    rules.insert(rules.end(), default_device_rules().begin(), default_device_rules().end());
    return rules;
}

Rules docker_rules() {
    Rules rules = {{.allow = false, .access = "rwm"}};
    for (const std::int64_t minor : {5, 3, 9, 8})
        rules.push_back({.allow = true, .type = "c", .major = 1, .minor = minor, .access = "rwm"});
    for (const std::int64_t minor : {0, 1})
        rules.push_back({.allow = true, .type = "c", .major = 5, .minor = minor, .access = "rwm"});
    rules.push_back({.allow = false, .type = "c", .major = 10, .minor = 229, .access = "rwm"});
    return with_defaults(rules);
}

TEST(CompileDevices, FollowsTheModelForDockersRules) {
    expect_model(docker_rules(), {0, 1, 5, 10, 136, 137, 4095}, {0, 1, 2, 3, 5, 9, 200, 229, 9999});
}

// The verifier's time is part of every start of a container.
TEST(CompileDevices, KeepsDockersProgramShort) {
    EXPECT_LE(compiled(docker_rules()).size(), 26u);
}

TEST(CompileDevices, DeniesWhatNoRuleSpeaksOf) {
    EXPECT_EQ(verdict(compiled({}), {'c', 1, 3, "r"}), 0u);
    EXPECT_EQ(verdict(compiled({{.allow = true, .type = "c"}}), {'b', 1, 3, "r"}), 0u);
}

TEST(CompileDevices, NeedsNoProgramToAllowEverything) {
    EXPECT_TRUE(compiled({{.allow = true}}).empty());
    EXPECT_TRUE(compiled(with_defaults({{.allow = true, .type = "a"}})).empty());
    EXPECT_TRUE(compiled({{.allow = true, .type = "b"}, {.allow = true, .type = "c"}}).empty());
}

TEST(CompileDevices, StartsAnewWithEachRuleForAll) {
    const Rules rules = {{.allow = true, .type = "c", .major = 1},
                         {.allow = false, .type = "a", .major = 7, .minor = 7, .access = "r"}};
    EXPECT_EQ(verdict(compiled(rules), {'c', 1, 3, "r"}), 0u);
}

TEST(CompileDevices, CutsHolesIntoWiderRules) {
    const Rules rules = {{.allow = true, .type = "c", .major = 10},
                         {.allow = false, .type = "c", .major = 10, .minor = 229, .access = "w"}};
    const std::vector<std::uint64_t> program = compiled(rules);
    EXPECT_EQ(verdict(program, {'c', 10, 229, "rw"}), 0u);
    EXPECT_EQ(verdict(program, {'c', 10, 229, "r"}), 1u);
    EXPECT_EQ(verdict(program, {'c', 10, 228, "rw"}), 1u);
}

TEST(CompileDevices, KnowsNumbersUpToTheLast) {
    expect_model({{.allow = true, .type = "b", .major = 4095, .minor = 1048575},
                  {.allow = true, .type = "b", .major = 2048, .minor = 0, .access = "r"},
                  {.allow = true, .type = "b", .major = 4096, .minor = 0},
                  {.allow = true, .type = "b", .major = 0, .minor = 1048576}},
                 {0, 1, 2047, 2048, 4095}, {0, 1, 1048575});
}

spec::DeviceRule random_rule(std::mt19937& random) {
    const auto pick = [&](auto... values) {
        const decltype(std::common_type_t<decltype(values)...>()) list[] = {values...};
        return list[random() % sizeof...(values)];
    };
    spec::DeviceRule rule{.allow = random() % 2 == 0,
                          .type = random() % 12 == 0 ? "a" : pick("b", "c"),
                          .access = pick("", "r", "w", "m", "rw", "wm", "rm", "mwr")};
    const auto number = [&]() -> std::optional<std::int64_t> {
        if (random() % 4 == 0) return std::nullopt;
        return pick(-1, 0, 1, 2, 3);
    };
    rule.major = number();
    rule.minor = number();
    return rule;
}

TEST(CompileDevices, FollowsTheModelForRandomRules) {
    std::mt19937 random(11);
    for (int round = 0; round < 2000; ++round) {
        Rules rules(random() % 9);
        for (spec::DeviceRule& rule : rules)
            rule = random_rule(random);
        ASSERT_NO_FATAL_FAILURE(expect_model(rules, {0, 1, 2, 3, 4}, {0, 1, 2, 3, 4}))
            << "round " << round;
    }
}

TEST(CompileDevices, RefusesWhatMakesNoSense) {
    const auto error_of = [](const Rules& rules) {
        const auto program = compile_devices(rules, kOrigin);
        return program ? "(compiled)" : program.error().text;
    };
    EXPECT_EQ(error_of({{.allow = true, .type = "u"}}),
              "config.json#/linux/resources/devices/0/type: must be a, b or c, got 'u'");
    EXPECT_EQ(error_of({{.allow = true}, {.allow = true, .type = "c", .access = "rx"}}),
              "config.json#/linux/resources/devices/1/access: must be made of r, w and m, got "
              "'rx'");
    EXPECT_EQ(error_of({{.allow = true, .type = "c", .major = -2}}),
              "config.json#/linux/resources/devices/0/major: must be -1 for all, or a device "
              "number, got -2");
    Rules many;
    for (std::int64_t i = 0; i < 400; ++i) {
        many.push_back({.allow = true, .type = "c", .major = i});
        many.push_back({.allow = false, .type = "c", .minor = i});
    }
    EXPECT_EQ(
        error_of(many),
        "config.json#/linux/resources/devices: 800 rules are too many for one device program");
}

} // namespace
} // namespace tare::plan
