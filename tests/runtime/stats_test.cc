#include "runtime/stats.h"

#include <gtest/gtest.h>

namespace tare::runtime {
namespace {

// The files of a cgroup on Linux 6.1 (memory.stat shortened), and of controllers that were not
// there in the form that the kernel documents.
TEST(ReadStats, BecomesAWholeEvent) {
    const auto stats = read_stats("tests/data/cgroup");
    ASSERT_TRUE(stats) << stats.error().text;
    EXPECT_EQ(
        spec::write_stats_event("c1", *stats),
        R"({"type":"stats","id":"c1","data":{)"
        R"("cpu":{"usage":{"total":1110000000,"kernel":30833000,"user":1079166000},)"
        R"("throttling":{"periods":59,"throttledPeriods":55,"throttledTime":3960000000},)"
        R"("psi":{"some":{"avg10":98.79,"avg60":99.22,"avg300":99.01,"total":1875000844},)"
        R"("full":{"avg10":0.00,"avg60":0.00,"avg300":0.05,"total":7}}},)"
        R"("cpuset":{"cpus":[0,1,3],"mems":[0]},)"
        R"("memory":{"cache":8478720,)"
        R"("usage":{"limit":67108864,"usage":8667136,"max":9986048,"failcnt":0},)"
        R"("swap":{"limit":18446744073709551615,"usage":8667136,"failcnt":0},)"
        R"("kernel":{"limit":0,"usage":90112,"failcnt":0},)"
        R"("kernelTCP":{"limit":0,"usage":0,"failcnt":0},)"
        R"("raw":{"anon":98304,"file":8478720,"kernel":90112,"pgfault":639,"sock":0},)"
        R"("event_count":{"high":0,"low":0,"max":0,"oom":0,"oom_group_kill":0,"oom_kill":0}},)"
        R"("pids":{"current":0,"limit":50},)"
        R"("blkio":{"ioServiceBytesRecursive":[)"
        R"({"major":8,"minor":0,"op":"Read","value":1052672},)"
        R"({"major":8,"minor":0,"op":"Write","value":4096},)"
        R"({"major":8,"minor":0,"op":"Discard","value":0}],)"
        R"("ioServicedRecursive":[{"major":8,"minor":0,"op":"Read","value":31},)"
        R"({"major":8,"minor":0,"op":"Write","value":1},)"
        R"({"major":8,"minor":0,"op":"Discard","value":0}]},)"
        R"("hugetlb":{"2MB":{"usage":4194304,"failcnt":3}},)"
        R"("rdma":{"rdma_limit":[{"device":"mlx4_0","hca_handles":10,)"
        R"("hca_objects":18446744073709551615}],)"
        R"("rdma_current":[{"device":"mlx4_0","hca_handles":2,"hca_objects":2000}]},)"
        R"("intel_rdt":{},"network_interfaces":[]}})");
}

TEST(ReadStats, NeedsTheCgroup) {
    EXPECT_EQ(read_stats("tests/data/no-cgroup").error().text,
              "open 'tests/data/no-cgroup': no such file or directory");
}

TEST(ParsePressure, TakesBothLines) {
    const auto pressure = parse_pressure("some avg10=0.12 avg60=1.00 avg300=100.00 total=34\n"
                                         "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
    EXPECT_EQ(pressure, (spec::Pressure{{12, 100, 10000, 34}, {}}));
    // Linux before 5.13 has no second line for processors.
    EXPECT_EQ(parse_pressure("some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n"),
              (spec::Pressure{{0, 0, 0, 1}, {}}));
}

TEST(ParsePressure, RefusesOtherTexts) {
    for (const char* text : {"", "\n", "some\nwhat\n", "some avg10=1 total=0", "some avg10=x.yz",
                             "some total=x", "full avg10=0.00 avg60=0.00 avg300=0.00 total=0"})
        EXPECT_EQ(parse_pressure(text), std::nullopt) << text;
}

TEST(ParseInterfaces, ReadsNetDev) {
    const auto interfaces = parse_interfaces(
        "Inter-|   Receive                                                |  Transmit\n"
        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs "
        "drop fifo colls carrier compressed\n"
        "    lo:    1128      14    0    0    0     0          0         0     1128      14    0   "
        " "
        "0    0     0       0          0\n"
        "  eth0: 5 6 7 8 0 0 0 0 1 2 3 4 0 0 0 0\n");
    ASSERT_EQ(interfaces.size(), 2u);
    EXPECT_EQ(interfaces[0].name, "lo");
    EXPECT_EQ(interfaces[0].rx_bytes, 1128u);
    const spec::Stats stats = {.network_interfaces = {interfaces[1]}};
    const std::string text = spec::write_stats_event("c1", stats);
    EXPECT_NE(text.find(R"("network_interfaces":[{"Name":"eth0","RxBytes":5,"RxPackets":6,)"
                        R"("RxErrors":7,"RxDropped":8,"TxBytes":1,"TxPackets":2,"TxErrors":3,)"
                        R"("TxDropped":4}]}})"),
              text.npos)
        << text;
}

} // namespace
} // namespace tare::runtime
