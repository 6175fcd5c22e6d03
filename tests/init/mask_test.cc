#include "tests/init/harness.h"

#include <cerrno>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace tare::init {
namespace {

using wire::Detail;
using wire::Op;

class MaskTest : public testing::Test {
protected:
    void SetUp() override {
        NEEDS_NAMESPACES();
        root.directory("d");
        root.file("d/secret", "secret\n");
        root.directory("e");
        root.file("e/secret", "secret\n");
        root.file("f", "secret\n");
        begin(steps, root);
    }
    void mask(const std::string& path) {
        steps.add(Op::kMaskPath, wire::Path{steps.text(path)}, {});
    }
    void read_only(const std::string& path) {
        steps.add(Op::kReadonlyPath, wire::Path{steps.text(path)}, {});
    }
    std::string run(const std::string& script) {
        end(steps, script);
        const init::Outcome outcome = run_init(steps, {.namespaces = CLONE_NEWNS | CLONE_NEWPID});
        const std::string refusal = outcome.refusal();
        return refusal.empty() ? outcome.output : refusal;
    }

    Root root;
    plan::Steps steps;
};

TEST_F(MaskTest, HidesFilesAndDirectories) {
    for (const char* path : {"/d", "/e", "/f", "/nothing", "/f/nothing", "/nothing/deep"})
        mask(path);
    EXPECT_EQ(
        run("ls -A /d /e; cat /f; stat -c %t:%T /f; (echo x > /d/new) 2>/dev/null || echo ro"),
        "/d:\n\n/e:\n1:3\nro\n");
}

TEST_F(MaskTest, TwiceIsNoHarm) {
    mask("/d");
    mask("/d");
    mask("/f");
    mask("/f");
    EXPECT_EQ(run("ls -A /d; cat /f"), "");
}

// CVE-2025-31133: an image whose /dev/null is a symlink.
TEST_F(MaskTest, TheImagesDevNullIsNotUsed) {
    root.link("/f", "dev/null");
    mask("/d/secret");
    EXPECT_EQ(run("cat /d/secret; stat -c %t:%T /d/secret"), "1:3\n");
}

TEST_F(MaskTest, SymlinksAreFollowedInsideTheRoot) {
    root.link("d", "link");
    root.link("/e", "all");
    root.link("../../../f", "out");
    root.link("/no/where", "dangling");
    for (const char* path : {"/link/secret", "/all", "/out", "/dangling", "/dangling/x"})
        mask(path);
    EXPECT_EQ(run("cat /d/secret /f; ls -A /e; readlink /out"), "../../../f\n");
}

// Its inode may be the host's, and its owner's rights are the container's.
TEST_F(MaskTest, WhatMasksAFileKeepsItsModeAndOwner) {
    for (const char* path : {"/d/secret", "/f"})
        mask(path);
    EXPECT_EQ(run("for file in /d/secret /f; do (chmod 600 $file || chown 1 $file || touch $file)"
                  " 2>/dev/null || echo ro; echo x > $file && echo written; done"),
              "ro\nwritten\nro\nwritten\n");
}

// A watch or a lock on it would be one on the host's.
TEST_F(MaskTest, WhatMasksAFileIsTheContainersOwn) {
    steps.add(Op::kMount, file_system(steps, "tmpfs", "/dev"), {});
    wire::Device null{.path = steps.text("/dev/null"), .mode = S_IFCHR | 0666};
    null.number = makedev(1, 3);
    steps.add(Op::kDevice, null, {});
    mask("/f");
    EXPECT_EQ(run("[ $(stat -c %d:%i /f) = $(stat -c %d:%i /dev/null) ] && echo same"), "same\n");
}

TEST_F(MaskTest, ReadOnlyPathsKeepTheirFlags) {
    steps.add(Op::kMount, file_system(steps, "tmpfs", "/tmp", 2 /* nosuid */), {});
    steps.add(Op::kMount, file_system(steps, "tmpfs", "/tmp/below"), {});
    wire::Mount proc = file_system(steps, "proc", "/proc");
    proc.flags = wire::kPlainTarget;
    steps.add(Op::kMount, proc, {});
    for (const char* path : {"/tmp", "/f", "/nothing"})
        read_only(path);
    EXPECT_EQ(run("for file in /tmp/x /tmp/below/x /f; do (echo x > $file) 2>/dev/null || echo ro;"
                  " done; cat /f; while read a b c d point options e; do"
                  " [ $point != /tmp ] || last=$options; done < /proc/self/mountinfo; echo $last"),
              "ro\nro\nro\nsecret\nro,nosuid,relatime\n");
}

} // namespace
} // namespace tare::init
