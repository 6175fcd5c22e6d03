#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <string>

// What create, run and exec take from their caller besides a config: descriptors, and sockets for
// what comes back.

namespace tare::runtime {

// A terminal needs somebody who reads it, and a console socket a terminal.
//   origin  of the wish for a terminal, for the error
//   stays   we wait for the process, and relay its terminal
Status check_terminal(bool terminal, const std::string& origin, bool stays,
                      const std::string& console_socket);

// What the caller passes on from descriptor 3 on: the sockets of LISTEN_FDS, then those of
// --preserve-fds.
struct PassedFds {
    unsigned listening = 0;
    unsigned preserved = 0;
    unsigned count() const { return listening + preserved; }
};

// LISTEN_FDS counts where LISTEN_PID says that it is meant for us: sd_listen_fds(3). Else it was
// left over in the environment of some daemon; but podman before 3.4 writes LISTEN_PID=1. Since
// then it passes the sockets by --preserve-fds, with the variables in the config: they count once.
PassedFds passed_fds(unsigned preserve_fds);

// They are in place before we open anything, so whatever has their number and is not close-on-exec
// came from the caller.
Status check_passed_fds(const PassedFds& passed);

// Whoever takes descriptors from us, connected before anything is made. Empty paths: nobody.
struct Receivers {
    Fd console, pidfd;
};
Result<Receivers> connect_receivers(const std::string& console_socket,
                                    const std::string& pidfd_socket);

} // namespace tare::runtime
