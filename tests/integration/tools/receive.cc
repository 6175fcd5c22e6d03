// receive KIND SOCKET [ARGUMENT]: the other end of the sockets that a runtime's caller listens on.
//   console SOCKET [ROWS COLUMNS]  takes a pty, prints "console NAME", then relays it until it ends
//   pidfd SOCKET                   prints "pidfd PID" and waits for the process's end: "ended"
//   seccomp SOCKET ANSWER          prints the state it was given, then answers each notification:
//                                  an errno, `continue`, `leave` (ends without an answer), or
//                                  `act`: does a mkdir itself, under the name NAME-by-agent
//   datagram SOCKET                prints each datagram on a line, until it is killed
// Prints "listening" first. Sockets are made in an existing folder and removed by the caller.

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

[[noreturn]] void die(const char* what) {
    std::fprintf(stderr, "receive: %s: %s\n", what, std::strerror(errno));
    std::_Exit(1);
}

int listen_at(const char* path, int type) {
    sockaddr_un address = {.sun_family = AF_UNIX};
    if (std::strlen(path) >= sizeof address.sun_path) die("the path is too long");
    std::strcpy(address.sun_path, path);
    const int fd = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("bind");
    if (type == SOCK_STREAM && ::listen(fd, 4) != 0) die("listen");
    std::puts("listening");
    return fd;
}

struct Message {
    std::string text;
    int fd = -1;
};

// One message with one descriptor; more than one, or none, is an error of the sender.
Message receive_fd(int listener) {
    const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) die("accept");
    static char text[1 << 16];
    alignas(cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))];
    iovec data = {text, sizeof text};
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t n = ::recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    if (n < 0) die("recvmsg");
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int)))
        die("not exactly one descriptor came");
    Message result{std::string(text, static_cast<std::size_t>(n))};
    std::memcpy(&result.fd, CMSG_DATA(header), sizeof result.fd);
    return result;
}

bool copy(int from, int to) {
    char buffer[4096];
    const ssize_t n = ::read(from, buffer, sizeof buffer);
    return n > 0 && ::write(to, buffer, static_cast<std::size_t>(n)) == n;
}

int console(int listener, int rows, int columns) {
    const Message message = receive_fd(listener);
    std::printf("console %s\n", message.text.c_str());
    if (rows > 0) {
        winsize size = {};
        size.ws_row = static_cast<unsigned short>(rows);
        size.ws_col = static_cast<unsigned short>(columns);
        if (::ioctl(message.fd, TIOCSWINSZ, &size) != 0) die("set the window size");
    }
    pollfd files[] = {{message.fd, POLLIN, 0}, {0, POLLIN, 0}};
    while (::poll(files, 2, -1) >= 0) {
        if (files[0].revents && !copy(message.fd, 1)) return 0;
        if (files[1].revents && !copy(0, message.fd)) files[1].fd = -1;
    }
    return 1;
}

int pidfd(int listener) {
    const Message message = receive_fd(listener);
    const std::string path = "/proc/self/fdinfo/" + std::to_string(message.fd);
    char line[128];
    if (std::FILE* info = std::fopen(path.c_str(), "re"))
        while (std::fgets(line, sizeof line, info))
            if (int pid = 0; std::sscanf(line, "Pid: %d", &pid) == 1)
                std::printf("pidfd %d\n", pid);
    pollfd file = {message.fd, POLLIN, 0};
    ::poll(&file, 1, -1);
    std::puts("ended");
    return 0;
}

// What the asking process has at that address, up to its NUL.
std::string text_of(int pid, std::uint64_t address) {
    char text[4096] = {};
    const int memory = ::open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY);
    if (memory < 0 || ::pread(memory, text, sizeof text - 1, static_cast<off_t>(address)) <= 0)
        die("read its memory");
    ::close(memory);
    return text;
}

// seccomp_unotify(2): only a request that is still valid speaks of the process that has this pid.
int act(int fd, const seccomp_notif& request) {
    const int pid = static_cast<int>(request.pid);
    const bool at = request.data.nr == SYS_mkdirat;
    const std::string path = text_of(pid, request.data.args[at ? 1 : 0]);
    if (::ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &request.id) != 0) return -ESRCH;
    const std::string real = "/proc/" + std::to_string(pid) + "/root" + path + "-by-agent";
    return ::mkdir(real.c_str(), 0755) == 0 ? 0 : -errno;
}

int seccomp(int listener, const std::string& answer) {
    const Message message = receive_fd(listener);
    std::printf("%s\n", message.text.c_str());
    for (;;) {
        // Before Linux 6.11 nothing else wakes who waits for the last to go.
        pollfd asked = {message.fd, POLLIN, 0};
        if (::poll(&asked, 1, -1) >= 0 && (asked.revents & POLLIN) == 0) return 0;
        seccomp_notif request = {};
        if (::ioctl(message.fd, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) {
            if (errno == EINTR) continue;
            return 0; // nobody is left who could ask
        }
        std::printf("asked %d\n", request.data.nr);
        if (answer == "leave") return 0;
        seccomp_notif_resp response = {.id = request.id, .val = 0, .error = 0, .flags = 0};
        if (answer == "continue")
            response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        else if (answer == "act")
            response.error = act(message.fd, request);
        else
            response.error = -std::atoi(answer.c_str());
        ::ioctl(message.fd, SECCOMP_IOCTL_NOTIF_SEND, &response);
    }
}

int datagram(int socket) {
    static char text[1 << 16];
    for (ssize_t n; (n = ::recv(socket, text, sizeof text, 0)) >= 0;)
        std::printf("%.*s\n", static_cast<int>(n), text);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    std::setvbuf(stdout, nullptr, _IONBF, 0);
    const std::string kind = argv[1];
    if (kind == "datagram") return datagram(listen_at(argv[2], SOCK_DGRAM));
    const int listener = listen_at(argv[2], SOCK_STREAM);
    if (kind == "console")
        return console(listener, argc > 4 ? std::atoi(argv[3]) : 0,
                       argc > 4 ? std::atoi(argv[4]) : 0);
    if (kind == "pidfd") return pidfd(listener);
    if (kind == "seccomp") return seccomp(listener, argc > 3 ? argv[3] : "1");
    return 2;
}
