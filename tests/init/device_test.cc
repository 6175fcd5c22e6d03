#include "tests/init/harness.h"

#include <cerrno>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace tare::init {
namespace {

using wire::Detail;
using wire::Op;

class DeviceTest : public testing::Test {
protected:
    void SetUp() override {
        NEEDS_NAMESPACES();
        begin(steps, root);
    }
    // In a user namespace nodes are the host's, bound.
    wire::Device node(const std::string& path, unsigned mode, unsigned minor_number) {
        wire::Device device{.path = steps.text(path), .mode = S_IFCHR | mode};
        device.number = makedev(1, minor_number);
        return device;
    }
    std::string run(const std::string& script) {
        end(steps, script);
        const init::Outcome outcome = run_init(steps, {.namespaces = CLONE_NEWNS});
        const std::string refusal = outcome.refusal();
        return refusal.empty() ? outcome.output : refusal;
    }

    Root root, other;
    plan::Steps steps;
};

TEST_F(DeviceTest, NodesHaveTheirModeAndOwnerExactly) {
    if (::geteuid() != 0) GTEST_SKIP() << "mknod needs root";
    wire::Device owned = node("/dev/deep/owned", 0642, 3);
    owned.uid = 7;
    owned.gid = 8;
    steps.add(Op::kDevice, owned, {});
    steps.add(Op::kDevice, node("/dev/zero", 0666, 5), {});
    wire::Device fifo{.path = steps.text("/dev/fifo"), .mode = S_IFIFO | 0600};
    steps.add(Op::kDevice, fifo, {});
    EXPECT_EQ(run("cd /dev; stat -c '%F %a %u:%g %t:%T' deep/owned zero fifo"),
              "character special file 642 7:8 1:3\ncharacter special file 666 0:0 1:5\n"
              "fifo 600 0:0 0:0\n");
}

TEST_F(DeviceTest, WhatAnImageHasThereIsTakenOverOnlyIfItIsTheSame) {
    if (::geteuid() != 0) GTEST_SKIP() << "mknod needs root";
    root.link(other / "made", "dev/null");
    root.file("dev/zero", "no device");
    ASSERT_EQ(::mknod((root / "dev/full").c_str(), S_IFCHR | 0600, makedev(1, 7)), 0);
    ASSERT_EQ(::mknod((root / "dev/random").c_str(), S_IFCHR | 0600, makedev(1, 1)), 0);
    steps.add(Op::kDevice, node("/dev/null", 0666, 3), {});
    steps.add(Op::kDevice, node("/dev/zero", 0666, 5), {});
    steps.add(Op::kDevice, node("/dev/full", 0666, 7), {});
    steps.add(Op::kDevice, node("/dev/random", 0666, 8), {});
    EXPECT_EQ(run("stat -c '%n %F %a %t:%T' /dev/*"),
              "/dev/full character special file 666 1:7\n/dev/null character special file 666 1:3\n"
              "/dev/random character special file 666 1:8\n"
              "/dev/zero character special file 666 1:5\n");
    EXPECT_NE(::access((other / "made").c_str(), F_OK), 0);
}

TEST_F(DeviceTest, ADirectoryInTheWayIsAnError) {
    if (::geteuid() != 0) GTEST_SKIP() << "mknod needs root";
    root.directory("dev/null");
    steps.add(Op::kDevice, node("/dev/null", 0666, 3), {});
    EXPECT_EQ(run("true"), "step 2: errno " + std::to_string(EISDIR) + ", detail 0");
}

TEST_F(DeviceTest, BoundNodesAreVerifiedAndCoverSymlinks) {
    root.link(other / "made", "dev/null");
    wire::Device null = node("/dev/null", 0666, 3), zero = node("/dev/zero", 0666, 5);
    null.bind_source = steps.text("/dev/null");
    zero.bind_source = steps.text("/dev/zero");
    steps.add(Op::kDevice, null, {});
    steps.add(Op::kDevice, zero, {});
    EXPECT_EQ(run("stat -c '%t:%T' /dev/null /dev/zero; echo x > /dev/null"), "1:3\n1:5\n");
    EXPECT_NE(::access((other / "made").c_str(), F_OK), 0);
}

TEST_F(DeviceTest, ABoundNodeOfAnotherNumberIsRefused) {
    wire::Device null = node("/dev/null", 0666, 3);
    null.bind_source = steps.text("/dev/zero");
    steps.add(Op::kDevice, null, {});
    EXPECT_EQ(run("true"), "step 2: errno " + std::to_string(ENODEV) + ", detail "
                               + std::to_string(static_cast<int>(Detail::kNotADevice)));
}

TEST_F(DeviceTest, LinksOfTheImageStay) {
    root.link("its own", "dev/fd");
    steps.add(Op::kSymlink, wire::Symlink{steps.text("/proc/self/fd"), steps.text("/dev/fd")}, {});
    steps.add(Op::kSymlink, wire::Symlink{steps.text("pts/ptmx"), steps.text("/dev/ptmx")}, {});
    EXPECT_EQ(run("readlink /dev/fd; readlink /dev/ptmx"), "its own\npts/ptmx\n");
}

} // namespace
} // namespace tare::init
