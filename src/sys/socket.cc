#include "sys/socket.h"

#include "base/text.h"
#include "sys/file.h"
#include "sys/retry.h"

#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace tare::sys {

namespace {

union FdControl {
    cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
};

} // namespace

Result<SocketPair> socket_pair(int type) {
    int fds[2];
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) < 0) return sys_failure("socketpair");
    return SocketPair{Fd(fds[0]), Fd(fds[1])};
}

Result<Fd> connect_unix(const std::string& path, int type) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::string name = path;
    Fd dir;
    if (name.size() >= sizeof address.sun_path) {
        const std::size_t slash = path.rfind('/');
        const std::string parent = slash == 0 ? "/" : path.substr(0, slash);
        if (slash == std::string::npos)
            return sys_failure("connect to " + quote(path), ENAMETOOLONG);
        dir = TRY(open_file(parent, O_PATH | O_DIRECTORY));
        name = "/proc/self/fd/" + std::to_string(dir.get()) + path.substr(slash);
        if (name.size() >= sizeof address.sun_path)
            return sys_failure("connect to " + quote(path), ENAMETOOLONG);
    }
    std::memcpy(address.sun_path, name.data(), name.size());

    Fd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    if (!socket) return sys_failure("socket");
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    const bool is_abstract = name.starts_with('\0'); // where every byte counts, unix(7)
    const auto size = static_cast<socklen_t>(
        is_abstract ? offsetof(sockaddr_un, sun_path) + name.size() : sizeof address);
    if (retry_eintr([&] { return ::connect(socket.get(), where, size); }) < 0)
        return sys_failure("connect to " + quote(path));
    return socket;
}

Status send_with_fd(const Fd& socket, std::string_view bytes, const Fd& fd) {
    iovec data = {const_cast<char*>(bytes.data()), bytes.size()};
    FdControl control = {};
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;

    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = fd.get();
    std::memcpy(CMSG_DATA(header), &number, sizeof number);

    if (retry_eintr([&] { return ::sendmsg(socket.get(), &message, MSG_NOSIGNAL); }) < 0)
        return sys_failure("send a descriptor");
    return {};
}

Result<Received> receive(const Fd& socket, void* buffer, std::size_t size) {
    iovec data = {buffer, size};
    FdControl control = {};
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;

    const ssize_t n =
        retry_eintr([&] { return ::recvmsg(socket.get(), &message, MSG_CMSG_CLOEXEC); });
    if (n < 0) return sys_failure("receive a message");
    Received received{static_cast<std::size_t>(n), Fd()};
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS
        && header->cmsg_len == CMSG_LEN(sizeof(int))) {
        int number = -1;
        std::memcpy(&number, CMSG_DATA(header), sizeof number);
        received.fd = Fd(number);
    }
    if ((message.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) != 0)
        return sys_failure("receive a message", EMSGSIZE);
    return received;
}

} // namespace tare::sys
