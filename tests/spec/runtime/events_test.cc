#include "spec/runtime/events.h"

#include <csignal>
#include <gtest/gtest.h>

namespace tare::spec {
namespace {

TEST(WriteEvents, AreLinesOfJson) {
    EXPECT_EQ(write_oom_event("c1"), R"({"type":"oom","id":"c1"})");
    EXPECT_EQ(write_pressure_event("c1", "memory", {{5, 0, 12345, 9}, {}}),
              R"({"type":"pressure","id":"c1","data":{"resource":"memory","psi":{)"
              R"("some":{"avg10":0.05,"avg60":0.00,"avg300":123.45,"total":9},)"
              R"("full":{"avg10":0.00,"avg60":0.00,"avg300":0.00,"total":0}}}})");
    EXPECT_EQ(write_exit_event("c1", 7 << 8),
              R"({"type":"exit","id":"c1","data":{"exitStatus":7}})");
    EXPECT_EQ(write_exit_event("c1", SIGKILL),
              R"({"type":"exit","id":"c1","data":{"exitStatus":137,"signal":9}})");
    EXPECT_EQ(write_exit_event("c1", std::nullopt), R"({"type":"exit","id":"c1","data":{}})");
    EXPECT_EQ(write_exit_info("c1", 0), R"({"id":"c1","exitStatus":0})");
    EXPECT_EQ(write_exit_info("c1", SIGTERM | 0x80), R"({"id":"c1","exitStatus":143,"signal":15})");
}

} // namespace
} // namespace tare::spec
