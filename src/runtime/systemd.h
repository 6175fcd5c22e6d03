#pragma once

#include "base/result.h"
#include "plan/plan.h"
#include "sys/dbus.h"

#include <string>
#include <sys/types.h>
#include <vector>

namespace tare::runtime {

// systemd as the keeper of cgroups: org.freedesktop.systemd1(5), and "Control Group APIs and
// Delegation" of its documentation. Needs systemd 244, the first with a property for each limit.
class Systemd {
public:
    // The system's manager for root, else that of the user: also for root of somebody's user
    // namespace, who is nobody special to the system's. Errors say what to do where none answers.
    static Result<Systemd> connect();

    explicit Systemd(sys::Bus bus) : bus_(std::move(bus)) {}

    // Where the cgroups of its units begin, as /proc/PID/cgroup has it. Empty for the system's,
    // "/user.slice/user-1000.slice/user@1000.service" for a user's.
    Result<std::string> control_group();

    // Starts the transient unit with the process `pid` in it, and waits until that is done. A dead
    // unit of that name, which had failed, is cleared away. EEXIST: there is one that lives.
    Status start(const plan::UnitPlan& unit, pid_t pid);

    // Stops it and waits until that is done; success where there is no such unit.
    Status stop(const std::string& unit);

    // What these properties of a scope or slice are now. Only for limits: see sys::bus_variant().
    Result<std::vector<BusProperty>> read_properties(const std::string& unit,
                                                     const std::vector<std::string>& names);

    // All or none, for as long as the unit runs. Afterwards systemd has written them to its cgroup,
    // so whatever is written there from now on stays.
    Status set_properties(const std::string& unit, const std::vector<BusProperty>& properties);

    // Moves a process of ours into the unit's cgroup, also where we may not write cgroup.procs
    // ourselves. Below it with `below`, which then starts with a slash.
    Status attach(const std::string& unit, const std::string& below, pid_t pid);

private:
    Status watch(const std::string& unit);
    Result<sys::BusMessage> read_property(const std::string& object, const std::string& interface,
                                          const std::string& name);
    Result<sys::BusMessage> call(const char* method, const char* signature,
                                 const sys::BusWriter& arguments);
    Result<std::vector<BusProperty>> understood(std::vector<BusProperty> properties);
    Result<std::string> start_job(const plan::UnitPlan& unit, pid_t pid);
    Result<std::string> await(const std::string& job);

    sys::Bus bus_;
};

// A socket on which a manager may be found.
struct ManagerSocket {
    std::string path;
    bool is_bus = false; // a bus daemon in between
    bool operator==(const ManagerSocket&) const = default;
};

// In the order of preference: systemd's own first, which needs no bus daemon, one hop less and no
// variable but XDG_RUNTIME_DIR.
//   variable  std::getenv
std::vector<ManagerSocket> manager_sockets(bool of_user, const char* (*variable)(const char*));

} // namespace tare::runtime
