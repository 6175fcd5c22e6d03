#include "spec/json/cursor.h"

#include <gtest/gtest.h>

namespace tare::json {
namespace {

Document document(std::string_view text) {
    auto result = parse(text, "f.json");
    EXPECT_TRUE(result) << result.error().text;
    return *std::move(result);
}

TEST(Cursor, NamesEveryPlace) {
    const Document d = document(R"({"a": [1, {"b/c~d": {}}, []], "": [[]], "e\n": 2})");
    const Cursor root = d.root();
    EXPECT_EQ(root.pointer(), "f.json#");
    std::vector<std::string> pointers;
    const auto members = root.object();
    ASSERT_TRUE(members);
    for (const Member& member : *members) {
        pointers.push_back(member.value.pointer());
        if (const auto items = member.value.array())
            for (const Cursor item : *items)
                pointers.push_back(item.pointer());
    }
    EXPECT_EQ(pointers,
              (std::vector<std::string>{"f.json#/a", "f.json#/a/0", "f.json#/a/1", "f.json#/a/2",
                                        "f.json#/", "f.json#//0", "f.json#/e\\n"}));
}

TEST(Cursor, CutsLongNamesInPointers) {
    const Document d = document("{\"" + std::string(199, 'x') + "\xc3\xa9yyy\": 1}");
    const auto members = d.root().object();
    ASSERT_TRUE(members);
    for (const Member& member : *members)
        EXPECT_EQ(member.value.pointer(), "f.json#/" + std::string(199, 'x') + "...");
}

TEST(Cursor, TakesNullForAbsent) {
    const Document d = document(R"({"a": null, "b": 0})");
    EXPECT_FALSE(d.root().find("a"));
    EXPECT_FALSE(d.root().find("c"));
    EXPECT_FALSE(d.root().find("B"));
    EXPECT_TRUE(d.root().find("b"));
    EXPECT_EQ(d.root().require("a").error().text, "f.json#: 'a' is missing");
    EXPECT_EQ(d.root().find("b")->require("x").error().text, "f.json#/b: must be an object");
}

TEST(Cursor, ReadsOnlyIntegersOfTheRange) {
    const struct {
        const char* text;
        const char* signed_error; // of -10 to 10
        const char* unsigned_error;
    } cases[] = {
        {"10", "", ""},
        {"-0", "", ""},
        {"-10", "", "f.json#: must be from 0 to 18446744073709551615"},
        {"11", "f.json#: must be from -10 to 10", ""},
        {"18446744073709551615", "f.json#: must be from -10 to 10", ""},
        {"18446744073709551616", "f.json#: must be from -10 to 10",
         "f.json#: must be from 0 to 18446744073709551615"},
        {"-9223372036854775809", "f.json#: must be from -10 to 10",
         "f.json#: must be from 0 to 18446744073709551615"},
        {"1.0", "f.json#: must be an integer", "f.json#: must be an integer"},
        {"1e1", "f.json#: must be an integer", "f.json#: must be an integer"},
        {"\"1\"", "f.json#: must be an integer", "f.json#: must be an integer"},
        {"true", "f.json#: must be an integer", "f.json#: must be an integer"},
    };
    for (const auto& c : cases) {
        const Document d = document(c.text);
        const auto integer = d.root().integer(-10, 10);
        EXPECT_EQ(integer ? "" : integer.error().text, c.signed_error) << c.text;
        const auto natural = d.root().unsigned_integer(UINT64_MAX);
        EXPECT_EQ(natural ? "" : natural.error().text, c.unsigned_error) << c.text;
    }
    EXPECT_EQ(document("-9223372036854775808").root().integer(INT64_MIN, 0), INT64_MIN);
    EXPECT_EQ(document("18446744073709551615").root().unsigned_integer(UINT64_MAX), UINT64_MAX);
}

TEST(Cursor, ReadsStringsWithEscapes) {
    const Document d =
        document(R"(["a\"\\\/\b\f\n\r\tA\u00e9\ud83d\ude00", "\u0000x", 1, true, {}])");
    std::vector<Cursor> items;
    const auto list = d.root().array();
    ASSERT_TRUE(list);
    for (const Cursor item : *list)
        items.push_back(item);
    EXPECT_EQ(items[0].string(), "a\"\\/\b\f\n\r\tA\xc3\xa9\xf0\x9f\x98\x80");
    EXPECT_EQ(items[1].string().error().text, "f.json#/1: must not contain a NUL character");
    EXPECT_EQ(items[1].text(), std::string_view("\0x", 2));
    EXPECT_EQ(items[2].string().error().text, "f.json#/2: must be a string");
    EXPECT_EQ(items[2].boolean().error().text, "f.json#/2: must be true or false");
    EXPECT_EQ(items[3].boolean(), true);
    EXPECT_EQ(items[3].array().error().text, "f.json#/3: must be an array");
    EXPECT_EQ(items[3].object().error().text, "f.json#/3: must be an object");
    EXPECT_TRUE(items[4].object());
}

} // namespace
} // namespace tare::json
