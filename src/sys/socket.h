#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

// unix(7).

namespace tare::sys {

struct SocketPair {
    Fd ours, theirs;
};
Result<SocketPair> socket_pair(int type); // SOCK_STREAM, SOCK_SEQPACKET

// Paths that do not fit into sun_path (108 bytes) are reached through a descriptor of their
// directory. One that starts with NUL is the name of an abstract socket.
Result<Fd> connect_unix(const std::string& path, int type);

// One message: bytes, and descriptors beside them, 253 at most.
Status send_with_fds(const Fd& socket, std::string_view bytes, const std::vector<int>& fds);
Status send_with_fd(const Fd& socket, std::string_view bytes, const Fd& fd);

struct Received {
    std::size_t size = 0; // 0: end of file
    Fd fd;                // where one came along
};
// Waits for one message. More than one descriptor in it is an error.
Result<Received> receive(const Fd& socket, void* buffer, std::size_t size);

// From here on each message that `socket` gets says who has sent it: SO_PASSCRED.
Status ask_for_senders(const Fd& socket);
// Waits for one message and returns the pid of its sender; 0: end of file.
Result<pid_t> receive_from(const Fd& socket, void* buffer, std::size_t size);

} // namespace tare::sys
