#include "cli/signals.h"

#include <csignal>
#include <gtest/gtest.h>

namespace tare::cli {
namespace {

TEST(ReadSignal, TakesNamesInAnyForm) {
    for (const char* text : {"KILL", "kill", "SIGKILL", "sigkill", "SigKill", "9"})
        EXPECT_EQ(read_signal(text), SIGKILL) << text;
    EXPECT_EQ(read_signal("usr1"), SIGUSR1);
    EXPECT_EQ(read_signal("CLD"), SIGCHLD);
    EXPECT_EQ(read_signal("0"), 0);
}

TEST(ReadSignal, CountsRealtimeSignalsAsEnginesDo) {
    EXPECT_EQ(read_signal("SIGRTMIN"), 34);
    EXPECT_EQ(read_signal("rtmin+3"), 37);
    EXPECT_EQ(read_signal("RTMAX-1"), 63);
    EXPECT_EQ(read_signal("RTMIN+30"), 64);
    EXPECT_EQ(read_signal("64"), 64);
}

TEST(ReadSignal, RefusesAnythingElse) {
    for (const char* text : {"", "SIG", "FOO", "65", "-1", "9x", " 9", "RTMIN+31", "RTMIN+",
                             "RTMIN-1", "RTMAX+1", "SIGSIGKILL"})
        EXPECT_EQ(read_signal(text).error().text, std::string("unknown signal \"") + text + "\"");
    EXPECT_EQ(read_signal("\n").error().text, "unknown signal \"\\x0a\"");
}

} // namespace
} // namespace tare::cli
