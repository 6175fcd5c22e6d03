#include "runtime/criu.h"
#include "runtime/criu_mounts.h"

#include "base/text.h"

#include <gtest/gtest.h>

namespace tare::runtime {
namespace {

TEST(CriuLog, TellsTheFirstErrorsWithoutNoise) {
    const std::string log =
        "(00.000001) Version: 4.2\n"
        "(00.263411) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: "
        "Operation "
        "not permitted\n"
        "(00.380000)      1: Error (criu/files-reg.c:1790): Can't lookup mount=23 for fd=0\n"
        "Error (criu/util.c:642): execvp(\"ip\", ...) failed: No such file or directory\n"
        "(00.419769) Error (criu/cr-dump.c:1975): Dumping FAILED.\n";
    EXPECT_EQ(joined(errors_of_log(log, 9), "|"),
              "Error (criu/files-reg.c:1790): Can't lookup mount=23 for fd=0|"
              "Error (criu/util.c:642): execvp(\"ip\", ...) failed: No such file or directory");
    EXPECT_EQ(errors_of_log(log, 1).size(), 1u);
    EXPECT_TRUE(errors_of_log("", 1).empty());
}

TEST(CriuLog, AMissingLogLeavesTheErrorAsItIs) {
    EXPECT_EQ(explain_with_log({EIO, "criu failed"}, "/no/such", "dump.log").text, "criu failed");
}

TEST(CriuMounts, ReadsMountPoints) {
    const auto points =
        mount_points("105 83 254:0 /a / rw - ext4 /dev/vda rw\n"
                     "106 105 0:39 / /with\\040space\\134 rw master:2 - proc proc rw\n"
                     "nonsense\n");
    EXPECT_EQ(points.size(), 2u);
    EXPECT_EQ(points.at(105), "/");
    EXPECT_EQ(points.at(106), "/with space\\");
}

} // namespace
} // namespace tare::runtime
