// What a test needs beside the container, on the host:
//
//   host supervise SECONDS REPORT COMMAND...  runs a test; names in REPORT the processes that it
//   left behind host console SOCKET [INPUT]               takes a terminal from the runtime, prints
//   what is written to it host pidfd SOCKET                         takes a pidfd, prints whose it
//   is host listener SOCKET ERRNO                a seccomp agent: prints the state, answers every
//   call with ERRNO host notify SOCKET                        prints one datagram

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

[[noreturn]] void die(const char* what) {
    std::perror(what);
    std::exit(1);
}

// ---------------------------------------------------------------- supervise

std::vector<pid_t> children() {
    std::vector<pid_t> found;
    std::FILE* file = std::fopen("/proc/thread-self/children", "re");
    if (file == nullptr) die("/proc/thread-self/children");
    for (int pid = 0; std::fscanf(file, "%d", &pid) == 1;)
        found.push_back(pid);
    std::fclose(file);
    return found;
}

std::string command_of(pid_t pid) {
    std::string path = "/proc/" + std::to_string(pid) + "/cmdline";
    std::FILE* file = std::fopen(path.c_str(), "re");
    if (file == nullptr) return "?";
    std::string text(200, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    std::replace(text.begin(), text.end(), '\0', ' ');
    return text.empty() ? "(gone)" : text;
}

// Collects whoever has ended; true as long as there are children left.
bool reap(pid_t of_interest, int& status) {
    for (;;) {
        int ended = 0;
        pid_t pid = waitpid(-1, &ended, WNOHANG);
        if (pid <= 0) return pid == 0;
        if (pid == of_interest) status = ended;
    }
}

// Containers outlive the runtime that made them; being the subreaper we inherit them, so nothing
// escapes.
int supervise(char** arguments) {
    long seconds = std::strtol(arguments[0], nullptr, 10);
    const char* report = arguments[1];
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t child_ended;
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_ended, nullptr);

    pid_t test = fork();
    if (test == 0) {
        sigprocmask(SIG_UNBLOCK, &child_ended, nullptr);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(arguments[2], arguments + 2);
        die(arguments[2]);
    }

    int status = -1;
    timespec pause{.tv_sec = 0, .tv_nsec = 50'000'000};
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    long deadline = now.tv_sec + seconds;
    while (status == -1 && now.tv_sec < deadline) {
        reap(test, status);
        if (status != -1) break;
        sigtimedwait(&child_ended, nullptr, &pause);
        clock_gettime(CLOCK_MONOTONIC, &now);
    }
    bool in_time = status != -1;
    if (!in_time) kill(test, SIGKILL);

    // What is already ending gets a moment; the rest is named and killed, with all its descendants.
    bool any = true;
    for (int tries = 0; in_time && any && tries < 20; ++tries) {
        any = reap(test, status);
        if (any) sigtimedwait(&child_ended, nullptr, &pause);
    }
    std::FILE* out = std::fopen(report, "ae");
    while (reap(test, status)) {
        for (pid_t pid : children()) {
            if (in_time) std::fprintf(out, "%d %s\n", pid, command_of(pid).c_str());
            kill(pid, SIGKILL);
        }
        sigtimedwait(&child_ended, nullptr, &pause);
    }
    std::fclose(out);
    if (!in_time) return 124;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// ---------------------------------------------------------------- sockets

sockaddr_un address_of(const char* path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (std::strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        die(path);
    }
    std::strcpy(address.sun_path, path);
    return address;
}

int bound(const char* path, int type) {
    int socket_fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    sockaddr_un address = address_of(path);
    if (bind(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) die(path);
    return socket_fd;
}

int next_connection(const char* path) {
    int socket_fd = bound(path, SOCK_STREAM);
    if (listen(socket_fd, 1) < 0) die("listen");
    int connection = accept4(socket_fd, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) die("accept");
    return connection;
}

struct Received {
    std::string text;
    std::vector<int> fds;
};

Received receive(int connection) {
    char data[65536];
    alignas(cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))];
    iovec part{.iov_base = data, .iov_len = sizeof data};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t length = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    if (length < 0) die("recvmsg");
    Received received{.text = std::string(data, static_cast<std::size_t>(length)), .fds = {}};
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header == nullptr) return received;
    std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    received.fds.resize(count);
    std::memcpy(received.fds.data(), CMSG_DATA(header), count * sizeof(int));
    return received;
}

Received receive_with_fds(int connection, std::size_t count) {
    Received received = receive(connection);
    if (received.fds.size() == count) return received;
    std::fprintf(stderr, "%zu descriptors received, %zu expected\n", received.fds.size(), count);
    std::exit(1);
}

// What is written to the terminal, until nobody holds its other side.
int console(const char* path, const char* input) {
    int terminal = receive_with_fds(next_connection(path), 1).fds[0];
    if (input != nullptr && write(terminal, input, std::strlen(input)) < 0) die("write");
    char data[4096];
    for (ssize_t length = 0; (length = read(terminal, data, sizeof data)) > 0;) {
        std::fwrite(data, 1, static_cast<std::size_t>(length), stdout);
        std::fflush(stdout);
    }
    return 0;
}

int pidfd(const char* path) {
    int fd = receive_with_fds(next_connection(path), 1).fds[0];
    std::string info = "/proc/self/fdinfo/" + std::to_string(fd);
    std::FILE* file = std::fopen(info.c_str(), "re");
    char line[256];
    int pid = -1;
    while (std::fgets(line, sizeof line, file) != nullptr)
        std::sscanf(line, "Pid: %d", &pid);
    std::printf("%d\n", pid);
    return pid > 0 ? 0 : 1;
}

// The state is on one line; after it, one line for each call that was asked about.
int listener(const char* path, int answer) {
    int connection = next_connection(path);
    Received received = receive_with_fds(connection, 1);
    std::string state = received.text;
    for (Received more = receive(connection); !more.text.empty(); more = receive(connection))
        state += more.text;
    state.erase(std::remove(state.begin(), state.end(), '\n'), state.end());
    std::printf("%s\n", state.c_str());
    std::fflush(stdout);

    pollfd calls{.fd = received.fds[0], .events = POLLIN, .revents = 0};
    while (poll(&calls, 1, -1) > 0 && (calls.revents & POLLIN) != 0) {
        seccomp_notif asked{};
        if (ioctl(calls.fd, SECCOMP_IOCTL_NOTIF_RECV, &asked) < 0) continue;
        std::printf("syscall %d\n", asked.data.nr);
        std::fflush(stdout);
        seccomp_notif_resp answered{.id = asked.id, .val = 0, .error = -answer, .flags = 0};
        ioctl(calls.fd, SECCOMP_IOCTL_NOTIF_SEND, &answered);
    }
    return 0;
}

int notify(const char* path) {
    int socket_fd = bound(path, SOCK_DGRAM);
    std::printf("%s\n", receive(socket_fd).text.c_str());
    return 0;
}

} // namespace

int main(int count, char** arguments) {
    std::string task = count > 2 ? arguments[1] : "";
    if (task == "supervise" && count > 4) return supervise(arguments + 2);
    if (task == "console") return console(arguments[2], arguments[3]);
    if (task == "pidfd") return pidfd(arguments[2]);
    if (task == "listener" && count > 3)
        return listener(arguments[2], static_cast<int>(std::strtol(arguments[3], nullptr, 10)));
    if (task == "notify") return notify(arguments[2]);
    std::fputs("unknown task\n", stderr);
    return 2;
}
