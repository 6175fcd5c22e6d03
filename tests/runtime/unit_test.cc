#include "runtime/unit.h"

#include "tests/sys/fake_bus.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

// An update of a unit's limits, with a manager that the tests play and a directory as its cgroup;
// tests/integration/cases/systemd.sh has real ones.

namespace tare::runtime {
namespace {

using sys::BusMessage;
using sys::BusWriter;
using sys::FakeBus;
using Messages = std::vector<BusMessage>;
using Properties = std::vector<BusProperty>;
using DeviceLimits = std::vector<std::pair<std::string, std::uint64_t>>;

constexpr const char* kUnit = "tare-c1.scope";

class UpdateUnit : public testing::Test {
protected:
    UpdateUnit() {
        char name[] = "/tmp/tare-unit-XXXXXX";
        cgroup_ = ::mkdtemp(name);
        put("pids.max", "100\n");
        put("cpu.max", "50000 10000\n");
    }
    ~UpdateUnit() override { (void)!::system(("rm -rf " + cgroup_).c_str()); }

    void put(const std::string& file, const std::string& text) const {
        std::ofstream(cgroup_ + "/" + file) << text;
    }
    std::string get(const std::string& file) const {
        std::stringstream text;
        text << std::ifstream(cgroup_ + "/" + file).rdbuf();
        return text.str();
    }

    // As systemd does: Get has `now`, and what is set reaches the files after the answer, before
    // that to the next call.
    FakeBus::Answers manager(BusValue now) {
        return [this, now](const BusMessage& call) -> Messages {
            if (call.member == "SetUnitProperties") {
                put("cpu.max", "25000 50000\n");
                return {FakeBus::reply(call)};
            }
            const bool of_unit = call.path != "/org/freedesktop/systemd1";
            BusWriter body;
            body.variant(of_unit ? now : BusValue(std::string("/")));
            return {FakeBus::reply(call, "v", body)};
        };
    }

    Status update(const FakeBus& fake, std::vector<plan::CgroupWrite> writes,
                  const Status& last = {}) {
        Systemd systemd(sys::Bus::connect(fake.path(), false, 5000).value());
        const plan::CgroupPlan plan{.unit = plan::UnitPlan{.name = kUnit},
                                    .writes = std::move(writes)};
        return update_unit(systemd, kUnit, cgroup_, plan, [&] { return last; });
    }

    std::string cgroup_;
};

std::string error_of(const Status& status) {
    return status ? "(success)" : status.error().text;
}

// What was set, call by call.
std::vector<std::string> settings(const FakeBus& fake) {
    std::vector<std::string> bodies;
    for (const BusMessage& message : fake.received())
        if (message.member == "SetUnitProperties") bodies.push_back(message.body);
    return bodies;
}

std::string setting(const Properties& properties) {
    BusWriter body;
    body.string(kUnit);
    body.boolean(true);
    body.properties(properties);
    return body.bytes();
}

const plan::CgroupWrite kQuota{.origin = "--cpu-quota", .file = "cpu.max", .value = "12345 50000"};
const plan::CgroupWrite kPids{.origin = "--pids-limit", .file = "pids.max", .value = "160"};
const plan::CgroupWrite kNothing{
    .origin = "(options)#/unified/pids.nosuch", .file = "pids.nosuch", .value = "1"};

TEST_F(UpdateUnit, SetsPropertiesThenFiles) {
    FakeBus fake(manager(std::uint64_t{100}));
    EXPECT_EQ(error_of(update(fake, {kQuota, kPids})), "(success)");
    EXPECT_EQ(settings(fake), std::vector{setting({{"CPUQuotaPerSecUSec", std::uint64_t{250'000}},
                                                   {"CPUQuotaPeriodUSec", std::uint64_t{50'000}},
                                                   {"TasksMax", std::uint64_t{160}}})});
    EXPECT_EQ(get("pids.max"), "160\n");
    EXPECT_EQ(get("cpu.max"), "12345 50000\n"); // systemd's own value was coarser
}

TEST_F(UpdateUnit, AsksForTheOldValuesOfTheUnit) {
    FakeBus fake(manager(std::uint64_t{100}));
    EXPECT_TRUE(update(fake, {kPids}));
    const BusMessage& call = fake.received()[0];
    EXPECT_EQ(call.path, "/org/freedesktop/systemd1/unit/tare_2dc1_2escope");
    EXPECT_EQ(call.member, "Get");
    EXPECT_EQ(sys::bus_strings(call),
              (std::vector<std::string>{"org.freedesktop.systemd1.Scope", "TasksMax"}));
}

TEST_F(UpdateUnit, BringsBothBackWhenAFileCannotBeWritten) {
    FakeBus fake(manager(std::uint64_t{4915}));
    EXPECT_EQ(error_of(update(fake, {kQuota, kPids, kNothing})),
              "(options)#/unified/pids.nosuch: needs 'pids.nosuch' of the controller 'pids', which "
              "systemd has not given to '"
                  + cgroup_ + "'; for users Delegate= of user@.service says which ones it gives");
    ASSERT_EQ(settings(fake).size(), 2u);
    EXPECT_EQ(settings(fake)[1], setting({{"CPUQuotaPerSecUSec", std::uint64_t{4915}},
                                          {"CPUQuotaPeriodUSec", std::uint64_t{4915}},
                                          {"TasksMax", std::uint64_t{4915}}}));
    EXPECT_EQ(get("pids.max"), "100\n");
    EXPECT_EQ(get("cpu.max"), "50000 10000\n");
}

TEST_F(UpdateUnit, BringsBothBackWhenItCannotBeRemembered) {
    FakeBus fake(manager(std::uint64_t{4915}));
    EXPECT_EQ(error_of(update(fake, {kPids}, invalid("the disk is full"))), "the disk is full");
    EXPECT_EQ(settings(fake).size(), 2u);
    EXPECT_EQ(get("pids.max"), "100\n");
}

// Entries come beside those that are there: an empty list first takes them away.
TEST_F(UpdateUnit, ReplacesListsOfDevicesWhenItUndoes) {
    put("io.max", "8:0 rbps=100 wbps=max riops=max wiops=max\n");
    const DeviceLimits before{{"/dev/block/8:0", 100}};
    FakeBus fake(manager(before));
    EXPECT_FALSE(
        update(fake, {{.origin = "o", .file = "io.max", .value = "8:16 rbps=5"}, kNothing}));
    ASSERT_EQ(settings(fake).size(), 2u);
    EXPECT_EQ(settings(fake)[1],
              setting({{"IOReadBandwidthMax", DeviceLimits()}, {"IOReadBandwidthMax", before}}));
}

TEST_F(UpdateUnit, ChangesNothingWhenSystemdRefuses) {
    const FakeBus::Answers answers = manager(std::uint64_t{1});
    FakeBus fake([&](const BusMessage& call) -> Messages {
        if (call.member != "SetUnitProperties") return answers(call);
        return {FakeBus::error(call, "org.freedesktop.DBus.Error.InvalidArgs",
                               "TasksMax= is out of range")};
    });
    EXPECT_EQ(error_of(update(fake, {kPids})),
              "systemd: set TasksMax of the unit 'tare-c1.scope': TasksMax= is out of range");
    EXPECT_EQ(get("pids.max"), "100\n");
    EXPECT_EQ(settings(fake).size(), 1u);
}

} // namespace
} // namespace tare::runtime
