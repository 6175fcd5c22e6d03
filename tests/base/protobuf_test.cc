#include "base/protobuf.h"

#include <gtest/gtest.h>

namespace tare::protobuf {
namespace {

std::string hex(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        char text[4];
        std::snprintf(text, sizeof text, "%02x ", static_cast<unsigned>(c) & 0xff);
        out += text;
    }
    return out.substr(0, out.empty() ? 0 : out.size() - 1);
}

// "1=5 2='x'", or the error.
std::string fields(std::string_view message) {
    Reader reader(message);
    std::string out;
    for (;;) {
        const auto field = reader.next();
        if (!field) return field.error().text;
        if (!*field) return out;
        out += (out.empty() ? "" : " ") + std::to_string((*field)->number) + "=";
        out += (*field)->is_text ? "'" + std::string((*field)->text) + "'"
                                 : std::to_string((*field)->integer);
    }
}

// The examples of the format's own description.
TEST(Protobuf, WritesWhatTheSpecificationShows) {
    Writer number, text, negative, large;
    number.integer(1, 150);
    EXPECT_EQ(hex(number.take()), "08 96 01");
    text.text(2, "testing");
    EXPECT_EQ(hex(text.take()), "12 07 74 65 73 74 69 6e 67");
    negative.integer(1, -2);
    EXPECT_EQ(hex(negative.take()), "08 fe ff ff ff ff ff ff ff ff 01");
    large.boolean(64, true);
    EXPECT_EQ(hex(large.take()), "80 04 01");
}

TEST(Protobuf, ReadsWhatItWrites) {
    Writer inner, outer;
    inner.text(1, "key");
    inner.integer(2, -1);
    outer.unsigned_integer(7, 0xffffffffffffffff);
    outer.text(300, inner.take());
    outer.text(4, "");
    const std::string message = outer.take();
    Reader reader(message);
    EXPECT_EQ(reader.next()->value().integer, 0xffffffffffffffff);
    EXPECT_EQ(fields(reader.next()->value().text), "1='key' 2=18446744073709551615");
    EXPECT_EQ(reader.next()->value().text, "");
    EXPECT_FALSE(reader.next()->has_value());
}

TEST(Protobuf, ReadsFixedNumbers) {
    using namespace std::string_view_literals;
    EXPECT_EQ(fields("\x0d\x01\x00\x00\x80"sv), "1=2147483649");
    EXPECT_EQ(fields("\x09\x01\x00\x00\x00\x00\x00\x00\x80"sv), "1=9223372036854775809");
}

TEST(Protobuf, RefusesWhatIsNone) {
    using namespace std::string_view_literals;
    EXPECT_EQ(fields("\x08"), "protobuf message: ends within a number");
    EXPECT_EQ(fields("\x08\x96"), "protobuf message: ends within a number");
    EXPECT_EQ(fields("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
              "protobuf message: a number of more than 64 bits");
    EXPECT_EQ(fields("\x12\x07testin"), "protobuf message: ends within a field");
    EXPECT_EQ(fields("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
              "protobuf message: ends within a field");
    EXPECT_EQ(fields("\x0d\x01\x00"sv), "protobuf message: ends within a field");
    EXPECT_EQ(fields("\x00\x01"sv), "protobuf message: a field number out of range");
    EXPECT_EQ(fields("\x0b"), "protobuf message: a field of an unknown wire type");
}

} // namespace
} // namespace tare::protobuf
