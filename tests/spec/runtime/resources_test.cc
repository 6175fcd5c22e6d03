#include "tests/spec/runtime/cases.h"

namespace tare::spec {
namespace {

TEST(ReadResources, NamesTheFieldAtFault) {
    const std::string r = "/linux/resources";
    expect_errors(
        kStart + R"("linux": {"resources": {)", "}}}",
        {
            {R"("devices": [{"allow": true, "type": "", "major": -1}])", ""},
            {R"("devices": [{}])", r + "/devices/0: 'allow' is missing"},
            {R"("devices": [{"allow": 1}])", r + "/devices/0/allow: must be true or false"},
            {R"("devices": [{"allow": true, "type": "p"}])",
             r + "/devices/0/type: must be one of a, b, c, not 'p'"},
            {R"("devices": [{"allow": true, "minor": -2}])",
             r + "/devices/0/minor: must be from -1 to 1048575"},
            {R"("devices": [{"allow": true, "access": "rx"}])",
             r + "/devices/0/access: must consist of 'r', 'w' and 'm', not be 'rx'"},
            {R"("memory": {"limit": -1, "swappiness": 18446744073709551615})", ""},
            {R"("memory": {"limit": -2})",
             r + "/memory/limit: must be from -1 to 9223372036854775807"},
            {R"("memory": {"limit": 1.5})", r + "/memory/limit: must be an integer"},
            {R"("memory": {"checkBeforeUpdate": 1})",
             r + "/memory/checkBeforeUpdate: must be true or false"},
            {R"("cpu": {"quota": -1, "burst": 5, "idle": 1, "cpus": "0-1", "mems": "0"})", ""},
            {R"("cpu": {"quota": 4, "burst": 5})", r + "/cpu/burst: must not be above quota"},
            {R"("cpu": {"idle": 2})", r + "/cpu/idle: must be from 0 to 1"},
            {R"("cpu": {"shares": -1})", r + "/cpu/shares: must be from 0 to 18446744073709551615"},
            {R"("cpu": {"cpus": "a"})", r + "/cpu/cpus: must be a list such as '0-3,7', not 'a'"},
            {R"("cpu": {"mems": "0/1"})",
             r + "/cpu/mems: must be a list such as '0-3,7', not '0/1'"},
            {R"("pids": {"limit": 0})", ""},
            {R"("pids": {})", ""},
            {R"("pids": {"limit": null})", ""},
            {R"("pids": 5)", r + "/pids: must be an object"},
            {R"("blockIO": {"weight": 0, "leafWeight": 1000})", ""},
            {R"("blockIO": {"weight": 9})",
             r + "/blockIO/weight: must be from 10 to 1000, or 0 for unset"},
            {R"("blockIO": {"weight": 65536})", r + "/blockIO/weight: must be from 0 to 65535"},
            {R"("blockIO": {"weightDevice": [{"major": 8, "minor": 0}]})",
             r + "/blockIO/weightDevice/0: needs weight or leafWeight"},
            {R"("blockIO": {"throttleReadBpsDevice": [{"major": 8, "minor": 0}]})",
             r + "/blockIO/throttleReadBpsDevice/0: 'rate' is missing"},
            {R"("blockIO": {"throttleWriteIOPSDevice": [{"major": 8, "rate": 0}]})",
             r + "/blockIO/throttleWriteIOPSDevice/0: 'minor' is missing"},
            {R"("hugepageLimits": [{"pageSize": "64KB", "limit": 1}])", ""},
            {R"("hugepageLimits": [{"pageSize": "64kB", "limit": 1}])",
             r + "/hugepageLimits/0/pageSize: must be a size such as 64KB, 2MB or 1GB, not '64kB'"},
            {R"("hugepageLimits": [{"pageSize": "../2MB", "limit": 1}])",
             r
                 + "/hugepageLimits/0/pageSize: must be a size such as 64KB, 2MB or 1GB, not "
                   "'../2MB'"},
            {R"("hugepageLimits": [{"pageSize": "2MB"}])",
             r + "/hugepageLimits/0: 'limit' is missing"},
            {R"("network": {"classID": 4294967296})",
             r + "/network/classID: must be from 0 to 4294967295"},
            {R"("network": {"priorities": [{"name": "a"}]})",
             r + "/network/priorities/0: 'priority' is missing"},
            {R"("rdma": {"mlx5_1": {"hcaHandles": 3}})", ""},
            {R"("rdma": {"mlx5_1": {}})", r + "/rdma/mlx5_1: needs hcaHandles or hcaObjects"},
            {R"("rdma": {"a b": {"hcaHandles": 3}})",
             r + "/rdma/a b: a device's name must not contain blanks or '='"},
            {R"("unified": {"memory.high": "1", "x": ""})", ""},
            {R"("unified": {"../cgroup.procs": "1"})",
             r + "/unified/..~1cgroup.procs: must be the name of one file, such as 'memory.high'"},
            {R"("unified": {"..": "1"})",
             r + "/unified/..: must be the name of one file, such as 'memory.high'"},
            {R"("unified": {"pids.max": 1})", r + "/unified/pids.max: must be a string"},
        });
}

TEST(ReadResources, ReadsThemAlone) {
    const auto resources = read_resources(R"({"pids": {"limit": 5}})", "-");
    ASSERT_TRUE(resources) << resources.error().text;
    EXPECT_EQ(*resources, Resources{.pids_limit = 5});
    EXPECT_EQ(*read_resources(R"({"pids": {}})", "-"), Resources());
    EXPECT_EQ(read_resources("7", "stdin").error().text, "stdin#: must be an object");
}

} // namespace
} // namespace tare::spec
