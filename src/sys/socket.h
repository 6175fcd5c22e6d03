#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

// unix(7).

namespace tare::sys {

struct SocketPair {
    Fd ours, theirs;
};
Result<SocketPair> socket_pair(int type); // SOCK_STREAM, SOCK_SEQPACKET

// Paths that do not fit into sun_path (108 bytes) are reached through a descriptor of their
// directory. One that starts with NUL is the name of an abstract socket.
Result<Fd> connect_unix(const std::string& path, int type);

// One message: bytes, and a descriptor beside them.
Status send_with_fd(const Fd& socket, std::string_view bytes, const Fd& fd);

struct Received {
    std::size_t size = 0; // 0: end of file
    Fd fd;                // where one came along
};
// Waits for one message. More than one descriptor in it is an error.
Result<Received> receive(const Fd& socket, void* buffer, std::size_t size);

} // namespace tare::sys
