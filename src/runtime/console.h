#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <string>
#include <string_view>

namespace tare::runtime {

// Connects to the AF_UNIX stream socket at `path`, whatever its length. Called before anything is
// made, so that an absent receiver costs nothing.
//   option  "--console-socket", for the error
Result<Fd> connect_receiver(const std::string& path, std::string_view option);

// What init sends as the pty's master is not trusted: a character device of the pty driver's
// master side, or an error.
Status check_pty_master(const Fd& fd);

// One message: the pty's name (/dev/pts/3) and its master as SCM_RIGHTS.
Status send_console(const Fd& receiver, const Fd& master);

// One message: "pidfd" and the descriptor.
Status send_pidfd(const Fd& receiver, const Fd& pidfd);

} // namespace tare::runtime
