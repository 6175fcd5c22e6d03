#pragma once

#include "base/result.h"
#include "plan/plan.h"

#include <sys/types.h>

namespace tare::runtime {

// Moves interfaces of our network namespace into that of the process `pid`, each with its permanent
// addresses of global scope, and brings them up: config-linux.md, "Network Devices". All are looked
// for, and their new names compared with what is there, before the first one moves.
// None comes back: when a network namespace ends, the kernel returns physical devices to the
// initial one and removes virtual ones.
// Errors name the device: "config.json#/linux/netDevices/eth0: ...".
Status move_net_devices(const std::vector<plan::NetDevice>& devices, pid_t pid);

} // namespace tare::runtime
