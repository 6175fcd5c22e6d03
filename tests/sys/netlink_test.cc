#include "sys/netlink.h"

#include "sys/file.h"
#include "sys/namespace.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tare::sys {
namespace {

TEST(Netlink, TellsOfTheLoopback) {
    const auto netlink = Netlink::open();
    ASSERT_TRUE(netlink) << netlink.error().text;
    const auto links = netlink->links();
    ASSERT_TRUE(links) << links.error().text;
    ASSERT_FALSE(links->empty());
    EXPECT_EQ(links->front().name, "lo");
    EXPECT_EQ(links->front().index, 1);
}

TEST(Netlink, WritesAddresses) {
    Address address{.family = AF_INET, .prefix = 24};
    address.local = {10, 9, 8, 7};
    EXPECT_EQ(to_string(address), "10.9.8.7/24");
    address.family = AF_INET6;
    EXPECT_EQ(to_string(address), "?/24");
    address.local = std::string(15, '\0') + '\1';
    EXPECT_EQ(to_string(address), "::1/24");
}

// Runs `body` in a network namespace of its own; its text is the failure, empty for none.
std::string in_namespace(std::string (*body)()) {
    int pipe[2];
    if (::pipe(pipe) < 0) return "pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        const bool alone = ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
        const std::string text = alone ? body() : "skip";
        (void)!::write(pipe[1], text.data(), text.size());
        ::_exit(0);
    }
    ::close(pipe[1]);
    char text[1024];
    const ssize_t size = ::read(pipe[0], text, sizeof text);
    ::close(pipe[0]);
    ::waitpid(child, nullptr, 0);
    return std::string(text, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
}

std::string text_of(const Status& status) {
    return status ? "" : status.error().text;
}

std::string give_lo_an_address() {
    const auto netlink = Netlink::open();
    if (!netlink) return netlink.error().text;
    Address address{.family = AF_INET, .prefix = 32};
    address.local = {10, 1, 2, 3};
    address.label = "lo:x";
    if (const auto added = netlink->add_address(1, address); !added) return added.error().text;
    if (const auto up = netlink->bring_up(1); !up) return up.error().text;
    const auto addresses = netlink->addresses(1);
    if (!addresses) return addresses.error().text;
    for (const Address& found : *addresses)
        if (to_string(found) == "10.1.2.3/32" && found.label == "lo:x"
            && (found.flags & IFA_F_PERMANENT) != 0 && found.link == 1)
            return "";
    return "it is not there";
}

TEST(Netlink, AddsAddressesAndBringsUp) {
    const std::string text = in_namespace(give_lo_an_address);
    if (text == "skip") GTEST_SKIP() << "no user namespaces here";
    EXPECT_EQ(text, "");
}

std::string move_lo() {
    const auto netlink = Netlink::open();
    const auto ns = own_namespace(CLONE_NEWNET);
    if (!netlink || !ns) return "open";
    if (::unshare(CLONE_NEWNET) < 0) return "skip";
    const auto elsewhere = own_namespace(CLONE_NEWNET);
    if (!elsewhere) return "open";
    return text_of(netlink->move_link(1, *elsewhere, "lo"));
}

TEST(Netlink, ErrorsAreTheKernels) {
    const std::string text = in_namespace(move_lo);
    if (text == "skip") GTEST_SKIP() << "no user namespaces here";
    // The words in brackets are newer than Linux 5.10.
    EXPECT_EQ(text.substr(0, 16), "invalid argument") << text;
}

} // namespace
} // namespace tare::sys
