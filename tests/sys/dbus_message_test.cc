#include "sys/dbus_message.h"

#include <gtest/gtest.h>

namespace tare::sys {
namespace {

std::string bytes_of(std::initializer_list<int> list) {
    std::string text;
    for (const int byte : list)
        text.push_back(static_cast<char>(byte));
    return text;
}

// ---- Values: D-Bus specification, "Marshalling"

TEST(BusWriter, PadsByType) {
    BusWriter out;
    out.byte(1);
    out.u32(2);
    out.value(std::uint64_t{3});
    EXPECT_EQ(out.bytes(), bytes_of({1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(BusWriter, WritesStringsWithLengthAndEnd) {
    BusWriter out;
    out.string("foo");
    out.signature("as");
    EXPECT_EQ(out.bytes(), bytes_of({3, 0, 0, 0, 'f', 'o', 'o', 0, 2, 'a', 's', 0}));
}

// The length of an array leaves out the padding before its first element.
TEST(BusWriter, CountsAnArrayFromItsFirstElement) {
    BusWriter out;
    out.value(std::vector<std::pair<std::string, std::uint64_t>>{{"a", 7}});
    EXPECT_EQ(out.bytes(), bytes_of({16, 0, 0, 0, 0,   0, 0, 0, //
                                     1,  0, 0, 0, 'a', 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0}));
    BusWriter empty;
    empty.end_array(empty.begin_array(8), 8);
    EXPECT_EQ(empty.bytes(), bytes_of({0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(BusWriter, WritesProperties) {
    BusWriter out;
    out.properties({{"A", true}});
    EXPECT_EQ(out.bytes(), bytes_of({16, 0, 0, 0, 0,   0, 0, 0, //
                                     1,  0, 0, 0, 'A', 0, 1, 'b', 0, 0, 0, 0, 1, 0, 0, 0}));
}

TEST(BusSignature, NamesEachType) {
    EXPECT_EQ(bus_signature(true), "b");
    EXPECT_EQ(bus_signature(std::uint64_t{1}), "t");
    EXPECT_EQ(bus_signature(std::string("x")), "s");
    EXPECT_EQ(bus_signature(std::vector<std::uint8_t>{1}), "ay");
    EXPECT_EQ(bus_signature(std::vector<std::pair<std::string, std::uint64_t>>{}), "a(st)");
}

// ---- Messages

BusMessage example() {
    BusWriter body;
    body.string("tare-c1.scope");
    body.string("replace");
    return {.serial = 7,
            .path = "/org/freedesktop/systemd1",
            .interface = "org.freedesktop.systemd1.Manager",
            .member = "StopUnit",
            .destination = "org.freedesktop.systemd1",
            .signature = "ss",
            .body = body.bytes()};
}

TEST(WriteBusMessage, IsReadAsItWas) {
    const std::string bytes = write_bus_message(example());
    EXPECT_EQ(bus_message_size(bytes, 4096).value(), bytes.size());
    const auto read = read_bus_message(bytes);
    ASSERT_TRUE(read) << read.error().text;
    EXPECT_EQ(read->type, BusMessageType::kCall);
    EXPECT_TRUE(read->wants_reply);
    EXPECT_EQ(read->serial, 7u);
    EXPECT_EQ(read->path, "/org/freedesktop/systemd1");
    EXPECT_EQ(read->interface, "org.freedesktop.systemd1.Manager");
    EXPECT_EQ(read->member, "StopUnit");
    EXPECT_EQ(read->destination, "org.freedesktop.systemd1");
    EXPECT_EQ(read->signature, "ss");
    EXPECT_EQ(bus_strings(*read), (std::vector<std::string>{"tare-c1.scope", "replace"}));
}

// As dbus-send --type=signal --print-reply sends it, with the sender that a bus daemon adds.
TEST(ReadBusMessage, LeavesOutFieldsItDoesNotNeed) {
    BusWriter out;
    out.byte('l');
    out.byte(4); // signal
    out.byte(1);
    out.byte(1);
    out.u32(0);
    out.u32(9);
    const std::size_t fields = out.begin_array(8);
    out.byte(7); // the sender
    out.signature("s");
    out.string(":1.2");
    out.align(8);
    out.byte(3);
    out.signature("s");
    out.string("JobRemoved");
    out.align(8);
    out.byte(200); // of a later protocol
    out.signature("u");
    out.u32(1);
    out.end_array(fields, 8);
    out.align(8);
    const auto read = read_bus_message(out.bytes());
    ASSERT_TRUE(read) << read.error().text;
    EXPECT_EQ(read->type, BusMessageType::kSignal);
    EXPECT_EQ(read->member, "JobRemoved");
    EXPECT_FALSE(read->wants_reply);
}

TEST(ReadBusMessage, RefusesWhatIsNone) {
    const std::string good = write_bus_message(example());
    const auto error = [](const std::string& bytes) {
        const auto read = read_bus_message(bytes);
        return read ? "(success)" : read.error().text;
    };
    EXPECT_EQ(error(good.substr(0, good.size() - 1)),
              "D-Bus: a message of " + std::to_string(good.size()) + " bytes, more than "
                  + std::to_string(good.size() - 1));
    EXPECT_EQ(error(good + "x"), "D-Bus: a message is cut off");
    EXPECT_EQ(error("OK 1234deadbeef\r\n"), "D-Bus: a message starts with 'O'");
    std::string version = good;
    version[3] = 2;
    EXPECT_EQ(error(version), "D-Bus: a message of another version of the protocol");
    std::string field = good;
    field[20] = 127; // the length of the path
    field[21] = 127;
    EXPECT_EQ(error(field), "D-Bus: a message whose header makes no sense");
}

TEST(BusMessageSize, NeedsTheFixedHeader) {
    const std::string bytes = write_bus_message(example());
    EXPECT_EQ(bus_message_size("", 4096).value(), 0u);
    EXPECT_EQ(bus_message_size(bytes.substr(0, 15), 4096).value(), 0u);
    EXPECT_EQ(bus_message_size(bytes.substr(0, 16), 4096).value(), bytes.size());
    EXPECT_EQ(bus_message_size(bytes.substr(0, 16), 100).error().text,
              "D-Bus: a message of " + std::to_string(bytes.size()) + " bytes, more than 100");
}

TEST(BusStrings, StopsAtWhatIsNone) {
    BusWriter body;
    body.u32(12);
    body.string("/job/12");
    body.string("a.scope");
    const auto strings = [&](const char* signature) {
        return bus_strings({.signature = signature, .body = body.bytes()});
    };
    EXPECT_EQ(strings("uos"), (std::vector<std::string>{"/job/12", "a.scope"}));
    EXPECT_EQ(strings("uoss"), (std::vector<std::string>{"/job/12", "a.scope"})); // too short
    EXPECT_EQ(strings("uots"), (std::vector<std::string>{"/job/12"}));
    BusWriter variant;
    variant.variant(std::string("/user.slice"));
    EXPECT_EQ(bus_strings({.signature = "v", .body = variant.bytes()}),
              (std::vector<std::string>{"/user.slice"}));
    BusWriter number;
    number.variant(std::uint32_t{1});
    EXPECT_TRUE(bus_strings({.signature = "v", .body = number.bytes()}).empty());
}

std::string variant_of(const std::string& signature, const std::string& body) {
    const auto value = bus_variant({.signature = signature, .body = body});
    return value ? to_text(*value) : value.error().text;
}

TEST(BusVariant, ReadsTheTypesOfLimits) {
    const auto again = [](const BusValue& value) {
        BusWriter body;
        body.variant(value);
        return variant_of("v", body.bytes());
    };
    using Limits = std::vector<std::pair<std::string, std::uint64_t>>;
    EXPECT_EQ(again(std::uint64_t{5}), "uint64 5");
    EXPECT_EQ(again(std::vector<std::uint8_t>{1, 255}), "[byte 0x01, byte 0xff]");
    EXPECT_EQ(again(std::vector<std::uint8_t>{}), "[]");
    EXPECT_EQ(again(Limits{{"/dev/a", 1}, {"/b", 2}}), "[('/dev/a', uint64 1), ('/b', uint64 2)]");
    EXPECT_EQ(again(Limits{}), "[]");
}

TEST(BusVariant, RefusesTheRest) {
    BusWriter text, number;
    text.variant(std::string("x"));
    number.variant(std::uint64_t{5});
    const std::string expected = "D-Bus: expected a variant with t, ay or a(st), got ";
    EXPECT_EQ(variant_of("v", text.bytes()), expected + "'v s'");
    EXPECT_EQ(variant_of("s", number.bytes()), expected + "'s '");
    EXPECT_EQ(variant_of("v", ""), expected + "'v '");
    EXPECT_EQ(variant_of("v", number.bytes().substr(0, 12)), "D-Bus: a variant is cut off");
}

} // namespace
} // namespace tare::sys
