#include "base/text.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(Quote, EscapesControlCharactersAndCutsLongTexts) {
    EXPECT_EQ(quote("a\nb\x7f"), "'a\\x0ab\\x7f'");
    EXPECT_EQ(quote(std::string(201, 'x')), "'" + std::string(200, 'x') + "...'");
}

TEST(ParseUnsigned, TakesTheWholeTextOrNothing) {
    EXPECT_EQ(parse_unsigned("18446744073709551615"), 18446744073709551615u);
    for (const char* bad : {"", "+1", "-1", " 1", "1 ", "1x", "18446744073709551616"})
        EXPECT_EQ(parse_unsigned(bad), std::nullopt) << bad;
}

TEST(JsonEscaped, KeepsTextAndReplacesWhatIsNotUtf8) {
    EXPECT_EQ(json_escaped("a\"\\\n\x01 \xc3\xa9"), "a\\\"\\\\\\n\\u0001 \xc3\xa9");
    EXPECT_EQ(json_escaped("\xff\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

} // namespace
} // namespace tare
