#include "spec/json/cursor.h"

#include <gtest/gtest.h>

namespace tare::json {
namespace {

std::string error_of(std::string_view text) {
    const auto document = parse(text, "f.json");
    return document ? "no error" : document.error().text;
}

TEST(Parse, SaysWhereATextIsNotJson) {
    const struct {
        std::string_view text;
        const char* error;
    } cases[] = {
        {"", "f.json:1:1: the text is empty"},
        {"  \n ", "f.json:2:2: the text is empty"},
        {"{]", "f.json:1:2: expected a member's name in double quotes"},
        {"{\n  \"a\" 1}", "f.json:2:7: expected ':' after a member's name"},
        {"{\"a\":1 \"b\":2}", "f.json:1:8: expected ',' or '}' after a member"},
        {"{\"a\":1,}", "f.json:1:8: expected a member's name in double quotes"},
        {"[1 2]", "f.json:1:4: expected ',' or ']' after an item"},
        {"[1,]", "f.json:1:4: expected a JSON value"},
        {"[tru]", "f.json:1:5: expected a JSON value"},
        {"{} {}", "f.json:1:4: something follows the JSON value"},
        {"{}\n// no comments", "f.json:2:1: something follows the JSON value"},
        {"{\"a\":\n", "f.json:2:1: expected a JSON value"},
        {"[\"a", "f.json:1:4: a string is not closed"},
        {"[\"\xc3\xa9\", ?]", "f.json:1:7: expected a JSON value"}, // a column is a character
        {"[01]", "f.json:1:3: expected ',' or ']' after an item"},
        {"[+1]", "f.json:1:2: expected a JSON value"},
        {"[1.]", "f.json:1:4: expected digits after the decimal point"},
        {"[1e]", "f.json:1:4: expected digits in the exponent"},
        {"[NaN]", "f.json:1:2: expected a JSON value"},
        {"\xef\xbb\xbf{}", "f.json:1:1: expected a JSON value"}, // a byte order mark
        {"['a']", "f.json:1:2: expected a JSON value"},
        {"[\"\\x\"]", "f.json:1:3: an unknown escape in a string"},
        {"[\"\\u12g4\"]", "f.json:1:3: expected four hexadecimal digits after '\\u'"},
        {"[\"a\tb\"]", "f.json:1:4: a control character in a string must be written as \\u00XX"},
        {{"{}\0", 3}, "f.json:1:3: a NUL byte"},
        {{"\0", 1}, "f.json:1:1: a NUL byte"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(error_of(c.text), c.error) << c.text;
}

TEST(Parse, RefusesWhatIsNotUtf8) {
    for (const char* bad : {"[\"\xff\"]", "[\"\xc3\"]", "[\"\xc0\x80\"]", "[\"\xed\xa0\x80\"]",
                            "[\"\xf5\x80\x80\x80\"]"})
        EXPECT_EQ(error_of(bad), "f.json:1:3: the text is not valid UTF-8");
    for (const char* bad : {"[\"\\ud800\"]", "[\"\\ud800\\u0041\"]"})
        EXPECT_EQ(error_of(bad), "f.json:1:3: an unpaired surrogate escape");
    EXPECT_EQ(error_of("[\"\\udc00\"]"), "f.json:1:10: an unpaired surrogate escape");
}

TEST(Parse, RefusesTheSameNameTwice) {
    EXPECT_EQ(error_of(R"({"a":1,"b":{"c":[0,{"x/~":1,"y":2,"x/~":3}]}})"),
              "f.json#/b/c/1/x~1~0: is there twice");
    EXPECT_EQ(error_of(R"({"a":1,"\u0061":2})"), "f.json#/a: is there twice");
}

TEST(Parse, FindsADuplicateAmongMany) {
    std::string text = "{";
    for (int i = 0; i < 100000; ++i)
        text += "\"name" + std::to_string(i) + "\":0,";
    EXPECT_EQ(error_of(text + "\"last\":0}"), "no error");
    EXPECT_EQ(error_of(text + "\"name77777\":{}}"), "f.json#/name77777: is there twice");
}

TEST(Parse, BoundsDepthSizeAndNumberOfValues) {
    EXPECT_EQ(error_of(std::string(128, '[') + std::string(128, ']')), "no error");
    EXPECT_EQ(error_of(std::string(129, '[') + std::string(129, ']')),
              "f.json:1:129: nested more than 128 deep");
    EXPECT_EQ(error_of(std::string(5000000, '[')), "f.json:1:129: nested more than 128 deep");
    std::string objects;
    for (int i = 0; i < 100000; ++i)
        objects += "{\"a\":";
    EXPECT_EQ(error_of(objects), "f.json:1:641: nested more than 128 deep");
    EXPECT_EQ(error_of(std::string(16777217, ' ')),
              "f.json: 16777217 bytes are too many: at most 16777216 are read");
    std::string zeros = "[0";
    for (int i = 0; i < 1048576; ++i)
        zeros += ",0";
    EXPECT_EQ(error_of(zeros + "]"), "f.json:1:2097152: more than 1048576 values");
}

TEST(Parse, ReadsTenMegabytes) {
    const std::string long_string(10000000, 'x');
    const auto document = parse("{\"a\":\"" + long_string + "\"}", "f.json");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root().find("a")->string(), long_string);
}

TEST(Parse, KeepsNumbersOfAnyLengthFromHarm) {
    const std::string digits(100000, '9');
    EXPECT_EQ(error_of("[1e-99999999999999999999]"), "no error");
    EXPECT_EQ(error_of("[1e99999999999999999999]"), "f.json:1:2: a number is out of range");
    EXPECT_EQ(error_of("[" + digits + "]"), "f.json:1:2: a number is out of range");
    EXPECT_EQ(error_of("[0." + digits + "e-" + digits + "]"), "no error");
}

// Wherever the vector code meets it.
TEST(Parse, RefusesEveryControlCharacterInAString) {
    for (int control = 1; control < 0x20; ++control)
        for (std::size_t before = 0; before < 40; ++before) {
            const std::string text = "[\"" + std::string(before, 'x') + static_cast<char>(control)
                                     + std::string(20, 'y') + "\"]";
            EXPECT_EQ(error_of(text), "f.json:1:" + std::to_string(before + 3)
                                          + ": a control character in a string must be written as "
                                            "\\u00XX")
                << control;
        }
    EXPECT_EQ(error_of("[\"\x7f\x80\"]"), "f.json:1:4: the text is not valid UTF-8");
    EXPECT_EQ(error_of("[\"\x20\x7f\u00e9\u001a\"]").substr(0, 11), "f.json:1:6:");
    EXPECT_EQ(error_of("[\x1d]"), "f.json:1:2: expected a JSON value");
}

TEST(ParseInPlace, GivesTheTextBack) {
    const std::string original = R"({"a": ["x", "", 12, -1.5], "b": {"c": null}})";
    std::string text = original;
    auto document = parse_in_place(text, "f.json");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root().find("a")->array()->size(), 4u);
    EXPECT_NE(text, original);
    document->give_back(text, {});
    EXPECT_EQ(text, original);
}

TEST(ParseInPlace, DoesNotLookAtWhatIsHidden) {
    const std::string original = R"({"a": "x", "long": [1, "two", {"three": []}], "z": true})";
    const std::size_t begin = original.find('['), end = original.rfind(']') + 1;
    const Hidden hidden = {begin, std::string_view(original).substr(begin, end - begin)};
    std::string text = original;
    text.replace(begin, 3, "{,]"); // no JSON at all
    auto document = parse_in_place(text, "f.json", hidden);
    ASSERT_TRUE(document);
    EXPECT_TRUE(document->root().find("long")->is_hidden());
    EXPECT_FALSE(document->root().find("a")->is_hidden());
    EXPECT_TRUE(document->root().find("z")->boolean().value());
    document->give_back(text, hidden);
    EXPECT_EQ(text, original);
}

TEST(ParseInPlace, WhatComesBehindMayBeLongerThanWhatIsHidden) {
    for (std::size_t more = 0; more < 40; ++more) {
        const std::string original =
            R"({"long": [1, 2, 3], "b": ")" + std::string(more, 'x') + R"(", "c": ["d"]})";
        const std::size_t begin = original.find('['), end = original.find(']') + 1;
        const Hidden hidden = {begin, std::string_view(original).substr(begin, end - begin)};
        std::string text = original;
        auto document = parse_in_place(text, "f.json", hidden);
        ASSERT_TRUE(document) << document.error().text;
        EXPECT_TRUE(document->root().find("long")->is_hidden());
        EXPECT_EQ(document->root().find("b")->text().value(), std::string(more, 'x'));
        document->give_back(text, hidden);
        EXPECT_EQ(text, original);
    }
}

TEST(ParseInPlace, ErrorsBesideWhatIsHiddenAreTheOrdinaryOnes) {
    const std::string hidden = "[1,\n2]";
    for (const auto& [text, problem] :
         {std::pair{R"({"a": 1, "a": )" + hidden + "}", "f.json#/a: is there twice"},
          std::pair{R"({"a": )" + hidden + R"(, "b": 1, "b": 2})", "f.json#/b: is there twice"},
          std::pair{R"({"a": )" + hidden + ", \"\xff\": 1}",
                    "f.json:2:6: the text is not valid UTF-8"},
          std::pair{R"({"a" )" + hidden + "}", "f.json:1:6: expected ':' after a member's name"}}) {
        std::string copy = text;
        const auto document = parse_in_place(copy, "f.json", {text.find('['), hidden});
        ASSERT_FALSE(document) << text;
        EXPECT_EQ(document.error().text, problem);
        EXPECT_EQ(parse(text, "f.json").error().text, problem);
    }
}

TEST(ParseInPlace, KnowsThePlaceOfAnErrorBehindWhatIsHidden) {
    const std::string original = "{\"long\": [\n1,\n2\n],\n\"x\" 1}";
    const std::size_t begin = original.find('['), end = original.find(']') + 1;
    std::string text = original;
    const auto document = parse_in_place(
        text, "f.json", {begin, std::string_view(original).substr(begin, end - begin)});
    ASSERT_FALSE(document);
    EXPECT_EQ(document.error().text, "f.json:5:5: expected ':' after a member's name");
}

} // namespace
} // namespace tare::json
