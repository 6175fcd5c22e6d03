#include "tests/init/harness.h"

#include <cerrno>
#include <gtest/gtest.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace tare::init {
namespace {

using wire::Detail;
using wire::Op;

class ConsoleTest : public testing::Test {
protected:
    void SetUp() override {
        NEEDS_NAMESPACES();
        begin(steps, root);
    }
    void mount_devpts() {
        steps.add(Op::kMount, file_system(steps, "tmpfs", "/dev"), {});
        steps.add(Op::kMount,
                  file_system(steps, "devpts", "/dev/pts", 0,
                              {"newinstance", "ptmxmode=0666", "mode=0620"}),
                  {});
    }
    void console() {
        steps.add(Op::kConsole, wire::Console{.rows = 12, .columns = 34, .bind_dev_console = 1},
                  {});
    }
    static std::string read_all(int fd) {
        std::string text;
        char buffer[256];
        for (ssize_t n; (n = ::read(fd, buffer, sizeof buffer)) > 0;)
            text.append(buffer, static_cast<std::size_t>(n));
        return text;
    }

    Root root, other;
    plan::Steps steps;
};

TEST_F(ConsoleTest, ATerminalOfTheContainersOwn) {
    mount_devpts();
    console();
    end(steps, "stat -c '%t %a' /dev/console; stty size; echo x > /dev/console; tty;"
               "ls /proc/self/fd 2>/dev/null; echo end >&2");
    std::string said;
    const init::Outcome outcome = run_init(steps, {.namespaces = CLONE_NEWNS});
    EXPECT_EQ(outcome.refusal(), "");
    EXPECT_TRUE(outcome.exited(0)) << outcome.wait_status;
    ASSERT_EQ(outcome.descriptors.size(), 1u);
    const int master = outcome.descriptors[0];
    winsize size = {};
    EXPECT_EQ(::ioctl(master, TIOCGWINSZ, &size), 0);
    EXPECT_EQ(size.ws_row, 12);
    EXPECT_EQ(size.ws_col, 34);
    EXPECT_EQ(read_all(master), "88 620\r\n12 34\r\nx\r\n/dev/pts/0\r\nend\r\n");
    ::close(master);
}

TEST_F(ConsoleTest, ADirectoryThatIsNoDevptsIsRefused) {
    root.directory("dev/pts");
    root.file("dev/pts/ptmx", "");
    console();
    end(steps, "true");
    EXPECT_EQ(run_init(steps, {.namespaces = CLONE_NEWNS}).refusal(),
              "step 2: errno " + std::to_string(ENODEV) + ", detail "
                  + std::to_string(static_cast<int>(Detail::kNotADevice)));
}

// CVE-2026-88264: /dev/console of the image is a symlink to a file of the host.
TEST_F(ConsoleTest, ASymlinkAsConsoleIsCovered) {
    root.directory("dev/pts");
    root.link(other / "made", "dev/console");
    steps.add(Op::kMount,
              file_system(steps, "devpts", "/dev/pts", 0, {"newinstance", "ptmxmode=0666"}), {});
    console();
    end(steps, "stat -c %t /dev/console");
    const init::Outcome outcome = run_init(steps, {.namespaces = CLONE_NEWNS});
    EXPECT_EQ(outcome.refusal(), "");
    ASSERT_EQ(outcome.descriptors.size(), 1u);
    EXPECT_EQ(read_all(outcome.descriptors[0]), "88\r\n");
    ::close(outcome.descriptors[0]);
    EXPECT_NE(::access((other / "made").c_str(), F_OK), 0);
}

} // namespace
} // namespace tare::init
