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

// How many descriptors from 3 on the caller passes as LISTEN_FDS: sd_listen_fds(3). LISTEN_PID is
// not looked at, because callers write there what the container is to see: podman always 1.
unsigned listen_fds();

// They are in place before we open anything, so whatever has their number and is not close-on-exec
// came from the caller.
Status check_passed_fds(unsigned listening, unsigned preserved);

// Whoever takes descriptors from us, connected before anything is made. Empty paths: nobody.
struct Receivers {
    Fd console, pidfd;
};
Result<Receivers> connect_receivers(const std::string& console_socket,
                                    const std::string& pidfd_socket);

} // namespace tare::runtime
