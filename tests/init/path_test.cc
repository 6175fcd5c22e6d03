#include "init/path.h"

#include "tests/init/harness.h"

#include <cerrno>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::init {
namespace {

// A tree full of traps, and what lies beside it: nothing below `outside` may ever be reached.
class PathTest : public testing::Test {
protected:
    PathTest() : root(::open(tree.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
        outside.file("secret", "secret");
        tree.directory("a");
        tree.directory("a/b");
        tree.file("a/file", "");
        tree.link("/a", "absolute");
        tree.link("a/b", "relative");
        tree.link("../../../../../../../..", "up");
        tree.link(outside.path(), "host");
        tree.link(outside / "made", "dangling");
        tree.link("loop", "loop");
        tree.link("/absolute/b/../file", "winding");
        tree.link("/proc/self/root", "magic");
    }
    ~PathTest() override { ::close(root); }

    // What a descriptor is, seen from the tree's root; "(outside)"; or the errno.
    std::string where(int fd) const {
        if (fd < 0) return "errno " + std::to_string(-fd);
        char path[4096];
        const std::string link = "/proc/self/fd/" + std::to_string(fd);
        const ssize_t size = ::readlink(link.c_str(), path, sizeof path);
        ::close(fd);
        const std::string text(path, static_cast<std::size_t>(size));
        if (text == tree.path()) return "/";
        if (text.rfind(tree.path() + "/", 0) != 0) return "(outside)";
        return text.substr(tree.path().size());
    }

    Root tree, outside;
    int root;
};

TEST_F(PathTest, StaysInsideByBothWays) {
    const struct {
        const char* path;
        const char* where;
    } cases[] = {
        {"/", "/"},
        {"/a/b", "/a/b"},
        {"//a/./b//", "/a/b"},
        {"/a/b/../../../../a", "/a"},
        {"/absolute/b", "/a/b"},
        {"/relative", "/a/b"},
        {"/relative/..", "/a"},
        {"/up/a", "/a"},
        {"/winding", "/a/file"},
        {"/host", "errno 2"},
        {"/host/secret", "errno 2"},
        {"/dangling", "errno 2"},
        {"/a/file/b", "errno 20"},
        {"/loop", "errno 40"},
        {"/nothing/..", "errno 2"},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(where(open_in_root(root, c.path)), c.where) << c.path;
        EXPECT_EQ(where(walk_in_root(root, c.path, Symlinks::kFollow, Missing::kRefuse)), c.where)
            << c.path << ", walked";
    }
}

TEST_F(PathTest, RefusesSymlinksWhereNoneMayBe) {
    for (const char* path : {"/absolute", "/absolute/b", "/up", "/magic"}) {
        EXPECT_EQ(open_in_root(root, path, Symlinks::kRefuse), -ELOOP) << path;
        EXPECT_EQ(walk_in_root(root, path, Symlinks::kRefuse, Missing::kRefuse), -ELOOP) << path;
    }
    EXPECT_EQ(where(open_in_root(root, "/a/file", Symlinks::kRefuse)), "/a/file");
    EXPECT_EQ(open_in_root(root, "/a/file", Symlinks::kRefuse, O_DIRECTORY), -ENOTDIR);
}

TEST_F(PathTest, MakesWhatIsMissing) {
    EXPECT_EQ(where(make_in_root(root, "/new/deep/er", Missing::kMakeDirectory)), "/new/deep/er");
    EXPECT_EQ(where(make_in_root(root, "/new/file", Missing::kMakeFile)), "/new/file");
    EXPECT_EQ(where(make_in_root(root, "/relative/x", Missing::kMakeDirectory)), "/a/b/x");
    struct stat what;
    ASSERT_EQ(::stat((tree / "new/deep").c_str(), &what), 0);
    EXPECT_TRUE(S_ISDIR(what.st_mode));
    ASSERT_EQ(::stat((tree / "new/file").c_str(), &what), 0);
    EXPECT_TRUE(S_ISREG(what.st_mode));
}

// CVE-2025-24965 and its kin: a dangling symlink to the host made the runtime create files there.
TEST_F(PathTest, MakesBehindADanglingSymlinkInsideTheRoot) {
    const std::string made = outside / "made";
    EXPECT_EQ(where(make_in_root(root, "/dangling", Missing::kMakeFile)), made);
    EXPECT_NE(::access(made.c_str(), F_OK), 0);
    EXPECT_EQ(::access((tree.path() + made).c_str(), F_OK), 0);
    EXPECT_EQ(where(make_in_root(root, "/host/deep/er", Missing::kMakeDirectory)),
              outside / "deep/er");
    EXPECT_NE(::access((outside / "deep").c_str(), F_OK), 0);
    EXPECT_EQ(make_in_root(root, "/loop/x", Missing::kMakeDirectory), -ELOOP);
    EXPECT_EQ(make_in_root(root, "/a/file/x", Missing::kMakeDirectory), -ENOTDIR);
}

TEST_F(PathTest, EndsWhenSymlinksGrowThePath) {
    tree.link("grow/" + std::string(200, 'x') + "/..", "grow");
    EXPECT_EQ(walk_in_root(root, "/grow", Symlinks::kFollow, Missing::kMakeDirectory),
              -ENAMETOOLONG);
    const std::string long_path(5000, 'x');
    EXPECT_EQ(walk_in_root(root, long_path.c_str(), Symlinks::kFollow, Missing::kRefuse),
              -ENAMETOOLONG);
}

TEST(Path, LastComponent) {
    EXPECT_EQ(last_component("/dev/pts"), 5u);
    EXPECT_EQ(last_component("/dev"), 1u);
    EXPECT_EQ(last_component("dev"), 0u);
    EXPECT_EQ(last_component("/dev/"), 5u);
}

} // namespace
} // namespace tare::init
