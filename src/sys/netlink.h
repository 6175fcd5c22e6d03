#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <vector>

// rtnetlink(7): network interfaces and their addresses.

namespace tare::sys {

struct Link {
    int index = 0;
    std::string name;
};

// ifaddrmsg of linux/if_addr.h. Addresses are in network byte order, as long as their family has
// them: 4 or 16 bytes.
struct Address {
    std::uint8_t family = 0; // AF_INET, AF_INET6
    std::uint8_t prefix = 0; // bits
    std::uint8_t scope = 0;  // RT_SCOPE_*
    std::uint32_t flags = 0; // IFA_F_*
    int link = 0;            // index
    std::string local;
    std::string peer;      // at the other end of a point-to-point link; else as `local`
    std::string broadcast; // IPv4; empty: none
    std::string label;     // IPv4: mostly the interface's name
};

// "10.0.0.1/24"
std::string to_string(const Address& address);

// A conversation with the network namespace in which it was opened, wherever we go afterwards.
// Errors carry what the kernel says beside the errno: "file exists (RTNETLINK: ...)".
class Netlink {
public:
    static Result<Netlink> open();

    Result<std::vector<Link>> links() const;
    Result<std::vector<Address>> addresses(int link) const;

    // Moves an interface to another network namespace, under a name which may be a template of the
    // kernel ("eth%d"). It is down there, and has no addresses. CAP_NET_ADMIN in both.
    Status move_link(int link, const Fd& target, const std::string& name) const;
    Status add_address(int link, const Address& address) const;
    Status bring_up(int link) const;

private:
    explicit Netlink(Fd socket) : socket_(std::move(socket)) {}

    Fd socket_; // NETLINK_ROUTE
};

} // namespace tare::sys
