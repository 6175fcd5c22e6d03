#include "runtime/systemd.h"

#include "tests/sys/fake_bus.h"

#include <algorithm>
#include <gtest/gtest.h>

// Against a manager that the tests play; tests/integration/cases/systemd.sh has a real one.

namespace tare::runtime {
namespace {

using sys::BusMessage;
using sys::BusMessageType;
using sys::BusWriter;
using sys::FakeBus;
using Messages = std::vector<BusMessage>;

BusMessage job_reply(const BusMessage& call, const char* job) {
    BusWriter body;
    body.string(job);
    return FakeBus::reply(call, "o", body);
}

BusMessage job_removed(const char* job, const char* unit, const char* result) {
    BusWriter body;
    body.u32(1);
    body.string(job);
    body.string(unit);
    body.string(result);
    return {.type = BusMessageType::kSignal,
            .path = "/org/freedesktop/systemd1",
            .interface = "org.freedesktop.systemd1.Manager",
            .member = "JobRemoved",
            .signature = "uoss",
            .body = body.bytes()};
}

// A manager whose jobs end with `result`, after that of somebody else.
FakeBus::Answers manager(const char* result) {
    return [result](const BusMessage& call) -> Messages {
        if (!call.wants_reply) return {};
        return {job_reply(call, "/job/7"), job_removed("/job/6", "other.scope", "failed"),
                job_removed("/job/7", "tare-c1.scope", result)};
    };
}

Systemd connect(const FakeBus& fake, bool is_bus = false) {
    return Systemd(sys::Bus::connect(fake.path(), is_bus, 5000).value());
}

std::vector<std::string> calls(const FakeBus& fake) {
    std::vector<std::string> names;
    for (const BusMessage& message : fake.received())
        names.push_back(message.member);
    return names;
}

template <class T>
std::string error_of(const Result<T>& result) {
    return result ? "(success)" : result.error().text;
}

const plan::UnitPlan kUnit{.name = "tare-c1.scope",
                           .path = "/system.slice/tare-c1.scope",
                           .properties = {{"Delegate", true}}};

TEST(Systemd, WaitsForTheJobOfAStart) {
    FakeBus fake(manager("done"));
    Systemd systemd = connect(fake);
    EXPECT_EQ(error_of(systemd.start(kUnit, 42)), "(success)");
    ASSERT_EQ(calls(fake), std::vector<std::string>{"StartTransientUnit"});
    const BusMessage& call = fake.received()[0];
    EXPECT_EQ(call.signature, "ssa(sv)a(sa(sv))");
    BusWriter expected;
    expected.string("tare-c1.scope");
    expected.string("replace");
    expected.properties({{"Delegate", true}, {"PIDs", std::vector<std::uint32_t>{42}}});
    expected.end_array(expected.begin_array(8), 8);
    EXPECT_EQ(call.body, expected.bytes());
}

TEST(Systemd, PutsNoProcessIntoASlice) {
    FakeBus fake(manager("done"));
    Systemd systemd = connect(fake);
    EXPECT_TRUE(systemd.start({.name = "a.slice", .path = "/a.slice", .is_slice = true}, 42));
    EXPECT_EQ(fake.received()[0].body.find("PIDs"), std::string::npos);
}

TEST(Systemd, AsksABusForTheSignalFirst) {
    FakeBus fake(manager("done"));
    Systemd systemd = connect(fake, true);
    EXPECT_TRUE(systemd.start(kUnit, 42));
    EXPECT_EQ(calls(fake),
              (std::vector<std::string>{"Hello", "AddMatch", "Subscribe", "StartTransientUnit"}));
    EXPECT_EQ(sys::bus_strings(fake.received()[1])[0],
              "type='signal',sender='org.freedesktop.systemd1',interface='org.freedesktop.systemd1."
              "Manager',member='JobRemoved',arg2='tare-c1.scope'");
}

TEST(Systemd, SaysHowAJobEnded) {
    FakeBus fake(manager("timeout"));
    Systemd systemd = connect(fake);
    EXPECT_EQ(
        error_of(systemd.start(kUnit, 42)),
        "systemd: start the unit 'tare-c1.scope': the job ends with 'timeout'; its log has the "
        "reason (journalctl -u tare-c1.scope)");
}

// A unit that has failed is kept until somebody has looked at it, or says that he does not want to.
TEST(Systemd, ClearsADeadUnitAway) {
    int starts = 0;
    FakeBus fake([&](const BusMessage& call) -> Messages {
        if (call.member == "ResetFailedUnit") return {FakeBus::reply(call)};
        if (++starts == 1)
            return {FakeBus::error(call, "org.freedesktop.systemd1.UnitExists",
                                   "Unit tare-c1.scope was already loaded.")};
        return manager("done")(call);
    });
    Systemd systemd = connect(fake);
    EXPECT_EQ(error_of(systemd.start(kUnit, 42)), "(success)");
    EXPECT_EQ(calls(fake), (std::vector<std::string>{"StartTransientUnit", "ResetFailedUnit",
                                                     "StartTransientUnit"}));
}

TEST(Systemd, LeavesALivingUnitAlone) {
    FakeBus fake([&](const BusMessage& call) -> Messages {
        if (call.member == "ResetFailedUnit") return {FakeBus::reply(call)};
        return {FakeBus::error(call, "org.freedesktop.systemd1.UnitExists", "Unit exists.")};
    });
    Systemd systemd = connect(fake);
    const Status started = systemd.start(kUnit, 42);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, EEXIST);
    EXPECT_EQ(started.error().text, "systemd: start the unit 'tare-c1.scope': Unit exists.");
}

TEST(Systemd, TellsWhatItRefuses) {
    FakeBus fake([](const BusMessage& call) -> Messages {
        return {FakeBus::error(call, "org.freedesktop.DBus.Error.PropertyReadOnly",
                               "Cannot set property Foo, or unknown property.")};
    });
    Systemd systemd = connect(fake);
    EXPECT_EQ(error_of(systemd.start(kUnit, 42)),
              "systemd: start the unit 'tare-c1.scope': Cannot set property Foo, or unknown "
              "property.");
}

TEST(Systemd, StopsAndWaits) {
    FakeBus fake(manager("canceled"));
    Systemd systemd = connect(fake);
    EXPECT_EQ(error_of(systemd.stop("tare-c1.scope")), "(success)");
    EXPECT_EQ(calls(fake), std::vector<std::string>{"StopUnit"});
    FakeBus empty([](const BusMessage& call) -> Messages {
        return {FakeBus::error(call, "org.freedesktop.systemd1.NoSuchUnit", "Unit not loaded.")};
    });
    Systemd other = connect(empty);
    EXPECT_EQ(error_of(other.stop("tare-c1.scope")), "(success)");
}

TEST(Systemd, FindsItsCgroup) {
    FakeBus fake([](const BusMessage& call) -> Messages {
        BusWriter body;
        body.variant(std::string("/user.slice/user-1000.slice/user@1000.service"));
        return {FakeBus::reply(call, "v", body)};
    });
    Systemd systemd = connect(fake);
    EXPECT_EQ(systemd.control_group().value(), "/user.slice/user-1000.slice/user@1000.service");
    EXPECT_EQ(sys::bus_strings(fake.received()[0]),
              (std::vector<std::string>{"org.freedesktop.systemd1.Manager", "ControlGroup"}));
}

TEST(Systemd, ReadsProperties) {
    FakeBus fake([](const BusMessage& call) -> Messages {
        BusWriter body;
        body.variant(std::uint64_t{7});
        return {FakeBus::reply(call, "v", body)};
    });
    Systemd systemd = connect(fake);
    EXPECT_EQ(systemd.read_properties("7a.b-c.slice", {"TasksMax", "MemoryMax"}).value(),
              (std::vector<BusProperty>{{"TasksMax", std::uint64_t{7}},
                                        {"MemoryMax", std::uint64_t{7}}}));
    EXPECT_EQ(fake.received()[1].path, "/org/freedesktop/systemd1/unit/_37a_2eb_2dc_2eslice");
    EXPECT_EQ(sys::bus_strings(fake.received()[1]),
              (std::vector<std::string>{"org.freedesktop.systemd1.Slice", "MemoryMax"}));
}

TEST(Systemd, SaysWhichPropertyItCannotRead) {
    FakeBus fake([](const BusMessage& call) -> Messages { return {FakeBus::reply(call)}; });
    Systemd systemd = connect(fake);
    EXPECT_EQ(error_of(systemd.read_properties("a.scope", {"TasksMax"})),
              "systemd: read TasksMax of the unit 'a.scope': D-Bus: expected a variant with t, ay "
              "or a(st), got ' '");
}

TEST(Systemd, SetsPropertiesAndMovesProcesses) {
    FakeBus fake([](const BusMessage& call) -> Messages { return {FakeBus::reply(call)}; });
    Systemd systemd = connect(fake);
    EXPECT_TRUE(systemd.set_properties("tare-c1.scope", {{"TasksMax", std::uint64_t{5}}}));
    EXPECT_TRUE(systemd.attach("tare-c1.scope", "/init.scope", 42));
    ASSERT_EQ(calls(fake), (std::vector<std::string>{
                               "SetUnitProperties",
                               "Get", // whose answer comes once the files are written
                               "AttachProcessesToUnit",
                           }));
    EXPECT_EQ(fake.received()[0].signature, "sba(sv)");
    EXPECT_EQ(fake.received()[2].signature, "ssau");
    EXPECT_EQ(sys::bus_strings(fake.received()[2]),
              (std::vector<std::string>{"tare-c1.scope", "/init.scope"}));
}

// What of these properties the systemd of that version is told.
std::string told(const std::string& version, const std::vector<BusProperty>& properties) {
    FakeBus fake([&](const BusMessage& call) -> Messages {
        if (call.member != "Get") return {FakeBus::reply(call)};
        BusWriter body;
        body.variant(version);
        return {FakeBus::reply(call, "v", body)};
    });
    Systemd systemd = connect(fake);
    EXPECT_EQ(error_of(systemd.set_properties("a.scope", properties)), "(success)");
    std::string out;
    for (const BusMessage& call : fake.received())
        for (const std::string name : {"CPUWeight", "TasksMax", "Version"})
            if (call.body.find(name) != call.body.npos) out += name + " ";
    return out;
}

TEST(Systemd, SaysIdleWhereThatIsUnderstood) {
    const BusProperty idle{"CPUWeight", std::uint64_t{0}}, tasks{"TasksMax", std::uint64_t{5}};
    EXPECT_EQ(told("252.19-1~deb12u1", {idle, tasks}), "Version CPUWeight TasksMax ");
    EXPECT_EQ(told("v257", {idle}), "Version CPUWeight ");
    EXPECT_EQ(told("251.4", {idle, tasks}), "Version TasksMax ");
    EXPECT_EQ(told("247", {{"CPUWeight", std::uint64_t{1}}}), "CPUWeight "); // not asked
}

TEST(Systemd, GivesUpOnSilence) {
    FakeBus fake([](const BusMessage& call) -> Messages {
        return {{.type = BusMessageType::kSignal, .reply_serial = call.serial, .member = "Bye"}};
    });
    auto bus = sys::Bus::connect(fake.path(), false, 100);
    Systemd systemd(*std::move(bus));
    EXPECT_EQ(error_of(systemd.stop("tare-c1.scope")),
              "systemd: stop the unit 'tare-c1.scope': D-Bus: no answer in time: connection timed "
              "out");
}

// ---- Where it may be

const char* nothing(const char*) {
    return nullptr;
}
const char* of_a_user(const char* name) {
    if (std::string(name) == "XDG_RUNTIME_DIR") return "/run/user/7";
    return std::string(name) == "DBUS_SESSION_BUS_ADDRESS" ? "unix:path=/tmp/s" : nullptr;
}
const char* elsewhere(const char*) {
    return "unix:path=/tmp/x";
}

TEST(ManagerSockets, PrefersItsOwn) {
    using Sockets = std::vector<ManagerSocket>;
    EXPECT_EQ(manager_sockets(false, nothing),
              (Sockets{{"/run/systemd/private", false}, {"/run/dbus/system_bus_socket", true}}));
    EXPECT_EQ(manager_sockets(false, elsewhere),
              (Sockets{{"/run/systemd/private", false}, {"/tmp/x", true}}));
    EXPECT_EQ(manager_sockets(true, of_a_user), (Sockets{{"/run/user/7/systemd/private", false},
                                                         {"/run/user/7/bus", true},
                                                         {"/tmp/s", true}}));
    EXPECT_TRUE(manager_sockets(true, nothing).empty());
}

} // namespace
} // namespace tare::runtime
