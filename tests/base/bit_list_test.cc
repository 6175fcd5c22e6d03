#include "base/bit_list.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

using Numbers = std::vector<std::uint32_t>;

Numbers numbers(const char* list) {
    const auto bits = parse_bit_list(list);
    return bits ? numbers_of(*bits) : Numbers{999999};
}

TEST(ParseBitList, TakesWhatTheKernelTakes) {
    EXPECT_EQ(parse_bit_list("0-3,64"), (std::vector<std::uint64_t>{0xf, 1}));
    EXPECT_EQ(numbers("8191"), Numbers{8191});
    EXPECT_EQ(numbers("0-1, 3"), (Numbers{0, 1, 3}));
    EXPECT_EQ(numbers(",0 2\t,,4,\n"), (Numbers{0, 2, 4}));
    EXPECT_EQ(numbers("1-10:2/4"), (Numbers{1, 2, 5, 6, 9, 10}));
    EXPECT_EQ(numbers("0-3:0/1"), Numbers{});
    for (const char* empty : {"", ",", " ", "\n"})
        EXPECT_EQ(numbers(empty), Numbers{}) << empty;
}

TEST(ParseBitList, RefusesTheRest) {
    for (const char* bad :
         {"3-1", "a", "1-2-3", "8192", "-1", "1-", "0 - 3", "0\n1", "+1", "0-18446744073709551615",
          "0-3:", "0-3:2", "0-3:2/0", "0-3:3/2", "0-3:1/2x", "3:1/2", "all", "N", "0-N"})
        EXPECT_EQ(parse_bit_list(bad), std::nullopt) << bad;
}

} // namespace
} // namespace tare
