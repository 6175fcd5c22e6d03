#include "sys/publish.h"

#include "sys/file.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::sys {
namespace {

class PublishTest : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_NE(::mkdtemp(path), nullptr);
        dir = open_directory(path).value();
    }
    void TearDown() override { std::filesystem::remove_all(path); }

    std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path),
                                                      std::filesystem::directory_iterator()));
    }

    char path[32] = "/tmp/tare-publish-XXXXXX";
    Fd dir;
};

TEST_F(PublishTest, AFileIsThereWithAllOfItsText) {
    ASSERT_TRUE(publish_file_at(dir, "file", "text", 0640));
    EXPECT_EQ(read_file_at(dir, "file", 100).value(), "text");
    struct stat facts = {};
    ASSERT_EQ(::fstatat(dir.get(), "file", &facts, 0), 0);
    EXPECT_EQ(facts.st_mode & 07777, 0640u);
    EXPECT_EQ(entries(), 1u);
}

TEST_F(PublishTest, WhatIsThereIsReplacedAndNotFollowed) {
    ASSERT_TRUE(create_file_at(dir, "other", "kept", 0600));
    ASSERT_EQ(::symlinkat("other", dir.get(), "file"), 0);
    ASSERT_TRUE(publish_file_at(dir, "file", "new", 0600));
    EXPECT_EQ(read_file_at(dir, "file", 100).value(), "new");
    EXPECT_EQ(read_file_at(dir, "other", 100).value(), "kept");
    EXPECT_EQ(entries(), 2u);
}

// `--pid-file /dev/null` as root took the device away from the whole host.
TEST_F(PublishTest, WhatIsNoDataStays) {
    ASSERT_EQ(::mkfifoat(dir.get(), "file", 0600), 0);
    EXPECT_EQ(publish_file_at(dir, "file", "new", 0600).error().text,
              "replace 'file': it is a FIFO, not a regular file");
    ASSERT_EQ(::mknodat(dir.get(), "socket", S_IFSOCK | 0600, 0), 0);
    EXPECT_EQ(publish_file_at(dir, "socket", "new", 0600).error().text,
              "replace 'socket': it is a socket, not a regular file");
    struct stat facts = {};
    ASSERT_EQ(::fstatat(dir.get(), "file", &facts, AT_SYMLINK_NOFOLLOW), 0);
    EXPECT_TRUE(S_ISFIFO(facts.st_mode));
    EXPECT_EQ(entries(), 2u);
}

TEST_F(PublishTest, ADirectoryIsNoFile) {
    ASSERT_EQ(::mkdirat(dir.get(), "file", 0700), 0);
    EXPECT_EQ(publish_file_at(dir, "file", "new", 0600).error().text,
              "unlink 'file': is a directory");
    EXPECT_EQ(entries(), 1u);
}

} // namespace
} // namespace tare::sys
