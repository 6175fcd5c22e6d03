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

Status send_with_fds(const Fd& socket, std::string_view bytes, const std::vector<int>& fds) {
    iovec data = {const_cast<char*>(bytes.data()), bytes.size()};
    const std::size_t size = fds.size() * sizeof fds[0];
    std::vector<cmsghdr> control(CMSG_SPACE(size) / sizeof(cmsghdr) + 1);
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = static_cast<decltype(message.msg_controllen)>(CMSG_SPACE(size));

    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = static_cast<decltype(header->cmsg_len)>(CMSG_LEN(size));
    std::memcpy(CMSG_DATA(header), fds.data(), size);

    if (retry_eintr([&] { return ::sendmsg(socket.get(), &message, MSG_NOSIGNAL); }) < 0)
        return sys_failure("send a descriptor");
    return {};
}

Status send_with_fd(const Fd& socket, std::string_view bytes, const Fd& fd) {
    return send_with_fds(socket, bytes, {fd.get()});
}

Result<Received> receive(const Fd& socket, void* buffer, std::size_t size) {
    iovec data = {buffer, size};
    FdControl control = {};
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    // Not with the padding behind it, in which the kernel would give us a second one.
    message.msg_controllen = CMSG_LEN(sizeof(int));

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

Status ask_for_senders(const Fd& socket) {
    const int on = 1;
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
        return sys_failure("ask for the senders of messages");
    return {};
}

Result<pid_t> receive_from(const Fd& socket, void* buffer, std::size_t size) {
    iovec data = {buffer, size};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))];
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;

    const ssize_t n =
        retry_eintr([&] { return ::recvmsg(socket.get(), &message, MSG_CMSG_CLOEXEC); });
    if (n < 0) return sys_failure("receive a message");
    if (n == 0) return 0;
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header == nullptr || header->cmsg_level != SOL_SOCKET
        || header->cmsg_type != SCM_CREDENTIALS)
        return sys_failure("receive a message with its sender", EBADMSG);
    ucred sender = {};
    std::memcpy(&sender, CMSG_DATA(header), sizeof sender);
    return sender.pid;
}

} // namespace tare::sys
