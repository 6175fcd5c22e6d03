#include "runtime/console.h"

#include "sys/socket.h"

#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace tare::runtime {
namespace {

Fd open_master() {
    return Fd(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
}

TEST(SendConsole, SendsTheNameAndTheMaster) {
    const Fd master = open_master();
    ASSERT_TRUE(master);
    auto pair = sys::socket_pair(SOCK_STREAM);
    ASSERT_TRUE(pair);
    ASSERT_TRUE(send_console(pair->ours, master));
    char name[64] = {};
    const auto received = sys::receive(pair->theirs, name, sizeof name);
    ASSERT_TRUE(received);
    EXPECT_STREQ(name, ::ptsname(received->fd.get()));
    EXPECT_EQ(received->size, std::string_view(::ptsname(master.get())).size());
}

TEST(CheckPtyMaster, RefusesAnythingElse) {
    const std::string refusal = "what came as the container's terminal is no pseudoterminal's "
                                "master";
    EXPECT_EQ(check_pty_master(Fd(::open("/dev/null", O_RDWR))).error().text, refusal);
    EXPECT_EQ(check_pty_master(Fd(::open("/etc/passwd", O_RDONLY))).error().text, refusal);
    const Fd master = open_master();
    int unlocked = 0;
    ASSERT_EQ(::ioctl(master.get(), TIOCSPTLCK, &unlocked), 0);
    EXPECT_EQ(check_pty_master(Fd(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY))).error().text,
              refusal);
    EXPECT_EQ(check_pty_master(Fd(::open("/dev/ptmx", O_PATH))).error().text,
              "ask for the number of the container's terminal: bad file descriptor");
    EXPECT_TRUE(check_pty_master(master));
}

TEST(ConnectReceiver, ReachesPathsLongerThanASocketAddress) {
    const std::string top = ::testing::TempDir() + "tare-console-" + std::to_string(::getpid());
    const std::string dir = top + "/" + std::string(120, 'd');
    ASSERT_EQ(::mkdir(top.c_str(), 0700), 0);
    ASSERT_EQ(::mkdir(dir.c_str(), 0700), 0);
    const Fd here(::open(".", O_PATH));
    ASSERT_EQ(::chdir(dir.c_str()), 0);
    const Fd listener(::socket(AF_UNIX, SOCK_STREAM, 0));
    const sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "s"};
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    ASSERT_EQ(::listen(listener.get(), 1), 0);
    EXPECT_TRUE(connect_receiver(dir + "/s", "--console-socket"));
    ::unlink("s");
    EXPECT_EQ(::fchdir(here.get()), 0);
    ::rmdir(dir.c_str());
    ::rmdir(top.c_str());
}

TEST(ConnectReceiver, NamesTheOption) {
    EXPECT_EQ(connect_receiver("/no/such", "--console-socket").error().text,
              "--console-socket: connect to '/no/such': no such file or directory");
}

} // namespace
} // namespace tare::runtime
