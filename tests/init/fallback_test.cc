#include "tests/init/harness.h"

#include <cerrno>
#include <gtest/gtest.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tare::init {
namespace {

using wire::Op;

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

const std::vector<long> kMountCalls = {SYS_fsopen,    SYS_fsconfig,   SYS_fsmount,      SYS_fspick,
                                       SYS_open_tree, SYS_move_mount, SYS_mount_setattr};

// What still works, and as safely, where the kernel lacks newer calls.
class FallbackTest : public testing::Test {
protected:
    void SetUp() override {
        NEEDS_NAMESPACES();
        begin(steps, root);
        wire::Mount proc = file_system(steps, "proc", "/proc");
        proc.flags = wire::kPlainTarget;
        steps.add(Op::kMount, proc, {});
    }
    std::string run(const std::string& script, const std::vector<long>& missing) {
        end(steps, script);
        const init::Outcome outcome = run_init(
            steps, {.namespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC, .missing = missing});
        const std::string refusal = outcome.refusal();
        return refusal.empty() ? outcome.output : refusal;
    }

    Root root, other;
    plan::Steps steps;
};

TEST_F(FallbackTest, WithoutOpenat2) {
    root.link("/tmp", "way");
    other.file("file", "seen\n");
    steps.add(Op::kMount, file_system(steps, "tmpfs", "/way/deep"), {});
    steps.add(Op::kBind,
              wire::Bind{.source = steps.text(other / "file"), .target = steps.text("/way/x/file")},
              {});
    steps.add(Op::kMaskPath, wire::Path{steps.text("/proc/version")}, {});
    steps.add(Op::kMaskPath, wire::Path{steps.text("/bin/nothing")}, {});
    steps.add(Op::kReadonlyPath, wire::Path{steps.text("/proc/sys")}, {});
    steps.add(Op::kOomScore, wire::Value{steps.text("7")}, {});
    steps.add(Op::kSysctl, wire::Sysctl{steps.text("kernel/msgmax"), steps.text("77")}, {});
    EXPECT_EQ(run("cat /tmp/x/file /proc/version /proc/self/oom_score_adj"
                  " /proc/sys/kernel/msgmax;"
                  "(echo x > /proc/sys/kernel/domainname) 2>/dev/null || echo ro",
                  {SYS_openat2}),
              "seen\n7\n77\nro\n");
}

TEST_F(FallbackTest, WithoutTheNewMountCalls) {
    other.file("file", "seen\n");
    steps.add(Op::kMount,
              file_system(steps, "tmpfs", "/tmp", MOUNT_ATTR_NODEV | MOUNT_ATTR_NOATIME,
                          {"size=64k", "mode=700"}),
              {});
    wire::Bind bind{.source = steps.text(other / "file"), .target = steps.text("/tmp/deep/file")};
    bind.attributes.set = MOUNT_ATTR_RDONLY;
    steps.add(Op::kBind, bind, {});
    EXPECT_EQ(run("cat /tmp/deep/file; stat -c %a /tmp; while read a b c d point options e; do"
                  " case $point in /tmp*) echo ${options%%,relatime};; esac;"
                  " done < /proc/self/mountinfo",
                  kMountCalls),
              "seen\n700\nrw,nodev,noatime\nro\n");
}

TEST_F(FallbackTest, ATmpfsTakesOverWithoutTheNewMountCalls) {
    root.directory("data");
    root.file("data/file", "text\n");
    ASSERT_EQ(::chmod((root / "data").c_str(), 0700), 0);
    for (const char* target : {"/data", "/new"}) {
        wire::Mount mount = file_system(steps, "tmpfs", target, MOUNT_ATTR_RDONLY);
        mount.flags = wire::kCopyUp | wire::kKeepMode;
        steps.add(Op::kMount, mount, {});
    }
    EXPECT_EQ(run("stat -c %a /data /new; cat /data/file;"
                  "(echo new > /data/another) 2>/dev/null || echo ro",
                  kMountCalls),
              "700\n1777\ntext\nro\n");
}

TEST_F(FallbackTest, MasksWithoutTheNewMountCalls) {
    for (const char* path : {"/proc/version", "/proc/fs"})
        steps.add(Op::kMaskPath, wire::Path{steps.text(path)}, {});
    steps.add(Op::kReadonlyPath, wire::Path{steps.text("/proc/sys")}, {});
    EXPECT_EQ(run("cat /proc/version; ls -A /proc/fs;"
                  "(echo x > /proc/sys/kernel/domainname) 2>/dev/null || echo ro",
                  kMountCalls),
              "ro\n");
}

TEST_F(FallbackTest, WhatOnlyTheNewCallsCanDoIsAnError) {
    wire::Bind bind{.source = steps.text(other.path()), .target = steps.text("/tmp")};
    bind.recursive = 1;
    bind.attributes.recursive_set = MOUNT_ATTR_RDONLY;
    steps.add(Op::kBind, bind, {});
    EXPECT_EQ(run("true", {SYS_mount_setattr}),
              "step 3: errno 38, detail "
                  + std::to_string(static_cast<int>(wire::Detail::kMissingSyscall)));
}

TEST_F(FallbackTest, WithoutMountSetattr) {
    other.file("file", "seen\n");
    wire::Bind bind{.source = steps.text(other.path()), .target = steps.text("/tmp")};
    bind.attributes.set = MOUNT_ATTR_RDONLY;
    steps.add(Op::kBind, bind, {});
    steps.add(Op::kReadonlyPath, wire::Path{steps.text("/proc/sys")}, {});
    EXPECT_EQ(run("cat /tmp/file; for file in /tmp/file /proc/sys/kernel/domainname;"
                  " do (echo x > $file) 2>/dev/null || echo ro; done",
                  {SYS_mount_setattr}),
              "seen\nro\nro\n");
}

TEST_F(FallbackTest, AReadOnlyRootWithoutMountSetattr) {
    steps.add(Op::kPivot, wire::Pivot{}, {});
    steps.add(Op::kRootReadonly, {});
    steps.add(Op::kOomScore, wire::Value{steps.text("8")}, {});
    shell(steps, "exec 2>&-; echo x > /new || echo ro; cat /proc/self/oom_score_adj");
    const init::Outcome outcome = run_init(steps, {.namespaces = CLONE_NEWNS | CLONE_NEWPID,
                                                   .missing = {SYS_mount_setattr, SYS_openat2}});
    EXPECT_EQ(outcome.refusal(), "");
    EXPECT_EQ(outcome.output, "ro\n8\n");
}

TEST_F(FallbackTest, WithoutCloseRange) {
    EXPECT_EQ(run("ls /proc/self/fd", {SYS_close_range}), "0\n1\n2\n3\n");
}

// Far above all that is worth trying one by one.
TEST_F(FallbackTest, WithoutCloseRangeHighDescriptorsAreListed) {
    constexpr int kHigh = 70'000;
    end(steps, "ls /proc/self/fd");
    const init::Outcome outcome = run_init(
        steps,
        {.namespaces = CLONE_NEWNS | CLONE_NEWPID, .missing = {SYS_close_range}, .before_exec = [] {
             rlimit limit = {kHigh + 1, kHigh + 1};
             ::setrlimit(RLIMIT_NOFILE, &limit);
             ::dup2(1, kHigh);
         }});
    EXPECT_EQ(outcome.refusal(), "");
    EXPECT_EQ(outcome.output, "0\n1\n2\n3\n");
}

// A listing that the image made up.
TEST_F(FallbackTest, WithoutCloseRangeOnlyAProcfsIsBelieved) {
    plan::Steps own;
    begin(own, root);
    for (const char* below : {"/proc/1", "/proc/1/fd"})
        root.directory(below);
    root.link("1", "/proc/self");
    end(own, "for fd in 5 9; do (echo open >&$fd) 2>/dev/null || echo closed; done");
    const init::Outcome outcome = run_init(own, {.namespaces = CLONE_NEWNS | CLONE_NEWPID,
                                                 .missing = {SYS_close_range},
                                                 .before_exec = [] { ::dup2(1, 9); }});
    EXPECT_EQ(outcome.refusal(), "");
    EXPECT_EQ(outcome.output, "closed\nclosed\n");
}

TEST_F(FallbackTest, HooksWithoutPidfds) {
    wire::Hook hook{.path = steps.text("/bin/sh"),
                    .args = steps.texts({"sh", "-c", "cat >tmp/said"})};
    hook.state_head = steps.text("state\n");
    hook.timeout_ms = 5000;
    steps.add(Op::kHook, hook, {});
    const std::string output = run("cat /tmp/said", {SYS_pidfd_open});
    EXPECT_EQ(output.substr(0, 6), "state\n");
}

} // namespace
} // namespace tare::init
