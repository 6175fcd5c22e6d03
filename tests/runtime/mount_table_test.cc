#include "runtime/mount_table.h"

#include <gtest/gtest.h>

namespace tare::runtime {
namespace {

using Paths = std::vector<std::string>;

TEST(FindMounts, ByType) {
    const char* table =
        "25 1 8:1 / / rw - ext4 /dev/sda rw\n"
        "30 25 0:26 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu\n"
        "31 25 0:27 / /mnt/a\\040b rw,relatime shared:10 master:1 - cgroup2 none rw\n"
        "32 25 0:27 / /mnt/c rw - cgroup2 none rw\n";
    EXPECT_EQ(find_mounts(table, "cgroup2"), (Paths{"/mnt/a b", "/mnt/c"}));
    EXPECT_EQ(find_mounts(table, "resctrl"), Paths{});
}

TEST(FindMounts, TheSourceIsNotTheType) {
    EXPECT_EQ(find_mounts("30 25 0:26 / /cgroup2 rw - tmpfs cgroup2 rw\n", "cgroup2"), Paths{});
    EXPECT_EQ(find_mounts("", "cgroup2"), Paths{});
}

TEST(MountsOf, FindsOurProc) {
    const auto mounts = mounts_of("proc");
    ASSERT_TRUE(mounts) << mounts.error().text;
    EXPECT_FALSE(mounts->empty());
}

} // namespace
} // namespace tare::runtime
