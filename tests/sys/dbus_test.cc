#include "sys/dbus.h"

#include "tests/sys/fake_bus.h"

#include <gtest/gtest.h>

namespace tare::sys {
namespace {

using namespace std::string_literals;

TEST(BusSockets, TakesUnixOnes) {
    const auto sockets = [](std::string_view address) { return bus_sockets(address); };
    EXPECT_EQ(sockets("unix:path=/run/user/1000/bus"),
              (std::vector<std::string>{"/run/user/1000/bus"}));
    EXPECT_EQ(sockets("unix:path=/a%20b,guid=12;tcp:host=x;unix:abstract=/tmp/dbus-x"),
              (std::vector<std::string>{"/a b", "\0/tmp/dbus-x"s}));
    EXPECT_TRUE(sockets("").empty());
    EXPECT_TRUE(sockets("unix:dir=/tmp").empty());
}

BusMessage ping() {
    return {.path = "/", .interface = "a.b", .member = "Ping", .destination = "a.b"};
}

TEST(Bus, AuthenticatesWithoutNamingAUser) {
    std::string lines;
    {
        FakeBus fake([](const BusMessage& m) { return std::vector{FakeBus::reply(m)}; });
        auto bus = Bus::connect(fake.path(), false, 5000);
        ASSERT_TRUE(bus) << bus.error().text;
        const auto answer = bus->call(ping());
        ASSERT_TRUE(answer) << answer.error().text;
        lines = fake.first_lines();
    }
    EXPECT_EQ(lines, "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"s);
}

TEST(Bus, GreetsABusDaemon) {
    FakeBus fake([](const BusMessage& m) {
        return m.member == "Ping" ? std::vector{FakeBus::reply(m)} : std::vector<BusMessage>{};
    });
    auto bus = Bus::connect(fake.path(), true, 5000);
    ASSERT_TRUE(bus) << bus.error().text;
    ASSERT_TRUE(bus->call(ping()));
    ASSERT_EQ(fake.received().size(), 2u);
    EXPECT_EQ(fake.received()[0].member, "Hello");
    EXPECT_FALSE(fake.received()[0].wants_reply);
}

TEST(Bus, KeepsSignalsThatComeBeforeTheAnswer) {
    FakeBus fake([](const BusMessage& m) {
        const BusMessage one{.type = BusMessageType::kSignal, .path = "/", .member = "One"};
        const BusMessage two{.type = BusMessageType::kSignal, .path = "/", .member = "Two"};
        const BusMessage foreign{.type = BusMessageType::kReturn, .reply_serial = 999};
        return std::vector{one, foreign, FakeBus::reply(m), two};
    });
    auto bus = Bus::connect(fake.path(), false, 5000);
    ASSERT_TRUE(bus && bus->call(ping()));
    EXPECT_EQ(bus->next_signal().value().member, "One");
    EXPECT_EQ(bus->next_signal().value().member, "Two");
}

TEST(Bus, TellsTheErrorOfTheOtherSide) {
    FakeBus fake([](const BusMessage& m) {
        return std::vector{FakeBus::error(m, "a.b.NoSuchUnit", "Unit x not loaded.")};
    });
    auto bus = Bus::connect(fake.path(), false, 5000);
    ASSERT_TRUE(bus) << bus.error().text;
    const auto answer = bus->call(ping());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().text, "Unit x not loaded.");
    EXPECT_EQ(bus->last_error(), "a.b.NoSuchUnit");
}

TEST(Bus, GivesUpInTime) {
    FakeBus fake([](const BusMessage&) { return std::vector<BusMessage>{}; });
    auto bus = Bus::connect(fake.path(), false, 100);
    ASSERT_TRUE(bus) << bus.error().text;
    const auto answer = bus->call(ping());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ETIMEDOUT);
    EXPECT_EQ(answer.error().text, "D-Bus: no answer in time: connection timed out");
}

TEST(Bus, SaysWhoRefusesOrIsNotThere) {
    FakeBus fake([](const BusMessage&) { return std::vector<BusMessage>{}; },
                 "REJECTED EXTERNAL\r\n");
    const auto refused = Bus::connect(fake.path(), false, 5000);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text,
              "D-Bus at '" + fake.path() + "': authentication refused: 'REJECTED EXTERNAL'");
    const auto missing = Bus::connect("/nonexistent/bus", false, 5000);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().text, "connect to '/nonexistent/bus': no such file or directory");
}

} // namespace
} // namespace tare::sys
