// What busybox cannot see of the process that a runtime started. One question a call, one line of
// answer:
//
//   probe scheduler | ioprio | mempolicy | keyring | fds | euid
//   probe syscall NAME ARGUMENT...      what the call returns, or the error's number
//   probe eat MEGABYTES                 touches so much memory
//   probe fork NUMBER                   how many children it could have at once
//   probe notify SOCKET TEXT            sends TEXT as a datagram
//   probe threads                       the exit status of main after a second thread's getpriority

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

int scheduler() {
    struct {
        std::uint32_t size;
        std::uint32_t policy;
        std::uint64_t flags;
        std::int32_t nice;
        std::uint32_t priority;
        std::uint64_t runtime, deadline, period;
        std::uint32_t utilization_min, utilization_max;
    } attributes{};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) < 0) return 1;
    std::printf("policy=%u nice=%d priority=%u flags=%llu runtime=%llu deadline=%llu period=%llu\n",
                attributes.policy, attributes.nice, attributes.priority,
                static_cast<unsigned long long>(attributes.flags),
                static_cast<unsigned long long>(attributes.runtime),
                static_cast<unsigned long long>(attributes.deadline),
                static_cast<unsigned long long>(attributes.period));
    return 0;
}

int io_priority() {
    constexpr int kWhoProcess = 1;
    long value = syscall(SYS_ioprio_get, kWhoProcess, 0);
    std::printf("class=%ld priority=%ld\n", value >> 13, value & 7);
    return value < 0 ? 1 : 0;
}

int memory_policy() {
    int mode = 0;
    unsigned long nodes[16] = {};
    if (syscall(SYS_get_mempolicy, &mode, nodes, 8 * sizeof nodes, nullptr, 0) < 0) return 1;
    std::printf("mode=%d flags=%d nodes=%lx\n", mode & 0xff, mode & ~0xff, nodes[0]);
    return 0;
}

int keyring() {
    long serial = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
    std::printf("%ld\n", serial);
    return serial < 0 ? 1 : 0;
}

int descriptors() {
    DIR* directory = opendir("/proc/self/fd");
    if (directory == nullptr) return 1;
    std::string listed;
    while (dirent* entry = readdir(directory)) {
        if (entry->d_name[0] == '.' || std::atoi(entry->d_name) == dirfd(directory)) continue;
        listed += (listed.empty() ? "" : " ") + std::string(entry->d_name);
    }
    std::printf("%s\n", listed.c_str());
    return 0;
}

struct Call {
    std::string_view name;
    long number;
};

constexpr Call kCalls[] = {
    {"getcwd", SYS_getcwd},
    {"getppid", SYS_getppid},
    {"socket", SYS_socket},
    {"fadvise64", SYS_fadvise64},
    {"getpriority", SYS_getpriority},
    {"sync", SYS_sync},
    {"mkdir", SYS_mkdir},
    {"sched_yield", SYS_sched_yield},
    {"unshare", SYS_unshare},
    {"sethostname", SYS_sethostname},
    {"unknown", 2000},
};

int system_call(char** arguments) {
    long values[6] = {};
    for (int i = 0; i < 6 && arguments[i + 1] != nullptr; ++i)
        values[i] = static_cast<long>(std::strtoull(arguments[i + 1], nullptr, 0));
    for (const Call& call : kCalls) {
        if (call.name != arguments[0]) continue;
        long result =
            syscall(call.number, values[0], values[1], values[2], values[3], values[4], values[5]);
        if (result < 0)
            std::printf("errno %d\n", errno);
        else
            std::printf("done\n");
        return 0;
    }
    return 2;
}

int eat(std::size_t megabytes) {
    std::size_t size = megabytes << 20;
    void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 1;
    std::memset(memory, 1, size);
    std::printf("ate %zu\n", megabytes);
    return 0;
}

int fork_many(int wanted) {
    int made = 0;
    for (; made < wanted; ++made) {
        pid_t child = fork();
        if (child < 0) break;
        if (child == 0) {
            pause();
            _exit(0);
        }
    }
    std::printf("%d\n", made);
    return 0;
}

int notify(const char* path, const char* text) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    auto* to = reinterpret_cast<sockaddr*>(&address);
    return sendto(fd, text, std::strlen(text), 0, to, sizeof address) < 0 ? 1 : 0;
}

// A filter that kills the thread leaves the process; one that kills the process does not.
int threads() {
    pthread_t second{};
    auto body = [](void*) -> void* {
        syscall(SYS_getpriority, 0, 0);
        return nullptr;
    };
    if (pthread_create(&second, nullptr, body, nullptr) != 0) return 1;
    usleep(100'000); // joining a thread that was killed never ends
    std::printf("main lives\n");
    std::fflush(stdout);
    _exit(0);
}

} // namespace

int main(int count, char** arguments) {
    std::string_view question = count > 1 ? arguments[1] : "";
    if (question == "scheduler") return scheduler();
    if (question == "ioprio") return io_priority();
    if (question == "mempolicy") return memory_policy();
    if (question == "keyring") return keyring();
    if (question == "fds") return descriptors();
    if (question == "euid") return std::printf("%u\n", geteuid()) > 0 ? 0 : 1;
    if (question == "threads") return threads();
    if (question == "syscall" && count > 2) return system_call(arguments + 2);
    if (question == "eat" && count > 2) return eat(std::strtoull(arguments[2], nullptr, 10));
    if (question == "fork" && count > 2) return fork_many(std::atoi(arguments[2]));
    if (question == "notify" && count > 3) return notify(arguments[2], arguments[3]);
    std::fputs("unknown question\n", stderr);
    return 2;
}
