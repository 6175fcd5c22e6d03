#include "console.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace sweep {

void Console::listen(const std::string& path) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "%s", path.c_str());
    ::unlink(path.c_str());
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0
        || ::listen(listener_, 8) != 0) {
        std::perror("sweep: console socket");
        std::exit(2);
    }
}

void Console::forget() {
    if (master_ >= 0) ::close(master_);
    master_ = -1;
    for (int fd;
         listener_ >= 0 && (fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
        ::close(fd);
}

void Console::read(std::string& text) {
    if (master_ < 0) receive();
    char buffer[8192];
    pollfd poll = {master_, POLLIN, 0};
    while (master_ >= 0 && ::poll(&poll, 1, 0) > 0) {
        const ssize_t n = ::read(master_, buffer, sizeof buffer);
        if (n <= 0) break;
        text.append(buffer, static_cast<std::size_t>(n));
    }
}

void Console::receive() {
    const int connection =
        listener_ < 0 ? -1 : ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    char bytes[4096];
    iovec part = {bytes, sizeof bytes};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (::recvmsg(connection, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) > 0)
        if (const cmsghdr* rights = CMSG_FIRSTHDR(&message))
            std::memcpy(&master_, CMSG_DATA(rights), sizeof master_);
    ::close(connection);
}

} // namespace sweep
