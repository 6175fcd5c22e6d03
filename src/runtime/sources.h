#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "plan/plan.h"
#include "sys/process.h"

#include <vector>

namespace tare::runtime {

// What a plan names on the host, opened: before the clone, in our own namespaces.
class Sources {
public:
    // Namespace files (type verified), user namespaces of idmapped mounts, detached trees, nodes of
    // devices that the host has not.
    //   init  of the container to be joined, null where one is made
    static Result<Sources> open(const plan::Plan& plan, const sys::Child* init);

    // A descriptor for each slot of the plan, -1 where there is none.
    std::vector<int> slots() const;

    // The namespaces that `tare` joins around the clone, in the plan's order.
    struct Joined {
        std::uint64_t type;
        std::string origin;
        Fd file;
    };
    const std::vector<Joined>& joined() const { return joined_; }

private:
    Status open_namespaces(const plan::Plan& plan, const sys::Child* init);
    Status open_root(const plan::Plan& plan, const sys::Child* init);
    Status make_id_maps(const plan::Plan& plan);
    Status open_trees(const plan::Plan& plan);
    Status make_devices(const plan::Plan& plan);
    void put(wire::Slot slot, Fd fd);

    std::vector<Fd> slots_;
    std::vector<Joined> joined_;
};

// Enters namespaces, and goes back to ours at the latest when it is destroyed.
class Visit {
public:
    Visit() = default;
    ~Visit() { (void)leave(); }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    Status enter(const Sources::Joined& ns);
    Status unshare_time(const std::string& offsets);
    Status leave();

private:
    Status remember(std::uint64_t type);

    struct Home {
        std::uint64_t type;
        Fd file;
    };
    std::vector<Home> homes_;
};

} // namespace tare::runtime
