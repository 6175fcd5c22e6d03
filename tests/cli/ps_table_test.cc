#include "cli/ps_table.h"

#include <gtest/gtest.h>

namespace tare::cli {
namespace {

std::string filtered(std::string_view output, const std::vector<pid_t>& pids) {
    const auto table = filter_ps(output, pids);
    return table ? *table : table.error().text;
}

TEST(FilterPs, KeepsTheHeaderAndTheLinesOfThePids) {
    constexpr std::string_view kOutput =
        "UID          PID    PPID  C STIME TTY          TIME CMD\n"
        "root           1       0  0 19:01 ?        00:00:01 /sbin/init\n"
        "root         412       1  0 19:02 ?        00:00:00 sleep 100\n"
        "systemd+    1412     412  0 19:02 ?        00:00:00 sh -c 412 1\n";
    EXPECT_EQ(filtered(kOutput, {412, 5000}),
              "UID          PID    PPID  C STIME TTY          TIME CMD\n"
              "root         412       1  0 19:02 ?        00:00:00 sleep 100\n");
    EXPECT_EQ(filtered(kOutput, {1, 1412}),
              "UID          PID    PPID  C STIME TTY          TIME CMD\n"
              "root           1       0  0 19:01 ?        00:00:01 /sbin/init\n"
              "systemd+    1412     412  0 19:02 ?        00:00:00 sh -c 412 1\n");
    EXPECT_EQ(filtered(kOutput, {}), "UID          PID    PPID  C STIME TTY          TIME CMD\n");
}

TEST(FilterPs, FindsTheColumnBehindNamesWithBlanks) {
    constexpr std::string_view kOutput = "COMMAND             PID\n"
                                         "tmux: server        101\n"
                                         "7 seven             102\n";
    EXPECT_EQ(filtered(kOutput, {101}), "COMMAND             PID\n"
                                        "tmux: server        101\n");
    EXPECT_EQ(filtered(kOutput, {7, 102}), "COMMAND             PID\n"
                                           "7 seven             102\n");
}

TEST(FilterPs, FindsTheColumnBehindAWordThatPushesIt) {
    EXPECT_EQ(filtered("USER     PID CMD\n"
                       "averylongname  101 sh\n",
                       {101}),
              "USER     PID CMD\n"
              "averylongname  101 sh\n");
}

TEST(FilterPs, NeedsTheColumn) {
    EXPECT_EQ(filtered("PPID CMD\n   1 sh\n", {1}),
              "ps: there is no column PID in what ps(1) prints with these options, so the "
              "container's processes cannot be told from others");
    EXPECT_EQ(filtered("", {1}).substr(0, 29), "ps: there is no column PID in");
}

TEST(PidsJson, IsAnArray) {
    EXPECT_EQ(pids_json({}), "[]\n");
    EXPECT_EQ(pids_json({7}), "[7]\n");
    EXPECT_EQ(pids_json({7, 12}), "[7,12]\n");
}

} // namespace
} // namespace tare::cli
