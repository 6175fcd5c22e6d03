#include "runtime/net_devices.h"

#include "base/text.h"
#include "runtime/sources.h"
#include "sys/file.h"
#include "sys/namespace.h"
#include "sys/netlink.h"

#include <algorithm>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sched.h>

namespace tare::runtime {

namespace {

using Links = std::vector<sys::Link>;

const sys::Link* find(const Links& links, std::string_view name) {
    const auto found = std::ranges::find(links, name, &sys::Link::name);
    return found == links.end() ? nullptr : &*found;
}

bool is_template(const std::string& name) {
    return name.find('%') != std::string::npos;
}

// Moving a device to where it is already would only rename one of the host's.
Status check_not_ours(const Fd& target) {
    if (!TRY(sys::is_own_namespace(target, CLONE_NEWNET))) return {};
    return invalid(
        "config.json#/linux/netDevices: the container's network namespace is tare's own: "
        "there is nowhere to move them to");
}

Status check_movable(const plan::NetDevice& device, const Links& ours, const Links& theirs) {
    if (find(ours, device.name) == nullptr)
        return Failure({ENODEV, device.origin + ": there is no network device " + quote(device.name)
                                    + ": " + errno_text(ENODEV)});
    if (!is_template(device.new_name) && find(theirs, device.new_name) != nullptr)
        return Failure({EEXIST, device.origin + ": the container has a network device "
                                    + quote(device.new_name) + " already: " + errno_text(EEXIST)});
    return {};
}

// config-linux.md: "all permanent IP addresses (IFA_F_PERMANENT flag) of any family with global
// scope (RT_SCOPE_UNIVERSE value)". What the kernel has found out about them, it will find out
// anew.
std::vector<sys::Address> kept(std::vector<sys::Address> addresses, bool renamed) {
    std::erase_if(addresses, [](const sys::Address& address) {
        return (address.flags & IFA_F_PERMANENT) == 0 || address.scope != RT_SCOPE_UNIVERSE;
    });
    for (sys::Address& address : addresses) {
        address.flags &= ~static_cast<std::uint32_t>(IFA_F_PERMANENT | IFA_F_TENTATIVE
                                                     | IFA_F_DADFAILED | IFA_F_SECONDARY);
        if (renamed) address.label.clear(); // begins with the old name
    }
    return addresses;
}

class Move {
public:
    Move(const sys::Netlink& ours, const sys::Netlink& theirs, const Fd& target)
        : ours_(ours), theirs_(theirs), target_(target) {}

    Status perform(const plan::NetDevice& device, int index) const {
        const auto addresses = kept(TRY(ours_.addresses(index)), device.new_name != device.name);
        const Links before = TRY(theirs_.links());
        TRY(ours_.move_link(index, target_, device.new_name)
                .map_error(under("move it to the container's network namespace as "
                                 + quote(device.new_name))));
        const int moved = TRY(find_moved(before, device.new_name));
        for (const sys::Address& address : addresses)
            TRY(theirs_.add_address(moved, address)
                    .map_error(under("give it back its address " + to_string(address))));
        return theirs_.bring_up(moved).map_error(under("bring it up"));
    }

private:
    // It has kept its index only where that was free. A template's name is known by being new.
    Result<int> find_moved(const Links& before, const std::string& name) const {
        const Links after = TRY(theirs_.links());
        for (const sys::Link& link : after)
            if (is_template(name) ? find(before, link.name) == nullptr : link.name == name)
                return link.index;
        return sys_failure("find it in the container", ENODEV);
    }

    const sys::Netlink& ours_;
    const sys::Netlink& theirs_;
    const Fd& target_;
};

Result<sys::Netlink> open_in(const std::string& path) {
    Fd target = TRY(sys::open_file(path, O_RDONLY));
    Visit visit;
    TRY(visit.enter({CLONE_NEWNET, "config.json#/linux/netDevices", std::move(target)}));
    auto netlink = sys::Netlink::open();
    TRY(visit.leave());
    return netlink;
}

} // namespace

Status move_net_devices(const std::vector<plan::NetDevice>& devices, pid_t pid) {
    if (devices.empty()) return {};
    const std::string path = "/proc/" + std::to_string(pid) + "/ns/net";
    const Fd target = TRY(sys::open_file(path, O_RDONLY));
    TRY(check_not_ours(target));
    const sys::Netlink ours = TRY(sys::Netlink::open());
    const sys::Netlink theirs = TRY(open_in(path));
    const Links here = TRY(ours.links());
    const Links there = TRY(theirs.links());
    for (const plan::NetDevice& device : devices)
        TRY(check_movable(device, here, there));
    const Move move(ours, theirs, target);
    for (const plan::NetDevice& device : devices)
        TRY(move.perform(device, find(here, device.name)->index).map_error(under(device.origin)));
    return {};
}

} // namespace tare::runtime
