#include "sys/socket.h"

#include "sys/file.h"

#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace tare::sys {
namespace {

TEST(Receive, DescriptorComesAlongAndEndOfFileIsZero) {
    auto pair = socket_pair(SOCK_SEQPACKET).value();
    const Fd null = open_file("/dev/null", O_RDONLY).value();
    ASSERT_TRUE(send_with_fd(pair.theirs, "name", null));
    pair.theirs = Fd();

    char text[16] = {};
    auto received = receive(pair.ours, text, sizeof text);
    ASSERT_TRUE(received) << received.error().text;
    EXPECT_EQ(received->size, 4u);
    EXPECT_STREQ(text, "name");
    ASSERT_TRUE(received->fd);
    EXPECT_EQ(::fcntl(received->fd.get(), F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(receive(pair.ours, text, sizeof text)->size, 0u);
}

TEST(Receive, LongerMessageThanTheBufferIsRefused) {
    auto pair = socket_pair(SOCK_SEQPACKET).value();
    const Fd null = open_file("/dev/null", O_RDONLY).value();
    ASSERT_TRUE(send_with_fd(pair.theirs, "name", null));
    char two[2];
    EXPECT_EQ(receive(pair.ours, two, sizeof two).error().text,
              "receive a message: message too long");
}

TEST(Receive, MoreThanOneDescriptorIsRefused) {
    auto pair = socket_pair(SOCK_SEQPACKET).value();
    const Fd null = open_file("/dev/null", O_RDONLY).value();
    char text[16];
    for (const std::size_t count : {2u, 3u}) {
        ASSERT_TRUE(send_with_fds(pair.theirs, "name", std::vector<int>(count, null.get())));
        const auto received = receive(pair.ours, text, sizeof text);
        EXPECT_EQ(received ? "" : received.error().text, "receive a message: message too long")
            << count;
    }
    const Fd next(::dup(null.get()));
    EXPECT_EQ(next.get(), null.get() + 1) << "none is left open";
}

TEST(ReceiveFrom, TellsTheSenderAndTheEnd) {
    auto pair = socket_pair(SOCK_SEQPACKET).value();
    ASSERT_TRUE(ask_for_senders(pair.ours));
    const pid_t child = ::fork();
    if (child == 0) ::_exit(::write(pair.theirs.get(), "hello", 5) == 5 ? 0 : 1);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    pair.theirs = Fd();

    char text[16] = {};
    EXPECT_EQ(receive_from(pair.ours, text, sizeof text).value(), child);
    EXPECT_STREQ(text, "hello");
    EXPECT_EQ(receive_from(pair.ours, text, sizeof text).value(), 0);
}

TEST(ReceiveFrom, ASocketThatWasNotAskedTellsNone) {
    auto pair = socket_pair(SOCK_SEQPACKET).value();
    ASSERT_EQ(::write(pair.theirs.get(), "hello", 5), 5);
    char text[16];
    EXPECT_EQ(receive_from(pair.ours, text, sizeof text).error().text,
              "receive a message with its sender: bad message");
}

TEST(ConnectUnix, ReachesPathsLongerThanASocketAddress) {
    char name[] = "/tmp/tare-socket-XXXXXX";
    const std::string base = ::mkdtemp(name);
    const std::string deep = base + "/" + std::string(120, 'd');
    ASSERT_TRUE(make_directory(deep, 0700));
    const Fd dir = open_directory(deep).value();

    const Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const std::string short_name = "/proc/self/fd/" + std::to_string(dir.get()) + "/s";
    short_name.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listener.get(), 1), 0);

    EXPECT_TRUE(connect_unix(deep + "/s", SOCK_STREAM));
    EXPECT_EQ(connect_unix(base + "/none", SOCK_STREAM).error().text,
              "connect to '" + base + "/none': no such file or directory");
    (void)!std::system(("rm -rf " + base).c_str());
}

} // namespace
} // namespace tare::sys
