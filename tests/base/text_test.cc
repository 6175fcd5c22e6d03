#include "base/text.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(Quote, EscapesControlCharactersAndCutsLongTexts) {
    EXPECT_EQ(quote("a\nb\x7f"), "'a\\x0ab\\x7f'");
    EXPECT_EQ(quote(std::string(201, 'x')), "'" + std::string(200, 'x') + "...'");
}

TEST(Escaped, CutsNothing) {
    const std::string longer(300, 'x');
    EXPECT_EQ(escaped(longer + "\x1b[2J\t"), longer + "\\x1b[2J\\x09");
}

TEST(ParseUnsigned, TakesTheWholeTextOrNothing) {
    EXPECT_EQ(parse_unsigned("18446744073709551615"), 18446744073709551615u);
    for (const char* bad : {"", "+1", "-1", " 1", "1 ", "1x", "18446744073709551616"})
        EXPECT_EQ(parse_unsigned(bad), std::nullopt) << bad;
}

TEST(Utf8Prefix, EndsBeforeWhatIsMalformed) {
    const std::string good = "0123456789\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 and more ASCII";
    EXPECT_EQ(utf8_prefix(good), good.size());
    EXPECT_EQ(utf8_prefix(""), 0u);
    for (const char* bad : {"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                            "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80"})
        for (std::size_t before = 0; before < 17; ++before) {
            const std::string text = std::string(before, 'a') + bad + "aaaaaaaaaaaaaaaa";
            EXPECT_EQ(utf8_prefix(text), before) << text;
        }
}

TEST(JsonEscaped, KeepsTextAndReplacesWhatIsNotUtf8) {
    EXPECT_EQ(json_escaped("a\"\\\n\x01 \xc3\xa9"), "a\\\"\\\\\\n\\u0001 \xc3\xa9");
    EXPECT_EQ(json_escaped("\xff\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

} // namespace
} // namespace tare
