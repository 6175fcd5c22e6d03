#include "runtime/device_nodes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace tare::runtime {
namespace {

plan::DeviceSource device(const char* path, mode_t mode, unsigned minor_number) {
    return {.origin = "config.json#/linux/devices/0",
            .path = path,
            .mode = mode,
            .number = makedev(1, minor_number)};
}

std::string mounts_namespace() {
    char name[64] = {};
    return ::readlink("/proc/self/ns/mnt", name, sizeof name - 1) < 0 ? "" : name;
}

TEST(IsOnHost, LooksAtTypeAndNumber) {
    EXPECT_TRUE(is_on_host(device("/dev/null", S_IFCHR | 0600, 3)));
    EXPECT_FALSE(is_on_host(device("/dev/null", S_IFCHR | 0666, 5)));
    EXPECT_FALSE(is_on_host(device("/dev/null", S_IFBLK | 0666, 3)));
    EXPECT_FALSE(is_on_host(device("/dev/no-such", S_IFCHR | 0666, 3)));
}

TEST(MakeDeviceNodes, MakesEachWithItsModeAndOwner) {
    if (::geteuid() != 0) GTEST_SKIP() << "mknod needs root";
    plan::DeviceSource first = device("/dev/a", S_IFCHR | 0622, 3);
    first.uid = 7;
    first.gid = 8;
    const plan::DeviceSource second = device("/dev/b", S_IFCHR | 0666, 5);
    const std::string before = mounts_namespace();
    const auto nodes = make_device_nodes({&first, &second});
    if (!nodes && (nodes.error().code == EPERM || nodes.error().code == ENOSYS))
        GTEST_SKIP() << nodes.error().text;
    ASSERT_TRUE(nodes) << nodes.error().text;
    EXPECT_EQ(mounts_namespace(), before);
    ASSERT_EQ(nodes->size(), 2u);
    struct stat found = {};
    ASSERT_EQ(::fstat((*nodes)[0].get(), &found), 0);
    EXPECT_EQ(found.st_mode, mode_t{S_IFCHR | 0622});
    EXPECT_EQ(found.st_rdev, makedev(1, 3));
    EXPECT_EQ(found.st_uid, 7u);
    EXPECT_EQ(found.st_gid, 8u);
    ASSERT_EQ(::fstat((*nodes)[1].get(), &found), 0);
    EXPECT_EQ(found.st_rdev, makedev(1, 5));
}

} // namespace
} // namespace tare::runtime
