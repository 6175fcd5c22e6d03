#include "runtime/notify_socket.h"

#include "sys/process.h"
#include "sys/socket.h"

#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tare::runtime {
namespace {

TEST(AllowedLines, LetThroughWhatSpeaksForTheService) {
    EXPECT_EQ(allowed_lines("READY=1"), "READY=1\n");
    EXPECT_EQ(allowed_lines("STATUS=50% done\nERRNO=2\nWATCHDOG=1\nSTOPPING=1\n"),
              "STATUS=50% done\nERRNO=2\nWATCHDOG=1\nSTOPPING=1\n");
}

TEST(AllowedLines, DropTheRest) {
    EXPECT_EQ(allowed_lines("MAINPID=1\nREADY=1\nFDSTORE=1\nFDNAME=x\nBARRIER=1\nX_STATUS=1"),
              "READY=1\n");
    EXPECT_EQ(allowed_lines("READY=0\nREADY=1x\n READY=1\nready=1"), "");
    EXPECT_EQ(allowed_lines(std::string_view("STATUS=a\0MAINPID=1\n", 19)), "");
    EXPECT_EQ(allowed_lines(""), "");
}

class NotifyProxyTest : public ::testing::Test {
protected:
    // A state directory whose path is longer than a socket's address, and a manager's socket.
    void SetUp() override {
        top_ = ::testing::TempDir() + "tare-notify-" + std::to_string(::getpid());
        path_ = top_ + "/" + std::string(120, 'd');
        ASSERT_EQ(::mkdir(top_.c_str(), 0700), 0);
        ASSERT_EQ(::mkdir(path_.c_str(), 0700), 0);
        state_ = Fd(::open(path_.c_str(), O_PATH | O_CLOEXEC));
        ASSERT_TRUE(make_notify_directory(state_));

        host_name_ = "@tare-test-" + std::to_string(::getpid());
        host_ = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
        std::memcpy(address.sun_path + 1, host_name_.data() + 1, host_name_.size() - 1);
        ASSERT_EQ(
            ::bind(host_.get(), reinterpret_cast<sockaddr*>(&address),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + host_name_.size())),
            0);
    }
    void TearDown() override {
        ::unlinkat(state_.get(), "notify/notify.sock", 0);
        ::unlinkat(state_.get(), "notify", AT_REMOVEDIR);
        ::rmdir(path_.c_str());
        ::rmdir(top_.c_str());
    }

    // As a program in the container does.
    void notify(std::string_view message) {
        const Fd directory(::open((path_ + "/notify").c_str(), O_PATH | O_CLOEXEC));
        const std::string path =
            "/proc/self/fd/" + std::to_string(directory.get()) + "/notify.sock";
        sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
        std::memcpy(address.sun_path, path.data(), path.size());
        const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        ASSERT_EQ(::sendto(socket.get(), message.data(), message.size(), 0,
                           reinterpret_cast<sockaddr*>(&address), sizeof address),
                  static_cast<ssize_t>(message.size()));
    }

    std::string arrived() {
        char buffer[8192];
        const ssize_t n = ::recv(host_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        return {buffer, static_cast<std::size_t>(n < 0 ? 0 : n)};
    }

    std::string top_, path_, host_name_;
    Fd state_, host_;
};

TEST_F(NotifyProxyTest, ForwardsUntilReadyAndNamesTheMainPid) {
    auto proxy = NotifyProxy::open(state_, host_name_);
    ASSERT_TRUE(proxy) << proxy.error().text;
    EXPECT_EQ(proxy->forward(7), false);
    notify("STATUS=starting\nMAINPID=1");
    EXPECT_EQ(proxy->forward(7), false);
    EXPECT_EQ(arrived(), "STATUS=starting\n");
    notify("MAINPID=1");
    notify("READY=1\nMAINPID=1");
    EXPECT_EQ(proxy->forward(7), true);
    EXPECT_EQ(arrived(), "READY=1\nMAINPID=7\n");
}

TEST_F(NotifyProxyTest, InTheForegroundItGoesOn) {
    auto proxy = NotifyProxy::open(state_, host_name_);
    ASSERT_TRUE(proxy);
    notify("READY=1");
    notify("STATUS=x");
    EXPECT_EQ(proxy->forward(0), true);
    EXPECT_EQ(arrived(), "READY=1\n");
    EXPECT_EQ(arrived(), "STATUS=x\n");
}

TEST_F(NotifyProxyTest, AFloodDoesNotKeepItBusyForEver) {
    auto proxy = NotifyProxy::open(state_, host_name_);
    ASSERT_TRUE(proxy);
    const pid_t flood = ::fork();
    if (flood == 0)
        for (::alarm(20);;)
            notify("MAINPID=1");
    const std::time_t begin = std::time(nullptr);
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(proxy->forward(0), false);
    EXPECT_LT(std::time(nullptr) - begin, 15);
    ::kill(flood, SIGKILL);
    ::waitpid(flood, nullptr, 0);
}

TEST_F(NotifyProxyTest, DropsWhatIsTooLong) {
    auto proxy = NotifyProxy::open(state_, host_name_);
    ASSERT_TRUE(proxy);
    notify("STATUS=" + std::string(4096, 'x'));
    notify("STATUS=" + std::string(4089, 'x'));
    EXPECT_EQ(proxy->forward(0), false);
    EXPECT_EQ(arrived().size(), 4097u);
    EXPECT_EQ(arrived(), "");
}

TEST_F(NotifyProxyTest, WaitsForReadyOrTheEnd) {
    auto proxy = NotifyProxy::open(state_, host_name_);
    ASSERT_TRUE(proxy);
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    const auto init = sys::open_pidfd(pid);
    ASSERT_TRUE(init);
    EXPECT_TRUE(proxy->wait_ready(*init, pid)); // returns because the process ended
    ASSERT_TRUE(sys::reap(*init));

    EXPECT_EQ(arrived(), "");
}

// A manager asks who has sent what it reads, and must not find that we have exited.
TEST_F(NotifyProxyTest, WaitsUntilTheManagerHasReadIt) {
    auto proxy = NotifyProxy::open(state_, host_name_);
    ASSERT_TRUE(proxy);
    const auto self = sys::open_pidfd(::getpid());
    notify("READY=1");
    std::atomic<bool> returned = false;
    std::thread waiting([&] {
        EXPECT_TRUE(proxy->wait_ready(*self, 5));
        returned = true;
    });
    char message[64];
    EXPECT_EQ(::recv(host_.get(), message, sizeof message, 0), 18);
    EXPECT_EQ(std::string(message, 18), "READY=1\nMAINPID=5\n");
    auto barrier = sys::receive(host_, message, sizeof message);
    ASSERT_TRUE(barrier);
    EXPECT_EQ(std::string(message, barrier->size), "BARRIER=1");
    ASSERT_TRUE(barrier->fd);
    ::usleep(20'000);
    EXPECT_FALSE(returned);
    barrier->fd = Fd();
    waiting.join();
}

TEST_F(NotifyProxyTest, DoesNotWaitForEver) {
    auto proxy = NotifyProxy::open(state_, host_name_);
    ASSERT_TRUE(proxy);
    const auto self = sys::open_pidfd(::getpid());
    notify("READY=1");
    EXPECT_TRUE(proxy->wait_ready(*self, 5, 10));
    EXPECT_EQ(arrived(), "READY=1\nMAINPID=5\n");
}

TEST_F(NotifyProxyTest, SaysWhatIsWrongWithTheManagersSocket) {
    EXPECT_EQ(NotifyProxy::open(state_, "x").error().text,
              "NOTIFY_SOCKET: 'x' is neither an absolute path nor an abstract name ('@...')");
    auto proxy = NotifyProxy::open(state_, "/no/such");
    ASSERT_TRUE(proxy);
    notify("READY=1");
    EXPECT_EQ(proxy->forward(0).error().text,
              "NOTIFY_SOCKET: connect to '/no/such': no such file or directory");
    // a second attempt of `start` makes the socket anew
    EXPECT_TRUE(NotifyProxy::open(state_, host_name_));
}

} // namespace
} // namespace tare::runtime
