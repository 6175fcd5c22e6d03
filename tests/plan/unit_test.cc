#include "plan/unit.h"

#include "plan/cgroup.h"

#include <gtest/gtest.h>

namespace tare::plan {
namespace {

using Strings = std::vector<std::string>;
using Bytes = std::vector<std::uint8_t>;
using Pairs = std::vector<std::pair<std::string, std::string>>;
using Limits = std::vector<std::pair<std::string, std::uint64_t>>;

// ---- Names

const HostFacts kRoot, kUser{.euid = 1000, .can_admin = false};

UnitPlan unit_of(const std::string& path, const HostFacts& host = kRoot,
                 const std::string& id = "c1") {
    CgroupPlan plan{.path = path};
    const Status status = plan_unit(host, {.id = id, .systemd = true}, plan);
    if (!status) return {.name = status.error().text};
    return *plan.unit;
}

const BusValue* property(const std::vector<BusProperty>& list, const std::string& name) {
    for (const BusProperty& each : list)
        if (each.name == name) return &each.value;
    return nullptr;
}

TEST(ExpandSlice, PutsEachBelowItsPrefix) {
    EXPECT_EQ(expand_slice("a.slice").value(), "/a.slice");
    EXPECT_EQ(expand_slice("a-b-c.slice").value(), "/a.slice/a-b.slice/a-b-c.slice");
    EXPECT_EQ(expand_slice("-.slice").value(), "");
}

TEST(ExpandSlice, RefusesWhatIsNone) {
    EXPECT_EQ(expand_slice("a").error().text, "'a' is not a slice: its name must end in .slice");
    EXPECT_EQ(expand_slice(".slice").error().text,
              "'.slice' is not a slice: its name must end in .slice");
    EXPECT_EQ(expand_slice("a--b.slice").error().text,
              "'a--b.slice' is not a slice: a part between dashes is empty");
    EXPECT_EQ(expand_slice("-a.slice").error().text,
              "'-a.slice' is not a slice: a part between dashes is empty");
    EXPECT_EQ(expand_slice("a/../b.slice").error().text,
              "config.json#/linux/cgroupsPath: 'a/../b.slice' cannot be the name of a unit: "
              "letters, digits and :-_.\\@ only");
}

TEST(PlanUnit, NamesAndPlacesIt) {
    const auto name_and_path = [](const UnitPlan& unit) { return unit.name + " " + unit.path; };
    EXPECT_EQ(name_and_path(unit_of("")), "tare-c1.scope /system.slice/tare-c1.scope");
    EXPECT_EQ(name_and_path(unit_of("", kUser)), "tare-c1.scope /user.slice/tare-c1.scope");
    EXPECT_EQ(name_and_path(unit_of("", kRoot, "a+b")),
              "tare-a\\x2bb.scope /system.slice/tare-a\\x2bb.scope");
    EXPECT_EQ(name_and_path(unit_of("kubepods-burstable.slice:cri:x")),
              "cri-x.scope /kubepods.slice/kubepods-burstable.slice/cri-x.scope");
    EXPECT_EQ(name_and_path(unit_of(":docker:x")), "docker-x.scope /system.slice/docker-x.scope");
    EXPECT_EQ(name_and_path(unit_of("-.slice::x")), "x.scope /x.scope");
    EXPECT_EQ(name_and_path(unit_of("a.slice:p:a-b.slice")), "a-b.slice /a.slice/a-b.slice");
}

TEST(PlanUnit, RefusesOtherForms) {
    const std::string form =
        "config.json#/linux/cgroupsPath: expected the form slice:prefix:name for the cgroup manager"
        " 'systemd', got ";
    EXPECT_EQ(unit_of("/docker/x").name, form + "'/docker/x'");
    EXPECT_EQ(unit_of("a:b").name, form + "'a:b'");
    EXPECT_EQ(unit_of("a.slice:b:c/d").name, form + "'a.slice:b:c/d'");
    EXPECT_EQ(unit_of("a.slice:b:").name,
              "config.json#/linux/cgroupsPath: the name in 'a.slice:b:' is empty");
    EXPECT_EQ(unit_of("a:b:c").name, "config.json#/linux/cgroupsPath: 'a' is not a slice: its name "
                                     "must end in .slice");
    EXPECT_EQ(
        unit_of("a.slice:b:c d").name,
        "config.json#/linux/cgroupsPath: 'b-c d.scope' cannot be the name of a unit: letters, "
        "digits and :-_.\\@ only");
    EXPECT_EQ(
        unit_of("a.slice:b:" + std::string(250, 'x')).name.substr(0, 85),
        "config.json#/linux/cgroupsPath: the name of a unit has at most 255 characters, 'b-xxx");
}

TEST(PlanUnit, DelegatesAScope) {
    const UnitPlan scope = unit_of("");
    EXPECT_EQ(*property(scope.properties, "Slice"), BusValue(std::string("system.slice")));
    EXPECT_EQ(*property(scope.properties, "Delegate"), BusValue(true));
    EXPECT_EQ(*property(scope.properties, "Description"),
              BusValue(std::string("tare container c1")));
    const UnitPlan slice = unit_of("a.slice:p:a-b.slice");
    EXPECT_TRUE(slice.is_slice);
    EXPECT_EQ(property(slice.properties, "Delegate"), nullptr);
    EXPECT_EQ(*property(slice.properties, "Wants"), BusValue(Strings{"a.slice"}));
}

// ---- Limits

std::vector<BusProperty> limits_of(const std::string& file, const std::string& value) {
    return unit_limits({{.origin = "o", .file = file, .value = value}});
}

TEST(UnitLimits, TakesNumbersAsTheyAre) {
    EXPECT_EQ(limits_of("memory.max", "1000"), (std::vector<BusProperty>{{"MemoryMax", 1000ul}}));
    EXPECT_EQ(limits_of("memory.swap.max", "max"),
              (std::vector<BusProperty>{{"MemorySwapMax", UINT64_MAX}}));
    EXPECT_EQ(limits_of("memory.low", "5"), (std::vector<BusProperty>{{"MemoryLow", 5ul}}));
    EXPECT_EQ(limits_of("pids.max", "7"), (std::vector<BusProperty>{{"TasksMax", 7ul}}));
    EXPECT_EQ(limits_of("cpu.weight", "100"), (std::vector<BusProperty>{{"CPUWeight", 100ul}}));
    EXPECT_TRUE(limits_of("cpu.weight", "nonsense").empty());
    EXPECT_TRUE(limits_of("hugetlb.2MB.max", "1").empty());
}

TEST(UnitLimits, RoundsTheQuotaUpToPercents) {
    const auto quota = [](const std::string& value) {
        const auto list = limits_of("cpu.max", value);
        return std::get<std::uint64_t>(*property(list, "CPUQuotaPerSecUSec"));
    };
    EXPECT_EQ(quota("50000 100000"), 500'000u);
    EXPECT_EQ(quota("1234 100000"), 20'000u);
    EXPECT_EQ(quota("200000 100000"), 2'000'000u);
    EXPECT_EQ(quota("max 100000"), UINT64_MAX);
    EXPECT_EQ(*property(limits_of("cpu.max", "1 2000"), "CPUQuotaPeriodUSec"), BusValue(2000ul));
    EXPECT_TRUE(limits_of("cpu.max", "1 0").empty());
    EXPECT_TRUE(limits_of("cpu.max", "1").empty());
}

// Any other weight would take it back.
TEST(UnitLimits, IdleIsAWeight) {
    EXPECT_EQ(limits_of("cpu.idle", "1"), (std::vector<BusProperty>{{"CPUWeight", 0ul}}));
    EXPECT_EQ(limits_of("cpu.idle", "0"), (std::vector<BusProperty>{{"CPUWeight", UINT64_MAX}}));
    EXPECT_TRUE(limits_of("cpu.idle", "x").empty());
    const auto both = [](const char* idle) {
        return unit_limits({{.origin = "o", .file = "cpu.idle", .value = idle},
                            {.origin = "o", .file = "cpu.weight", .value = "7"}});
    };
    EXPECT_EQ(both("1"), (std::vector<BusProperty>{{"CPUWeight", 0ul}}));
    EXPECT_EQ(both("0"), (std::vector<BusProperty>{{"CPUWeight", 7ul}}));
}

TEST(UnitLimits, MakesBitsOfLists) {
    const auto bits = [](const std::string& value) {
        const auto list = limits_of("cpuset.cpus", value);
        return list.empty() ? Bytes{0xee} : std::get<Bytes>(list[0].value);
    };
    EXPECT_EQ(bits("0-3,7"), Bytes{0x8f});
    EXPECT_EQ(bits("0-1, 3"), Bytes{0xb});
    EXPECT_EQ(bits("8"), (Bytes{0, 1}));
    EXPECT_EQ(bits("64"), (Bytes{0, 0, 0, 0, 0, 0, 0, 0, 1}));
    EXPECT_EQ(bits(""), Bytes{0xee});
    EXPECT_EQ(bits("3-1"), Bytes{0xee});
    EXPECT_EQ(bits("0-99999"), Bytes{0xee});
    EXPECT_EQ(bits("a"), Bytes{0xee});
    EXPECT_EQ(limits_of("cpuset.mems", "0")[0].name, "AllowedMemoryNodes");
}

TEST(UnitLimits, CollectsDevices) {
    const auto list = unit_limits({
        {.origin = "o", .file = "io.max", .value = "8:0 rbps=100"},
        {.origin = "o", .file = "io.max", .value = "8:16 rbps=max wiops=5"},
        {.origin = "o",
         .file = "io.bfq.weight",
         .value = "10",
         .else_file = "io.weight",
         .else_value = "1"},
        {.origin = "o",
         .file = "io.bfq.weight",
         .value = "8:0 500",
         .else_file = "io.weight",
         .else_value = "8:0 4950"},
    });
    EXPECT_EQ(*property(list, "IOReadBandwidthMax"),
              BusValue(Limits{{"/dev/block/8:0", 100}, {"/dev/block/8:16", UINT64_MAX}}));
    EXPECT_EQ(*property(list, "IOWriteIOPSMax"), BusValue(Limits{{"/dev/block/8:16", 5}}));
    EXPECT_EQ(*property(list, "IOWeight"), BusValue(1ul));
    EXPECT_EQ(*property(list, "IODeviceWeight"), BusValue(Limits{{"/dev/block/8:0", 4950}}));
}

TEST(UnitLimits, TakeTheLastOfAFile) { // linux.resources.unified overrides
    const auto list = unit_limits({{.origin = "o", .file = "pids.max", .value = "7"},
                                   {.origin = "o", .file = "pids.max", .value = "9"}});
    EXPECT_EQ(list, (std::vector<BusProperty>{{"TasksMax", 9ul}}));
}

// ---- Annotations

std::string annotation(std::string_view name, std::string_view value) {
    const auto read = read_unit_annotation(name, value);
    return read ? read->name + " = " + to_text(read->value) : read.error().text;
}

TEST(ReadUnitAnnotation, TakesTheTypesOfProperties) {
    EXPECT_EQ(annotation("SendSIGHUP", "true"), "SendSIGHUP = true");
    EXPECT_EQ(annotation("CollectMode", "'inactive-or-failed'"),
              "CollectMode = 'inactive-or-failed'");
    EXPECT_EQ(annotation("Description", "\"it\\'s\""), "Description = 'it's'");
    EXPECT_EQ(annotation("MemoryMax", "uint64 5"), "MemoryMax = uint64 5");
    EXPECT_EQ(annotation("MemoryMax", "@t 5"), "MemoryMax = uint64 5");
    EXPECT_EQ(annotation("Nice", "-5"), "Nice = -5");
    EXPECT_EQ(annotation("Nice", "uint32 5"), "Nice = uint32 5");
    EXPECT_EQ(annotation("Nice", " int64  -5 "), "Nice = int64 -5");
    EXPECT_EQ(annotation("After", "['a.service', \"b.service\"]"),
              "After = ['a.service', 'b.service']");
    EXPECT_EQ(annotation("After", "@as []"), "After = []");
    EXPECT_EQ(annotation("Weight", "0.5"), "Weight = 0.500000");
}

TEST(ReadUnitAnnotation, TurnsSecondsIntoMicroseconds) {
    EXPECT_EQ(annotation("TimeoutStopSec", "5"), "TimeoutStopUSec = uint64 5000000");
    EXPECT_EQ(annotation("TimeoutStopSec", "uint64 5"), "TimeoutStopUSec = uint64 5000000");
    EXPECT_EQ(annotation("TimeoutStopSec", "1.5"), "TimeoutStopUSec = uint64 1500000");
    EXPECT_EQ(annotation("TimeoutStopUSec", "uint64 5"), "TimeoutStopUSec = uint64 5");
    const std::string no_time = "a time in seconds must be a number, not negative";
    EXPECT_EQ(annotation("TimeoutStopSec", "'5'"), no_time);
    EXPECT_EQ(annotation("TimeoutStopSec", "-5"), no_time);
    EXPECT_EQ(annotation("TimeoutStopSec", "true"), no_time);
}

TEST(ReadUnitAnnotation, RefusesTheRest) {
    EXPECT_EQ(annotation("a-b", "1"), "'a-b' cannot be the name of a property: letters only");
    EXPECT_EQ(annotation("", "1"), "'' cannot be the name of a property: letters only");
    EXPECT_EQ(annotation("Abc", ""), "the value is empty");
    EXPECT_EQ(annotation("Abc", "'x"), "a string has no end");
    EXPECT_EQ(annotation("Abc", "'x' y"), "unexpected 'y' behind the value");
    EXPECT_EQ(annotation("Abc", "[1]"), "a string stands in quotes");
    EXPECT_EQ(annotation("Abc", "['a' 'b']"), "an array without its end, or without a comma");
    EXPECT_EQ(annotation("Abc", "5x"), "'5x' is no number of the type int32");
    EXPECT_EQ(annotation("Abc", "uint32 -1"), "'-1' is no number of the type uint32");
    EXPECT_EQ(annotation("Abc", "uint64"), "'' is no number of the type uint64");
    EXPECT_EQ(annotation("Abc", "1e999"), "'1e999' is no number of the type double");
    EXPECT_EQ(annotation("Abc", "boolean 1"), "'1' is no boolean");
    EXPECT_EQ(annotation("Abc", "hello"),
              "'hello' is neither a type nor a value: strings stand in quotes, and the types are "
              "boolean, int32, uint32, int64, uint64, double, string, @as");
    EXPECT_EQ(annotation("Abc", "(1, 2)"), "'(1' is no number of the type int32");
    EXPECT_EQ(annotation("Abc", "'\xff'"), "a string must be UTF-8");
}

// ---- Together

spec::Config config_with(const std::string& name, const std::string& value) {
    spec::Config config{.annotations = {{name, value}}};
    config.linux_.emplace();
    return config;
}

TEST(PlanCgroup, HasNoUnitWithoutTheDriver) {
    EXPECT_FALSE(plan_cgroup(config_with("org.systemd.property.A", "1"), kRoot).value().unit);
}

TEST(PlanCgroup, SetsPropertiesByAnnotationsOnlyWhenAllowed) {
    const spec::Config config = config_with("org.systemd.property.TimeoutStopSec", "1");
    const CgroupPlan without = plan_cgroup(config, kRoot, {.id = "c1", .systemd = true}).value();
    EXPECT_EQ(property(without.unit->properties, "TimeoutStopUSec"), nullptr);
    EXPECT_EQ(without.warnings,
              Strings{"config.json#/annotations/org.systemd.property.TimeoutStopSec: ignored: "
                      "properties of the unit are set by annotations only with "
                      "--systemd-annotations"});
    const CgroupPlan with =
        plan_cgroup(config, kRoot, {.id = "c1", .systemd = true, .unit_annotations = true}).value();
    EXPECT_EQ(*property(with.unit->properties, "TimeoutStopUSec"), BusValue(1'000'000ul));
    EXPECT_TRUE(with.warnings.empty());
}

TEST(PlanCgroup, LetsNoAnnotationMoveTheUnit) {
    const Options options{.id = "c1", .systemd = true, .unit_annotations = true};
    const auto error = [&](const std::string& name, const std::string& value) {
        const auto plan = plan_cgroup(config_with(name, value), kRoot, options);
        return plan ? "(success)" : plan.error().text;
    };
    EXPECT_EQ(error("org.systemd.property.Slice", "'a.slice'"),
              "config.json#/annotations/org.systemd.property.Slice: is not for annotations to set");
    EXPECT_EQ(error("org.systemd.property.Nice", "x"),
              "config.json#/annotations/org.systemd.property.Nice: 'x' is neither a type nor a "
              "value: strings stand in quotes, and the types are boolean, int32, uint32, int64, "
              "uint64, double, string, @as");
}

TEST(PlanCgroup, AllowsDevicesBeforeThePolicy) {
    spec::Config config;
    config.linux_.emplace().resources.emplace().devices = {
        {.allow = false, .type = "a", .access = "rwm"},
        {.allow = true, .type = "c", .major = 1, .minor = 3, .access = "r"},
        {.allow = true, .type = "b", .major = 8, .access = "rw"},
    };
    const CgroupPlan plan = plan_cgroup(config, kRoot, {.id = "c1", .systemd = true}).value();
    const auto& list = plan.unit->properties;
    ASSERT_GE(list.size(), 2u);
    EXPECT_EQ(list.back(), (BusProperty{"DevicePolicy", std::string("strict")}));
    EXPECT_EQ(list[list.size() - 2].name, "DeviceAllow");
    const Pairs allowed = std::get<Pairs>(list[list.size() - 2].value);
    const auto has = [&](const char* what, const char* access) {
        return std::find(allowed.begin(), allowed.end(),
                         std::pair<std::string, std::string>(what, access))
               != allowed.end();
    };
    EXPECT_TRUE(has("char-*", "m"));
    EXPECT_TRUE(has("/dev/char/1:3", "rwm")); // the default rules allow it whole
    EXPECT_TRUE(has("char-136", "rwm"));
    EXPECT_TRUE(has("block-*", "m"));
    EXPECT_TRUE(has("block-8", "rwm"));
}

TEST(PlanCgroup, LeavesDevicesToThoseWhoMay) {
    spec::Config config;
    config.linux_.emplace();
    const CgroupPlan plan = plan_cgroup(config, kUser, {.id = "c1", .systemd = true}).value();
    EXPECT_EQ(property(plan.unit->properties, "DeviceAllow"), nullptr);
    EXPECT_EQ(property(plan.unit->properties, "DevicePolicy"), nullptr);
}

} // namespace
} // namespace tare::plan
