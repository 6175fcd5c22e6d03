#include "plan/detail.h"

#include "plan/wire.h"

#include <cstring>
#include <gtest/gtest.h>

namespace tare::plan {
namespace {

class DetailTest : public ::testing::Test {
protected:
    DetailTest() {
        steps_.add(wire::Op::kLoopbackUp, {"(default)", "bring up the loopback device"});
        steps_.add(wire::Op::kMount, {"config.json#/mounts/3", "mount tmpfs on '/data'"});
    }
    std::string text(int code, wire::Detail detail, std::uint32_t step = 1) {
        return describe(steps_, {.kind = wire::kFailed,
                                 .step = step,
                                 .code = code,
                                 .detail = static_cast<std::uint32_t>(detail)})
            .text;
    }
    Steps steps_;
};

TEST_F(DetailTest, OriginAttemptAndReason) {
    EXPECT_EQ(text(EPERM, wire::Detail::kNone),
              "config.json#/mounts/3: mount tmpfs on '/data': operation not permitted");
    EXPECT_EQ(text(EPERM, wire::Detail::kNone, 0),
              "(default): bring up the loopback device: operation not permitted");
}

TEST_F(DetailTest, ThePartThatWasRefused) {
    EXPECT_EQ(text(EROFS, wire::Detail::kOpenTarget),
              "config.json#/mounts/3: mount tmpfs on '/data': open or make the mount point: "
              "read-only file system");
    EXPECT_EQ(text(ENOTDIR, wire::Detail::kTargetNotPlain),
              "config.json#/mounts/3: mount tmpfs on '/data': must be mounted on ordinary "
              "directory");
}

TEST_F(DetailTest, WhatMayBeCoveredInProc) {
    EXPECT_EQ(text(EPERM, wire::Detail::kForbiddenTarget),
              "config.json#/mounts/3: mount tmpfs on '/data': inside /proc only these may be "
              "mounted over: cpuinfo, diskstats, meminfo, stat, swaps, uptime, loadavg, slabinfo, "
              "sys/kernel/ns_last_pid, sys/crypto/fips_enabled");
}

TEST_F(DetailTest, WhatAChrootLacks) {
    steps_.add(wire::Op::kPropagation, {"(default)", "set the propagation"});
    EXPECT_EQ(text(EINVAL, wire::Detail::kNone, 2),
              "(default): set the propagation: invalid argument (the root that tare sees is no "
              "mount point, as in a chroot: bind it to itself)");
}

// Managers look for the errno's text behind the program's name.
TEST_F(DetailTest, WhatAProgramLacks) {
    steps_.add(wire::Op::kExec, {"", "exec: \"run.sh\""});
    EXPECT_EQ(text(ENOENT, wire::Detail::kNone, 2),
              "exec: \"run.sh\": no such file or directory (it was found before: is its "
              "interpreter there, or its dynamic loader?)");
}

TEST_F(DetailTest, HooksTellTheirWaitStatus) {
    EXPECT_EQ(text(3 << 8, wire::Detail::kHookExit),
              "config.json#/mounts/3: mount tmpfs on '/data': exit status 3, stdout: , stderr: ");
    EXPECT_EQ(
        text(9, wire::Detail::kHookExit),
        "config.json#/mounts/3: mount tmpfs on '/data': killed by signal 9, stdout: , stderr: ");
    EXPECT_EQ(describe(steps_, {.step = 1,
                                .code = 9,
                                .detail = static_cast<std::uint32_t>(wire::Detail::kHookExit)})
                  .code,
              EINVAL);
}

TEST_F(DetailTest, HooksTellWhatTheyWrote) {
    HookOutput output;
    const auto take = [&](std::uint32_t kind, const std::string& text) {
        char bytes[sizeof(wire::Message)] = {};
        std::memcpy(bytes, &kind, sizeof kind);
        text.copy(bytes + sizeof kind, wire::kPiece);
        wire::Message message;
        std::memcpy(&message, bytes, sizeof message);
        return output.take(message);
    };
    EXPECT_TRUE(take(wire::kHookStdout, "twelve bytes"));
    EXPECT_TRUE(take(wire::kHookStdout, " and more\n\n"));
    EXPECT_TRUE(take(wire::kHookStderr, "no"));
    EXPECT_FALSE(take(wire::kFailed, "not a piece"));
    const wire::Message late{.kind = wire::kFailed,
                             .step = 1,
                             .code = ETIMEDOUT,
                             .detail = static_cast<std::uint32_t>(wire::Detail::kHookTimeout)};
    EXPECT_EQ(describe(steps_, late, output).text,
              "config.json#/mounts/3: mount tmpfs on '/data': timed out, stdout: twelve bytes and "
              "more, stderr: no");
}

TEST_F(DetailTest, SaysWhatToDoWhereThatIsKnown) {
    EXPECT_EQ(text(ENODEV, wire::Detail::kFsopen),
              "config.json#/mounts/3: mount tmpfs on '/data': the file system type is not known or "
              "not allowed here: no such device (this kernel has no such file system)");
}

TEST_F(DetailTest, AnIdMappingThatTheFileSystemDoesNotTake) {
    steps_.add(wire::Op::kBind, {"config.json#/mounts/4", "bind '/a' on '/b'", "ro, idmap"});
    EXPECT_EQ(text(EINVAL, wire::Detail::kSetAttributes, 2),
              "config.json#/mounts/4: bind '/a' on '/b': set the mount's attributes: invalid "
              "argument (its file system takes no id mappings in this kernel)");
    EXPECT_EQ(text(EINVAL, wire::Detail::kSetAttributes),
              "config.json#/mounts/3: mount tmpfs on '/data': set the mount's attributes: invalid "
              "argument");
}

TEST_F(DetailTest, ProgramsAreNamedAsManagersExpect) {
    steps_.add(wire::Op::kFindExec, {"config.json#/process/args/0", "exec: \"x\""});
    steps_.add(wire::Op::kExec, {"config.json#/process/args/0", "exec /run.sh"});
    EXPECT_EQ(text(ENOENT, wire::Detail::kNotFound, 2),
              "config.json#/process/args/0: exec: \"x\": executable file not found in $PATH");
    EXPECT_EQ(text(ENOENT, wire::Detail::kNone, 3),
              "config.json#/process/args/0: exec /run.sh: no such file or directory "
              "(it was found before: is its interpreter there, or its dynamic loader?)");
}

TEST_F(DetailTest, OptionsThatTheFileSystemRefuses) {
    steps_.add(wire::Op::kMount, {"config.json#/mounts/7", "mount tmpfs on '/t'",
                                  "nodev, foo=bar; with the mode of what it covers"});
    EXPECT_EQ(text(EINVAL, wire::Detail::kFsconfig, 2),
              "config.json#/mounts/7/options: mount tmpfs on '/t': an option of the file system: "
              "invalid argument ('nodev, foo=bar')");
}

TEST_F(DetailTest, AStepThatIsNotThereIsNoCrash) {
    EXPECT_EQ(text(EIO, wire::Detail::kNone, 7), "set up the container: input/output error");
}

} // namespace
} // namespace tare::plan
