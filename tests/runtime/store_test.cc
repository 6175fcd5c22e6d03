#include "runtime/store.h"

#include "runtime/runtime.h"
#include "sys/file.h"

#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace tare::runtime {
namespace {

class StoreTest : public ::testing::Test {
protected:
    StoreTest() {
        char name[] = "/tmp/tare-store-XXXXXX";
        base_ = ::mkdtemp(name);
        settings_ = {.root = base_ + "/deep/root", .root_is_default = false};
    }
    ~StoreTest() override { (void)!std::system(("rm -rf " + base_).c_str()); }

    std::string base_;
    Settings settings_;
};

TEST(CheckId, OneFileName) {
    for (const char* good : {"a", "A-b_c.d+9", "..."})
        EXPECT_TRUE(check_id(good)) << good;
    for (const char* bad : {"", ".", "..", "a/b", "a b", "@x", "a\n"})
        EXPECT_FALSE(check_id(bad)) << bad;
    EXPECT_EQ(check_id("a/b").error().text,
              "invalid container ID 'a/b': must be of the characters A-Z a-z 0-9 _ + . -, and not "
              ". or ..");
    EXPECT_EQ(check_id(std::string(256, 'a')).error().text,
              "invalid container ID: longer than 255 bytes");
}

TEST_F(StoreTest, ClaimMakesAPrivateDirectoryAndOnlyOneWins) {
    const auto claimed = StateDirectory::claim(settings_, "c1");
    ASSERT_TRUE(claimed) << claimed.error().text;
    struct stat facts = {};
    ASSERT_EQ(::stat(claimed->path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0700u);
    EXPECT_EQ(StateDirectory::claim(settings_, "c1").error().text,
              "container with given ID already exists: c1");
}

TEST_F(StoreTest, OpenOfNothing) {
    EXPECT_EQ(StateDirectory::open(settings_, "c1").error().text, "container does not exist: c1");
}

TEST_F(StoreTest, RecordsAreReplacedAndRemovedWithTheRest) {
    auto claimed = StateDirectory::claim(settings_, "c1");
    ASSERT_TRUE(claimed);
    EXPECT_EQ(claimed->read().error().code, ENOENT);
    ASSERT_TRUE(claimed->write({.id = "c1", .ready = false}));
    ASSERT_TRUE(claimed->write({.id = "c1", .ready = true}));
    EXPECT_TRUE(claimed->read()->ready);

    ASSERT_EQ(::mkdirat(claimed->fd().get(), "notify", 0755), 0);
    ASSERT_TRUE(sys::create_file_at(claimed->fd(), "notify/x", "", 0600));
    ASSERT_TRUE(sys::make_fifo_at(claimed->fd(), "gate", 0600));
    EXPECT_TRUE(claimed->remove());
    EXPECT_EQ(StateDirectory::open(settings_, "c1").error().code, ENOENT);
    EXPECT_TRUE(claimed->remove()) << "removing twice";
}

TEST_F(StoreTest, ALongDirectoryIsRemovedToo) {
    const auto claimed = StateDirectory::claim(settings_, "c1");
    ASSERT_TRUE(claimed->write({.id = "c1"}));
    EXPECT_FALSE(claimed->remove_empty());
    for (int i = 0; i < 500; ++i)
        ASSERT_TRUE(sys::create_file_at(claimed->fd(), "a-file-" + std::to_string(i), "", 0600));
    EXPECT_TRUE(claimed->remove());
    EXPECT_EQ(StateDirectory::open(settings_, "c1").error().code, ENOENT);
}

TEST_F(StoreTest, LockOfARemovedDirectoryIsWorthNothing) {
    const auto claimed = StateDirectory::claim(settings_, "c1");
    auto other = StateDirectory::open(settings_, "c1");
    ASSERT_TRUE(other);
    EXPECT_LT(::flock(other->fd().get(), LOCK_EX | LOCK_NB), 0) << "claim holds the lock";
    ASSERT_TRUE(claimed->remove());
    ASSERT_EQ(::flock(claimed->fd().get(), LOCK_UN), 0);
    EXPECT_EQ(other->lock().error().text, "container does not exist: c1");
}

TEST_F(StoreTest, ListIsSortedAndSkipsWhatIsNoId) {
    EXPECT_FALSE(list_ids(settings_)) << "a missing root that was named";
    Settings unnamed = settings_;
    unnamed.root_is_default = true;
    EXPECT_EQ(list_ids(unnamed)->size(), 0u);

    for (const char* id : {"b", "a", "c"})
        ASSERT_TRUE(StateDirectory::claim(settings_, id));
    ASSERT_EQ(::mkdir((settings_.root + "/@seccomp").c_str(), 0700), 0);
    EXPECT_EQ(list_ids(settings_).value(), (std::vector<std::string>{"a", "b", "c"}));
}

} // namespace
} // namespace tare::runtime
