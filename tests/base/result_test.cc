#include "base/result.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

Error refused() {
    return {EPERM, "operation not permitted"};
}

// Longer than what a std::string holds in itself, so that a text that is gone shows.
std::string long_text(char what) {
    return "a context that does not fit into a small string: " + std::string(64, what);
}

TEST(Under, KeepsATextMadeForTheCall) {
    const auto context = under(long_text('x'));
    const std::string other = long_text('y'); // where the text would have been
    EXPECT_EQ(context(refused()).text, long_text('x') + ": operation not permitted");
    EXPECT_EQ(context(refused()).text, long_text('x') + ": operation not permitted");
}

TEST(Under, LooksAtATextThatStays) {
    const std::string text = long_text('z');
    EXPECT_EQ(under(text)(refused()).text, text + ": operation not permitted");
    EXPECT_EQ(under(std::string_view(text))(refused()).text, text + ": operation not permitted");
    EXPECT_EQ(under("--log")(refused()).text, "--log: operation not permitted");
    EXPECT_EQ(under(text)(refused()).code, EPERM);
}

} // namespace
} // namespace tare
