#include "cli/durations.h"
#include "cli/sizes.h"

#include <gtest/gtest.h>

namespace tare::cli {
namespace {

TEST(ParseSize, TakesUnits) {
    EXPECT_EQ(parse_size("0"), 0);
    EXPECT_EQ(parse_size("1048576"), 1048576);
    EXPECT_EQ(parse_size("7b"), 7);
    EXPECT_EQ(parse_size("4k"), 4096);
    EXPECT_EQ(parse_size("512M"), 512 << 20);
    EXPECT_EQ(parse_size("512MB"), 512 << 20);
    EXPECT_EQ(parse_size("512MiB"), 512 << 20);
    EXPECT_EQ(parse_size("2g"), std::int64_t{2} << 30);
    EXPECT_EQ(parse_size("1.5G"), std::int64_t{3} << 29);
    EXPECT_EQ(parse_size("1T"), std::int64_t{1} << 40);
    EXPECT_EQ(parse_size("-1"), -1);
}

TEST(ParseSize, RefusesWhatIsNone) {
    for (const char* text : {"", "M", "-2", "+1", "1x", "1 M", "1Mi", "1KK", "1..5G", "1.G",
                             "9223372036854775808", "8589934592G", "0x10"})
        EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(ParseDuration, TakesWhatGoTakes) {
    EXPECT_EQ(parse_duration("5s"), 5'000'000'000);
    EXPECT_EQ(parse_duration("1m30s"), 90'000'000'000);
    EXPECT_EQ(parse_duration("1.5h"), 5'400'000'000'000);
    EXPECT_EQ(parse_duration("300ms"), 300'000'000);
    EXPECT_EQ(parse_duration(".5s"), 500'000'000);
    EXPECT_EQ(parse_duration("7us"), 7000);
    EXPECT_EQ(parse_duration("7\u00b5s"), 7000);
    EXPECT_EQ(parse_duration("9ns"), 9);
    EXPECT_EQ(parse_duration("0"), 0);
}

TEST(ParseDuration, RefusesWhatIsNone) {
    for (const char* text : {"", "5", "s", "-5s", "5 s", "5x", ".s", "1..5s", "5s3", "9999999h"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

} // namespace
} // namespace tare::cli
