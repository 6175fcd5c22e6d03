#include "sys/netlink.h"

#include "sys/retry.h"

#include <arpa/inet.h>
#include <cstring>
#include <functional>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <optional>
#include <sys/socket.h>

namespace tare::sys {

namespace {

constexpr std::size_t kMostReply = 64 * 1024; // more than the kernel puts into one datagram
constexpr int kMostRepeats = 100;             // of a listing that changes while we read it
// SOL_NETLINK of <linux/socket.h>, which is not for programs
constexpr int kSolNetlink = 270;

// ---- What we send: a header, a fixed part, attributes

class Request {
public:
    template <class Body>
    Request(std::uint16_t type, std::uint16_t flags, const Body& body) {
        nlmsghdr header = {};
        header.nlmsg_type = type;
        header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
        append(&header, sizeof header);
        append(&body, sizeof body);
    }

    void attribute(std::uint16_t type, std::string_view data) {
        const rtattr head = {static_cast<std::uint16_t>(RTA_LENGTH(data.size())), type};
        append(&head, sizeof head);
        append(data.data(), data.size());
    }
    void attribute(std::uint16_t type, std::uint32_t number) {
        attribute(type, {reinterpret_cast<const char*>(&number), sizeof number});
    }

    const std::string& finished() {
        const auto size = static_cast<std::uint32_t>(bytes_.size());
        std::memcpy(bytes_.data() + offsetof(nlmsghdr, nlmsg_len), &size, sizeof size);
        return bytes_;
    }

private:
    void append(const void* data, std::size_t size) {
        bytes_.append(static_cast<const char*>(data), size);
        bytes_.resize((bytes_.size() + NLMSG_ALIGNTO - 1) / NLMSG_ALIGNTO * NLMSG_ALIGNTO);
    }

    std::string bytes_;
};

// ---- What comes back. Nothing here is aligned for sure, so everything is copied out.

template <class T>
std::optional<T> leading(std::string_view bytes) {
    if (bytes.size() < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

// Takes one element off the front: its header says how long it is.
template <class Header, auto length>
std::optional<std::string_view> take(std::string_view& bytes) {
    const auto header = leading<Header>(bytes);
    if (!header) return std::nullopt;
    const std::size_t size = (*header).*length;
    if (size < sizeof(Header) || size > bytes.size()) return std::nullopt;
    const std::string_view element = bytes.substr(0, size);
    const std::size_t step = (size + NLMSG_ALIGNTO - 1) / NLMSG_ALIGNTO * NLMSG_ALIGNTO;
    bytes.remove_prefix(std::min(step, bytes.size()));
    return element;
}

using Attribute = std::function<void(std::uint16_t type, std::string_view data)>;

void each_attribute(std::string_view bytes, const Attribute& visit) {
    while (const auto element = take<rtattr, &rtattr::rta_len>(bytes))
        visit(static_cast<std::uint16_t>(leading<rtattr>(*element)->rta_type & NLA_TYPE_MASK),
              element->substr(sizeof(rtattr)));
}

std::string text_of(std::string_view data) {
    return std::string(data.substr(0, data.find('\0')));
}

// netlink(7): NLMSG_ERROR with the errno, 0 for success, and the kernel's words if it has any.
Status outcome_of(const nlmsghdr& header, std::string_view body) {
    const auto error = leading<nlmsgerr>(body);
    if (!error) return sys_failure("netlink", EPROTO);
    if (error->error == 0) return {};
    std::string words;
    if ((header.nlmsg_flags & NLM_F_ACK_TLVS) != 0)
        each_attribute(body.substr(sizeof(nlmsgerr)),
                       [&](std::uint16_t type, std::string_view data) {
                           if (type == NLMSGERR_ATTR_MSG) words = text_of(data);
                       });
    const int code = -error->error;
    return Failure(
        {code, std::string(errno_text(code)) + (words.empty() ? "" : " (" + words + ")")});
}

using Message = std::function<void(std::string_view body)>;

struct Progress {
    bool done = false, interrupted = false;
};

Status read_datagram(std::string_view bytes, const Message& visit, Progress& progress) {
    while (const auto element = take<nlmsghdr, &nlmsghdr::nlmsg_len>(bytes)) {
        const nlmsghdr header = *leading<nlmsghdr>(*element);
        const std::string_view body = element->substr(sizeof header);
        progress.interrupted |= (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        progress.done = header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR;
        if (header.nlmsg_type == NLMSG_ERROR) return outcome_of(header, body);
        if (progress.done) return {};
        visit(body);
    }
    return {};
}

// Sends a request, and hands every message of the answer to `visit`. Tells whether the listing
// changed under our hands.
Result<bool> ask(const Fd& socket, Request& request, const Message& visit) {
    const std::string& bytes = request.finished();
    if (retry_eintr([&] { return ::send(socket.get(), bytes.data(), bytes.size(), 0); }) < 0)
        return sys_failure("send to netlink");
    std::string buffer(kMostReply, '\0');
    Progress progress;
    while (!progress.done) {
        const ssize_t size = retry_eintr(
            [&] { return ::recv(socket.get(), buffer.data(), buffer.size(), MSG_TRUNC); });
        if (size < 0) return sys_failure("receive from netlink");
        if (size == 0 || static_cast<std::size_t>(size) > buffer.size())
            return sys_failure("receive from netlink", EMSGSIZE);
        TRY(read_datagram({buffer.data(), static_cast<std::size_t>(size)}, visit, progress));
    }
    return progress.interrupted;
}

Status command(const Fd& socket, Request& request) {
    TRY(ask(socket, request, [](std::string_view) {}));
    return {};
}

Link read_link(std::string_view body) {
    Link link;
    const auto head = leading<ifinfomsg>(body);
    if (!head) return link;
    link.index = head->ifi_index;
    each_attribute(body.substr(NLMSG_ALIGN(sizeof *head)),
                   [&](std::uint16_t type, std::string_view data) {
                       if (type == IFLA_IFNAME) link.name = text_of(data);
                   });
    return link;
}

void read_address_attribute(std::uint16_t type, std::string_view data, Address& address) {
    if (type == IFA_LOCAL) address.local = data;
    if (type == IFA_ADDRESS) address.peer = data;
    if (type == IFA_BROADCAST) address.broadcast = data;
    if (type == IFA_LABEL) address.label = text_of(data);
    // Those of the header are its 8 oldest.
    if (type == IFA_FLAGS) address.flags = leading<std::uint32_t>(data).value_or(address.flags);
}

Address read_address(std::string_view body) {
    Address address;
    const auto head = leading<ifaddrmsg>(body);
    if (!head) return address;
    address.family = head->ifa_family;
    address.prefix = head->ifa_prefixlen;
    address.scope = head->ifa_scope;
    address.flags = head->ifa_flags;
    address.link = static_cast<int>(head->ifa_index);
    each_attribute(body.substr(NLMSG_ALIGN(sizeof *head)),
                   [&](std::uint16_t type, std::string_view data) {
                       read_address_attribute(type, data, address);
                   });
    if (address.local.empty()) address.local = address.peer; // IPv6 without a peer
    return address;
}

} // namespace

std::string to_string(const Address& address) {
    char text[INET6_ADDRSTRLEN] = "?";
    const std::size_t size = address.family == AF_INET6 ? sizeof(in6_addr) : sizeof(in_addr);
    if (address.local.size() == size)
        ::inet_ntop(address.family, address.local.data(), text, sizeof text);
    return std::string(text) + "/" + std::to_string(address.prefix);
}

Result<Netlink> Netlink::open() {
    Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!socket) return sys_failure("open a netlink socket");
    // Both make errors better only.
    const int on = 1;
    (void)::setsockopt(socket.get(), kSolNetlink, NETLINK_EXT_ACK, &on, sizeof on);
    (void)::setsockopt(socket.get(), kSolNetlink, NETLINK_CAP_ACK, &on, sizeof on);
    return Netlink(std::move(socket));
}

Result<std::vector<Link>> Netlink::links() const {
    std::vector<Link> links;
    for (int i = 0; i < kMostRepeats; ++i) {
        links.clear();
        Request request(RTM_GETLINK, NLM_F_DUMP, ifinfomsg{});
        const bool changed = TRY(ask(
            socket_, request, [&](std::string_view body) { links.push_back(read_link(body)); }));
        if (!changed) return links;
    }
    return sys_failure("list the network interfaces", EAGAIN);
}

// The kernel may or may not heed a filter in the request, so we do.
Result<std::vector<Address>> Netlink::addresses(int link) const {
    std::vector<Address> addresses;
    for (int i = 0; i < kMostRepeats; ++i) {
        addresses.clear();
        Request request(RTM_GETADDR, NLM_F_DUMP, ifaddrmsg{});
        const bool changed = TRY(ask(socket_, request, [&](std::string_view body) {
            Address address = read_address(body);
            if (address.link == link) addresses.push_back(std::move(address));
        }));
        if (!changed) return addresses;
    }
    return sys_failure("list the addresses", EAGAIN);
}

Status Netlink::move_link(int link, const Fd& target, const std::string& name) const {
    ifinfomsg head = {};
    head.ifi_index = link;
    Request request(RTM_SETLINK, NLM_F_ACK, head);
    request.attribute(IFLA_NET_NS_FD, static_cast<std::uint32_t>(target.get()));
    request.attribute(IFLA_IFNAME, std::string_view(name.c_str(), name.size() + 1));
    return command(socket_, request);
}

Status Netlink::add_address(int link, const Address& address) const {
    ifaddrmsg head = {};
    head.ifa_family = address.family;
    head.ifa_prefixlen = address.prefix;
    head.ifa_scope = address.scope;
    head.ifa_index = static_cast<std::uint32_t>(link);
    Request request(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, head);
    request.attribute(IFA_LOCAL, address.local);
    request.attribute(IFA_ADDRESS, address.peer.empty() ? address.local : address.peer);
    if (!address.broadcast.empty()) request.attribute(IFA_BROADCAST, address.broadcast);
    if (!address.label.empty())
        request.attribute(IFA_LABEL,
                          std::string_view(address.label.c_str(), address.label.size() + 1));
    request.attribute(IFA_FLAGS, address.flags);
    return command(socket_, request);
}

Status Netlink::bring_up(int link) const {
    ifinfomsg head = {};
    head.ifi_index = link;
    head.ifi_flags = head.ifi_change = IFF_UP;
    Request request(RTM_SETLINK, NLM_F_ACK, head);
    return command(socket_, request);
}

} // namespace tare::sys
