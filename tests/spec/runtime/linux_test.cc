#include "tests/spec/runtime/cases.h"

namespace tare::spec {
namespace {

void expect_linux_errors(const std::vector<Case>& cases) {
    expect_errors(kStart + R"("linux": {)", "}}", cases);
}

TEST(ReadLinux, ChecksNamespaces) {
    expect_linux_errors({
        {R"("namespaces": [{"type": "pid"}, {"type": "ipc", "path": "/proc/1/ns/ipc"}])", ""},
        {R"("namespaces": [{"type": "pid", "path": ""}])", ""},
        {R"("namespaces": [{}])", "/linux/namespaces/0: 'type' is missing"},
        {R"("namespaces": [{"type": "net"}])",
         "/linux/namespaces/0/type: must be one of pid, network, mount, ipc, uts, user, cgroup, "
         "time, not 'net'"},
        {R"("namespaces": [{"type": "pid"}, {"type": "pid", "path": "/x"}])",
         "/linux/namespaces/1/type: 'pid' is there twice"},
        {R"("namespaces": [{"type": "pid", "path": "x"}])",
         "/linux/namespaces/0/path: must be an absolute path, not 'x'"},
    });
}

TEST(ReadLinux, TiesFieldsToNamespaces) {
    const std::string one = R"([{"containerID": 0, "hostID": 5, "size": 1}])";
    expect_linux_errors({
        {R"("uidMappings": [], "maskedPaths": [], "timeOffsets": {})", ""},
        {"\"uidMappings\": " + one,
         "/linux/uidMappings: needs a user namespace in linux.namespaces"},
        {"\"gidMappings\": " + one,
         "/linux/gidMappings: needs a user namespace in linux.namespaces"},
        {R"("namespaces": [{"type": "user"}])",
         "/linux: a new user namespace needs uidMappings and gidMappings"},
        {R"("namespaces": [{"type": "user"}], "uidMappings": )" + one,
         "/linux: a new user namespace needs uidMappings and gidMappings"},
        {R"("namespaces": [{"type": "user"}], "uidMappings": )" + one + ", \"gidMappings\": " + one,
         ""},
        {R"("namespaces": [{"type": "user", "path": "/proc/1/ns/user"}])", ""},
        {R"("timeOffsets": {"monotonic": {"secs": 1}})",
         "/linux/timeOffsets: needs a time namespace in linux.namespaces"},
        {R"("maskedPaths": ["/a"])",
         "/linux/maskedPaths: needs a mount namespace in linux.namespaces"},
        {R"("readonlyPaths": ["/a"])",
         "/linux/readonlyPaths: needs a mount namespace in linux.namespaces"},
    });
}

TEST(ReadLinux, ChecksMappings) {
    const std::string many = [] {
        std::string out = R"({"containerID": 0, "hostID": 0, "size": 1})";
        for (int i = 1; i < 341; ++i)
            out += R"(,{"containerID": )" + std::to_string(i) + R"(, "hostID": )"
                   + std::to_string(i) + R"(, "size": 1})";
        return out;
    }();
    expect_errors(
        kStart + R"("linux": {"namespaces": [{"type": "user", "path": "/n"}], "uidMappings": [)",
        "]}}",
        {
            {R"({"containerID": 0, "hostID": 0, "size": 4294967295})", ""},
            {R"({"containerID": 0, "hostID": 0})", "/linux/uidMappings/0: 'size' is missing"},
            {R"({"containerID": 0, "hostID": 0, "size": 0})",
             "/linux/uidMappings/0/size: must not be 0"},
            {R"({"containerID": 0, "hostID": 4294967296, "size": 1})",
             "/linux/uidMappings/0/hostID: must be from 0 to 4294967295"},
            {R"({"containerID": 0, "hostID": 1, "size": 4294967295})",
             "/linux/uidMappings/0/size: the range must end at 4294967294 or before"},
            {R"({"containerID": 0, "hostID": 0, "size": 10}, {"containerID": 9, "hostID": 10, "size": 1})",
             "/linux/uidMappings/1/containerID: overlaps the range 0"},
            {R"({"containerID": 0, "hostID": 0, "size": 10}, {"containerID": 10, "hostID": 9, "size": 1})",
             "/linux/uidMappings/1/hostID: overlaps the range 0"},
            {many, "/linux/uidMappings: the kernel takes at most 340 ranges, not 341"},
        });
}

TEST(ReadLinux, ChecksTimeOffsets) {
    expect_errors(kStart + R"("linux": {"namespaces": [{"type": "time"}], "timeOffsets": )", "}}",
                  {
                      {R"({"monotonic": {"secs": -9, "nanosecs": 999999999}, "boottime": {}})", ""},
                      {R"({"realtime": {"secs": 1}})",
                       "/linux/timeOffsets/realtime: only monotonic and boottime have offsets"},
                      {R"({"boottime": {"nanosecs": 1000000000}})",
                       "/linux/timeOffsets/boottime/nanosecs: must be from 0 to 999999999"},
                      {R"({"boottime": {"secs": 9223372036854775808}})",
                       "/linux/timeOffsets/boottime/secs: must be from -9223372036854775808 to "
                       "9223372036854775807"},
                  });
}

TEST(ReadLinux, ChecksDevices) {
    expect_linux_errors({
        {R"("devices": [{"type": "p", "path": "/dev/x"}])", ""},
        {R"("devices": [{"type": "x", "path": "/dev/x"}])",
         "/linux/devices/0/type: must be one of c, b, u, p, not 'x'"},
        {R"("devices": [{"type": "c", "path": "dev/x"}])",
         "/linux/devices/0/path: must be an absolute path, not 'dev/x'"},
        {R"("devices": [{"type": "c", "path": "/dev/x", "major": 1}])",
         "/linux/devices/0: 'minor' is missing"},
        {R"("devices": [{"type": "b", "path": "/dev/x", "major": 4096, "minor": 0}])",
         "/linux/devices/0/major: must be from 0 to 4095"},
        {R"("devices": [{"type": "u", "path": "/dev/x", "major": 1, "minor": 1048576}])",
         "/linux/devices/0/minor: must be from 0 to 1048575"},
        {R"("netDevices": {"eth0": {"name": "a/b"}})",
         "/linux/netDevices/eth0/name: 'a/b' is no name for a network interface"},
        {R"("netDevices": {"sixteen-letters-": {}})",
         "/linux/netDevices/sixteen-letters-: 'sixteen-letters-' is no name for a network "
         "interface"},
        {R"("netDevices": {"a": {"name": "eth%d"}, "b": {"name": "eth%d"}})", ""},
        {R"("netDevices": {"a": {"name": "eth%s"}})",
         "/linux/netDevices/a/name: may have one '%d' as a template, unlike 'eth%s'"},
        {R"("netDevices": {"a": {"name": "e%d%d"}})",
         "/linux/netDevices/a/name: may have one '%d' as a template, unlike 'e%d%d'"},
        {R"("netDevices": {"a": {"name": "b"}, "b": {}})",
         "/linux/netDevices/b: another device has the name 'b' in the container"},
        {R"("netDevices": {"..": {}})",
         "/linux/netDevices/..: '..' is no name for a network interface"},
    });
}

TEST(ReadLinux, DropsTheTypeBitsOfAFileMode) {
    const auto config = read_config(
        kStart + R"("linux": {"devices": [{"type": "p", "path": "/p", "fileMode": 8630}]}})");
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_EQ(config->linux_->devices.at(0).file_mode, 0666u); // 8630 is S_IFCHR | 0666
}

TEST(ReadLinux, ChecksTheRest) {
    expect_linux_errors({
        {R"("intelRdt": {"closID": "g", "enableCMT": true, "memBwSchema": "MB:0=1"})", ""},
        {R"("intelRdt": {"closID": "/", "schemata": ["L3:0=f", "MB:0=10"]})", ""},
        {R"("intelRdt": {"schemata": ["L3:0=f", ""]})",
         "/linux/intelRdt/schemata/1: must be one line, such as 'L3:0=f', not ''"},
        {R"("intelRdt": {"schemata": ["L3:0=f\nMB:0=10"]})",
         "/linux/intelRdt/schemata/0: must be one line, such as 'L3:0=f', not "
         "'L3:0=f\\x0aMB:0=10'"},
        {R"("intelRdt": {"closID": "/x"})",
         "/linux/intelRdt/closID: must be the name of one directory, not '/x'"},
        {R"("intelRdt": {"closID": "../x"})",
         "/linux/intelRdt/closID: must be the name of one directory, not '../x'"},
        {R"("intelRdt": {"closID": ".."})",
         "/linux/intelRdt/closID: must be the name of one directory, not '..'"},
        {R"("intelRdt": {"closID": "info"})",
         "/linux/intelRdt/closID: must be the name of one directory, not 'info'"},
        {R"("intelRdt": {"memBwSchema": "L3:0=1"})",
         "/linux/intelRdt/memBwSchema: must start with 'MB:', not be 'L3:0=1'"},
        {R"("intelRdt": {"memBwSchema": "MB:0=1\nL3:0=1"})",
         "/linux/intelRdt/memBwSchema: must not contain a newline"},
        {R"("memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0-1", "flags": []})", ""},
        {R"("memoryPolicy": {"nodes": "0"})", "/linux/memoryPolicy: 'mode' is missing"},
        {R"("memoryPolicy": {"mode": "BIND"})",
         "/linux/memoryPolicy/mode: must be one of MPOL_DEFAULT, MPOL_BIND, MPOL_INTERLEAVE, "
         "MPOL_WEIGHTED_INTERLEAVE, MPOL_PREFERRED, MPOL_PREFERRED_MANY, MPOL_LOCAL, not 'BIND'"},
        {R"("memoryPolicy": {"mode": "MPOL_BIND", "nodes": "x"})",
         "/linux/memoryPolicy/nodes: must be a list such as '0-3,7', not 'x'"},
        {R"("memoryPolicy": {"mode": "MPOL_PREFERRED"})", ""},
        {R"("memoryPolicy": {"mode": "MPOL_BIND"})",
         "/linux/memoryPolicy: 'nodes' must name at least one node with MPOL_BIND"},
        {R"("memoryPolicy": {"mode": "MPOL_LOCAL", "nodes": "0"})",
         "/linux/memoryPolicy/nodes: must be absent with MPOL_LOCAL"},
        {R"("memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES",
            "MPOL_F_RELATIVE_NODES"]})",
         "/linux/memoryPolicy/flags: MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each "
         "other"},
        {R"("memoryPolicy": {"mode": "MPOL_BIND", "flags": ["x"]})",
         "/linux/memoryPolicy/flags/0: must be one of MPOL_F_NUMA_BALANCING, "
         "MPOL_F_RELATIVE_NODES, MPOL_F_STATIC_NODES, not 'x'"},
        {R"("personality": {"domain": "LINUX32", "flags": []})", ""},
        {R"("personality": {})", "/linux/personality: 'domain' is missing"},
        {R"("personality": {"domain": "BSD"})",
         "/linux/personality/domain: must be one of LINUX, LINUX32, not 'BSD'"},
        {R"("personality": {"domain": "LINUX", "flags": ["ADDR_NO_RANDOMIZE"]})",
         "/linux/personality/flags: no flags are known, not 'ADDR_NO_RANDOMIZE'"},
        {R"("rootfsPropagation": "rslave")", ""},
        {R"("rootfsPropagation": "")", ""},
        {R"("rootfsPropagation": "x")",
         "/linux/rootfsPropagation: must be one of shared, slave, private, unbindable, rshared, "
         "rslave, rprivate, runbindable, not 'x'"},
        {R"("namespaces": [{"type": "mount"}], "maskedPaths": ["/a", "/a"])", ""},
        {R"("namespaces": [{"type": "mount"}], "maskedPaths": ["/a", "b"])",
         "/linux/maskedPaths/1: must be an absolute path, not 'b'"},
        {R"("namespaces": [{"type": "mount"}], "readonlyPaths": [1])",
         "/linux/readonlyPaths/0: must be a string"},
        {R"("sysctl": {"a.b": 1})", "/linux/sysctl/a.b: must be a string"},
        {R"("cgroupsPath": 1)", "/linux/cgroupsPath: must be a string"},
        {R"("mountLabel": {})", "/linux/mountLabel: must be a string"},
    });
}

} // namespace
} // namespace tare::spec
