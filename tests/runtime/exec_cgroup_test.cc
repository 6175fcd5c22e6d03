#include "runtime/exec_cgroup.h"

#include <gtest/gtest.h>

namespace tare::runtime {
namespace {

using Paths = std::vector<std::string>;

TEST(ExecCgroups, BeginWhereInitIs) {
    EXPECT_EQ(exec_cgroups_between("/cg/c1", "/cg/c1"), Paths{"/cg/c1"});
    EXPECT_EQ(exec_cgroups_between("/cg/c1", "/cg/c1/a/b"),
              (Paths{"/cg/c1/a/b", "/cg/c1/a", "/cg/c1"}));
}

TEST(ExecCgroups, AreNeverOutside) {
    for (const char* path : {"", "/cg", "/cg/c10/x", "/cg/c1/../c2", "/cg/other"})
        EXPECT_EQ(exec_cgroups_between("/cg/c1", path), Paths{"/cg/c1"}) << path;
}

std::string place(const std::string& wanted) {
    const auto placed = place_exec_cgroup("/cg/c1", wanted);
    return placed ? *placed : placed.error().text;
}

TEST(PlaceExecCgroup, CountsFromTheContainers) {
    EXPECT_EQ(place("a/b"), "/cg/c1/a/b");
    EXPECT_EQ(place("/a//./b/"), "/cg/c1/a/b");
    EXPECT_EQ(place("/"), "/cg/c1");
    EXPECT_EQ(place(":a"), "/cg/c1/a");
}

TEST(PlaceExecCgroup, NeverLeadsOut) {
    EXPECT_EQ(place("../c2"), "--cgroup: '../c2' must not leave the container's cgroup");
    EXPECT_EQ(place("a/../../c2"), "--cgroup: 'a/../../c2' must not leave the container's cgroup");
    EXPECT_EQ(place("cpu:a"), "--cgroup: 'cpu:a' names a controller, but cgroup v2 has one "
                              "hierarchy for all: PATH");
}

} // namespace
} // namespace tare::runtime
