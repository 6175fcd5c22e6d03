#include "sys/file.h"

#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::sys {
namespace {

class FileTest : public ::testing::Test {
protected:
    FileTest() {
        char name[] = "/tmp/tare-file-XXXXXX";
        path_ = ::mkdtemp(name);
        dir_ = *open_directory(path_);
    }
    ~FileTest() override { (void)!std::system(("rm -rf " + path_).c_str()); }

    std::string path_;
    Fd dir_;
};

TEST_F(FileTest, ReplaceShowsTheOldOrTheNewAndLeavesNoTemporary) {
    ASSERT_TRUE(replace_file_at(dir_, "a", "one", 0600));
    ASSERT_TRUE(replace_file_at(dir_, "a", "second", 0600));
    EXPECT_EQ(read_file(path_ + "/a", 100).value(), "second");
    EXPECT_FALSE(open_at(dir_, "a.tmp", O_RDONLY));
}

TEST_F(FileTest, AFailedReplaceLeavesTheOldAndNoTemporary) {
    ASSERT_TRUE(make_directory(path_ + "/d", 0700));
    EXPECT_EQ(replace_file_at(dir_, "d", "text", 0600).error().text,
              "rename to 'd': is a directory");
    EXPECT_FALSE(open_at(dir_, "d.tmp", O_RDONLY));
}

TEST_F(FileTest, MakesNonblockingOrSaysWhyNot) {
    int fds[2];
    ASSERT_EQ(::pipe2(fds, O_CLOEXEC), 0);
    const Fd read_end(fds[0]), write_end(fds[1]);
    ASSERT_TRUE(make_nonblocking(read_end));
    char byte;
    EXPECT_EQ(::read(read_end.get(), &byte, 1), -1);
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_EQ(make_nonblocking(Fd()).error().text,
              "make descriptor -1 non-blocking: bad file descriptor");
}

TEST_F(FileTest, ReadsPastOneBufferAndStopsAtTheLimit) {
    const std::string big(200'000, 'x');
    ASSERT_TRUE(create_file_at(dir_, "big", big, 0600));
    EXPECT_EQ(read_file_at(dir_, "big", 200'000).value(), big);
    EXPECT_EQ(read_file_at(dir_, "big", 199'999).error().text,
              "read 'big': more than 199999 bytes");
}

TEST_F(FileTest, CreateRefusesWhatIsThere) {
    ASSERT_TRUE(create_file_at(dir_, "a", "", 0600));
    EXPECT_EQ(create_file_at(dir_, "a", "", 0600).error().text, "open 'a': file exists");
}

TEST_F(FileTest, ControlWritesNeverCreate) {
    EXPECT_EQ(write_control_at(dir_, "pids.max", "5").error().text,
              "open 'pids.max': no such file or directory");
}

TEST_F(FileTest, RemovingWhatIsNotThereSucceeds) {
    EXPECT_TRUE(remove_file_at(dir_, "nothing"));
    EXPECT_TRUE(remove_directory(path_ + "/nothing"));
    ASSERT_TRUE(create_file_at(dir_, "a", "", 0600));
    EXPECT_EQ(remove_directory(path_).error().text, "rmdir '" + path_ + "': directory not empty");
}

TEST_F(FileTest, ReadingFollowsNoLinkInADirectoryOfOurs) {
    ASSERT_EQ(::symlinkat("/etc/passwd", dir_.get(), "link"), 0);
    EXPECT_EQ(read_file_at(dir_, "link", 100).error().text,
              "open 'link': too many levels of symbolic links");
}

TEST(SealedMemory, CannotBeChanged) {
    const auto memory = sealed_memory("test", "contents", false);
    ASSERT_TRUE(memory) << memory.error().text;
    EXPECT_LT(::pwrite(memory->get(), "x", 1, 0), 0);
    EXPECT_LT(::ftruncate(memory->get(), 0), 0);
    char text[16] = {};
    EXPECT_EQ(::pread(memory->get(), text, sizeof text, 0), 8);
    EXPECT_STREQ(text, "contents");
}

} // namespace
} // namespace tare::sys
