#include "tests/init/harness.h"

#include <cerrno>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::init {
namespace {

using wire::Detail;
using wire::Op;

constexpr std::uint64_t kNamespaces = CLONE_NEWNS | CLONE_NEWPID;

// A root with a procfs on /proc, and whatever the test adds.
class MountTest : public testing::Test {
protected:
    void SetUp() override {
        NEEDS_NAMESPACES();
        begin(steps, root);
        wire::Mount proc = file_system(steps, "proc", "/proc");
        proc.flags = wire::kPlainTarget;
        steps.add(Op::kMount, proc, {});
    }

    wire::Mount tmpfs(const std::string& target, const std::vector<std::string>& options = {}) {
        return file_system(steps, "tmpfs", target, 0, options);
    }
    wire::Bind bind(const std::string& source, const std::string& target) {
        return {.source = steps.text(source), .target = steps.text(target)};
    }
    std::string run(const std::string& script) {
        end(steps, script);
        const init::Outcome outcome = run_init(steps, {.namespaces = kNamespaces});
        const std::string refusal = outcome.refusal();
        return refusal.empty() ? outcome.output : refusal;
    }
    // The refusal of the step after the three of SetUp() and begin().
    static std::string refused(int code, Detail detail) {
        return "step 3: errno " + std::to_string(code) + ", detail "
               + std::to_string(static_cast<int>(detail));
    }

    Root root, other;
    plan::Steps steps;
};

TEST_F(MountTest, MakesMountPointsThroughSymlinksInside) {
    root.link("/tmp/real", "tmp/link"); // dangling
    root.link(other.path(), "host");
    steps.add(Op::kMount, tmpfs("/tmp/link/deep"), {});
    steps.add(Op::kMount, tmpfs("/host/made"), {});
    EXPECT_EQ(run("cd /tmp/real/deep && echo inside > file && cat /tmp/link/deep/file"),
              "inside\n");
    EXPECT_NE(::access((other / "made").c_str(), F_OK), 0);
    EXPECT_EQ(::access((root / "tmp/real/deep").c_str(), F_OK), 0);
    EXPECT_NE(::access((root / "tmp/real/deep/file").c_str(), F_OK), 0) << "not in the tmpfs";
}

TEST_F(MountTest, AFollowedTopLevelSymlinkIsNoPlace) {
    root.link("tmp", "plain");
    wire::Mount mount = tmpfs("/plain");
    mount.flags = wire::kPlainTarget;
    steps.add(Op::kMount, mount, {});
    EXPECT_EQ(run("true"), refused(ENOTDIR, Detail::kTargetNotPlain));
}

TEST_F(MountTest, PlainMeansTheWayThereToo) {
    root.link("tmp", "plain");
    root.directory("tmp/sys");
    wire::Mount mount = tmpfs("/plain/sys");
    mount.flags = wire::kPlainTarget;
    steps.add(Op::kMount, mount, {});
    EXPECT_EQ(run("true"), refused(ENOTDIR, Detail::kTargetNotPlain));
}

TEST_F(MountTest, NothingGoesOverProcButAFewFiles) {
    steps.add(Op::kMount, tmpfs("/proc/sys"), {});
    EXPECT_EQ(run("true"), refused(EPERM, Detail::kForbiddenTarget));
}

TEST_F(MountTest, NothingGoesOverProcByAWindingPath) {
    steps.add(Op::kMount, tmpfs("/tmp/../proc/sys"), {});
    EXPECT_EQ(run("true"), refused(EPERM, Detail::kForbiddenTarget));
}

TEST_F(MountTest, NothingGoesOverProcByAnotherName) {
    root.link("/proc", "tmp/innocent");
    steps.add(Op::kBind, bind(other.path(), "/tmp/innocent/sys"), {});
    EXPECT_EQ(run("true"), refused(EPERM, Detail::kForbiddenTarget));
}

TEST_F(MountTest, NothingButProcfsGoesOnProc) {
    wire::Bind fake = bind(other.path(), "/proc");
    fake.flags = wire::kPlainTarget;
    steps.add(Op::kBind, fake, {});
    EXPECT_EQ(run("true"), refused(EPERM, Detail::kNotProcfs));
}

TEST_F(MountTest, NoPartOfProcfsGoesOnProc) {
    wire::Bind part = bind("/proc/sys", "/proc");
    part.flags = wire::kPlainTarget;
    steps.add(Op::kBind, part, {});
    EXPECT_EQ(run("true"), refused(EPERM, Detail::kNotProcfs));
}

TEST_F(MountTest, AFewFilesOfProcMayBeCovered) {
    other.file("uptime", "covered\n");
    steps.add(Op::kBind, bind(other / "uptime", "/proc/uptime"), {});
    EXPECT_EQ(run("cat /proc/uptime"), "covered\n");
}

TEST_F(MountTest, BindsMakeTheirTargets) {
    other.directory("dir");
    other.file("dir/inner", "inner\n");
    other.file("file", "file\n");
    steps.add(Op::kBind, bind(other / "dir", "/new/dir"), {});
    steps.add(Op::kBind, bind(other / "file", "/etc/file"), {});
    steps.add(Op::kBind, bind(other / "file", "/new/deep/file"), {});
    EXPECT_EQ(run("cat /new/dir/inner /etc/file /new/deep/file"), "inner\nfile\nfile\n");
}

TEST_F(MountTest, AFileCannotGoOnADirectory) {
    other.file("file", "");
    steps.add(Op::kBind, bind(other / "file", "/tmp"), {});
    EXPECT_EQ(run("true"), refused(ENOTDIR, Detail::kMove));
}

TEST_F(MountTest, AMissingSourceIsNamed) {
    steps.add(Op::kBind, bind(other / "nothing", "/tmp"), {});
    EXPECT_EQ(run("true"), refused(ENOENT, Detail::kOpenSource));
}

TEST_F(MountTest, AnOptionThatTheFileSystemRefuses) {
    steps.add(Op::kMount, tmpfs("/tmp", {"nonsense=1"}), {});
    EXPECT_EQ(run("true"), refused(EINVAL, Detail::kFsconfig));
}

TEST_F(MountTest, AnUnknownFileSystem) {
    steps.add(Op::kMount, file_system(steps, "nonsensefs", "/tmp"), {});
    EXPECT_EQ(run("true"), refused(ENODEV, Detail::kFsopen));
}

TEST_F(MountTest, AttributesOfABindMount) {
    other.directory("sub");
    wire::Bind data = bind(other.path(), "/tmp");
    data.recursive = 1;
    data.attributes.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC;
    data.attributes.recursive_set = MOUNT_ATTR_NOSUID;
    steps.add(Op::kBind, data, {});
    const std::string options = run("cat /proc/self/mountinfo | while read a b c d point options e;"
                                    "do [ $point != /tmp ] || echo $options; done");
    EXPECT_EQ(options.substr(0, 16), "ro,nosuid,noexec");
}

TEST_F(MountTest, ARemountChangesOnlyWhatIsAsked) {
    steps.add(Op::kMount, tmpfs("/tmp", {"size=64k"}), {});
    wire::Mount again{.target = steps.text("/tmp"), .options = steps.texts({"size=128k"})};
    again.attributes.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV;
    steps.add(Op::kRemount, again, {});
    EXPECT_EQ(run("while read a b c d point options e; do [ $point != /tmp ] ||"
                  "{ echo $options; case \"$e\" in *size=128k*) echo grown;; esac; }; done "
                  "< /proc/self/mountinfo"),
              "ro,nodev,relatime\ngrown\n");
}

TEST_F(MountTest, ATmpfsKeepsTheModeAndTheFilesThatItCovers) {
    root.directory("data");
    root.file("data/file", "text\n");
    ASSERT_EQ(::chmod((root / "data/file").c_str(), 0640), 0);
    root.directory("data/sub");
    root.file("data/sub/inner", "inner\n");
    root.link("file", "data/link");
    ASSERT_EQ(::chmod((root / "data").c_str(), 02751), 0);
    wire::Mount mount = tmpfs("/data");
    mount.flags = wire::kCopyUp | wire::kKeepMode;
    steps.add(Op::kMount, mount, {});
    EXPECT_EQ(run("cd /data; stat -c '%n %a' . file sub; cat link sub/inner; echo new > file;"
                  "echo new > another"),
              ". 2751\nfile 640\nsub 755\ntext\ninner\n");
    EXPECT_NE(::access((root / "data/another").c_str(), F_OK), 0);
}

TEST_F(MountTest, ANewTmpfsIsForEveryone) {
    wire::Mount mount = tmpfs("/new");
    mount.flags = wire::kKeepMode;
    steps.add(Op::kMount, mount, {});
    EXPECT_EQ(run("stat -c %a /new"), "1777\n");
    struct stat what;
    ASSERT_EQ(::stat((root / "new").c_str(), &what), 0);
    EXPECT_EQ(what.st_mode & 07777, 0755u);
}

TEST_F(MountTest, LongOptionsGoTheOldWay) {
    if (::geteuid() != 0) GTEST_SKIP() << "overlayfs with these layers needs root";
    std::string layers = "lowerdir=";
    for (const char name : {'a', 'b'}) {
        const std::string layer(150, name);
        other.directory(layer);
        other.file(layer + "/" + name, "");
        layers += (name == 'a' ? "" : ":") + (other / layer);
    }
    steps.add(Op::kMount, file_system(steps, "overlay", "/tmp", MOUNT_ATTR_NODEV, {layers}), {});
    EXPECT_EQ(run("ls /tmp"), "a\nb\n");
}

TEST_F(MountTest, ReadOnlyBindWhereAFileSystemIsNotAllowed) {
    wire::Mount mount = file_system(steps, "sysfs", "/sys");
    mount.source = steps.text("of the config"); // which is only for mountinfo
    mount.flags = wire::kBindOnEperm | wire::kPlainTarget;
    steps.add(Op::kMount, mount, {});
    // Even a writable sysfs refuses a new directory, but with other words.
    end(steps, "test -d /sys/kernel && echo seen; mkdir /sys/new 2>&1;"
               "while read a b c d point options e; do"
               "  case $point in /sys|/sys/*) echo \"${options%%,*}\";; esac;"
               "done < /proc/self/mountinfo | sort -u");
    // A user namespace of its own without the network namespace that sysfs would show.
    const init::Outcome outcome =
        run_init(steps, {.namespaces = kNamespaces, .new_user_namespace = true});
    EXPECT_EQ(outcome.refusal(), "");
    EXPECT_EQ(outcome.output,
              "seen\nmkdir: can't create directory '/sys/new': Read-only file system\nro\n");
}

} // namespace
} // namespace tare::init
