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

TEST(WriteEvents, TellOfIntelRdtAsRunc) {
    Stats stats;
    EXPECT_NE(write_stats_event("c1", stats).find(R"("intel_rdt":{},)"), std::string::npos);
    stats.intel_rdt = IntelRdtStats{.cache = {{"7ff", 2, 16}},
                                    .bandwidth = {{10, 1, 5, 8}},
                                    .cache_root = "L3:0=7ff",
                                    .cache_group = "L3:0=f",
                                    .bandwidth_root = "MB:0=100",
                                    .bandwidth_group = "MB:0=20",
                                    .domains = {{49152, 3, 2}, {}}};
    const std::string expected =
        R"("intel_rdt":{"l3_cache_info":{"cbm_mask":"7ff","min_cbm_bits":2,"num_closids":16},)"
        R"("mem_bw_info":{"bandwidth_gran":10,"delay_linear":1,"min_bandwidth":5,"num_closids":8},)"
        R"("l3_cache_schema_root":"L3:0=7ff","l3_cache_schema":"L3:0=f",)"
        R"("mem_bw_schema_root":"MB:0=100","mem_bw_schema":"MB:0=20",)"
        R"("mbm_stats":[{"mbm_total_bytes":3,"mbm_local_bytes":2}],)"
        R"("cmt_stats":[{"llc_occupancy":49152}]})";
    const std::string text = write_stats_event("c1", stats);
    EXPECT_NE(text.find(expected), std::string::npos) << text;
}

} // namespace
} // namespace tare::spec
