// probe WHAT...: answers from inside a container what busybox cannot. One line each.

#include <cerrno>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <set>
#include <string>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace {

const char* outcome(long result) {
    return result >= 0 ? "done" : std::strerror(errno);
}

int clocks() {
    for (const clockid_t id : {CLOCK_MONOTONIC, CLOCK_BOOTTIME}) {
        timespec now = {};
        ::clock_gettime(id, &now);
        std::printf("%lld\n", static_cast<long long>(now.tv_sec));
    }
    return 0;
}

int raw_cwd() {
    char path[4096] = "";
    const long n = ::syscall(SYS_getcwd, path, sizeof path);
    std::printf("%s\n", n < 0 ? std::strerror(errno) : path);
    return 0;
}

int window_size() {
    winsize size = {};
    if (::ioctl(0, TIOCGWINSZ, &size) != 0) return 1;
    std::printf("%d %d\n", size.ws_row, size.ws_col);
    return 0;
}

int scheduling() {
    struct {
        std::uint32_t size, policy;
        std::uint64_t flags;
        std::int32_t nice;
        std::uint32_t priority;
        std::uint64_t runtime, deadline, period;
        std::uint32_t clamp_min, clamp_max;
    } attributes = {};
    if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return 1;
    std::printf("policy %u nice %d priority %u flags %" PRIu64 " times %" PRIu64 " %" PRIu64
                " %" PRIu64 " clamps %u %u\n",
                attributes.policy, attributes.nice, attributes.priority, attributes.flags,
                attributes.runtime, attributes.deadline, attributes.period, attributes.clamp_min,
                attributes.clamp_max);
    return 0;
}

int io_priority() {
    const long value = ::syscall(SYS_ioprio_get, 1, 0);
    std::printf("class %ld level %ld\n", value >> 13, value & 0x1fff);
    return 0;
}

int memory_policy() {
    int mode = -1;
    unsigned long nodes[16] = {};
    const long result = ::syscall(SYS_get_mempolicy, &mode, nodes, sizeof nodes * 8, nullptr, 0);
    if (result < 0)
        std::printf("%s\n", std::strerror(errno));
    else
        std::printf("mode %d nodes %lx\n", mode, nodes[0]);
    return 0;
}

int keyring() {
    char text[256] = "";
    const long id = ::syscall(SYS_keyctl, 0 /* GET_KEYRING_ID */, -3 /* session */, 0);
    const long n = ::syscall(SYS_keyctl, 6 /* DESCRIBE */, id, text, sizeof text);
    std::printf("%s\n", n < 0 ? std::strerror(errno) : text);
    return 0;
}

// eat MEGABYTES: touches so much memory and then waits for a signal.
int eat(int megabytes) {
    const std::size_t size = static_cast<std::size_t>(megabytes) << 20;
    void* memory =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 1;
    std::memset(memory, 1, size);
    std::puts("eaten");
    return 0;
}

// forks N: how many of N children could be made, and what stopped it.
int forks(int count) {
    int made = 0;
    for (; made < count; ++made) {
        const pid_t pid = ::fork();
        if (pid < 0) break;
        if (pid == 0) {
            ::pause();
            ::_exit(0);
        }
    }
    std::printf("%d %s\n", made, made == count ? "all" : std::strerror(errno));
    return 0;
}

// spin MILLISECONDS: burns processor time; prints how much it got, in milliseconds.
int spin(int milliseconds) {
    const auto milliseconds_of = [](clockid_t id) {
        timespec now = {};
        ::clock_gettime(id, &now);
        return static_cast<long long>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
    };
    const long long start = milliseconds_of(CLOCK_MONOTONIC);
    while (milliseconds_of(CLOCK_MONOTONIC) - start < milliseconds) {
    }
    std::printf("%lld\n", milliseconds_of(CLOCK_PROCESS_CPUTIME_ID));
    return 0;
}

// open PATH [w]: what opening it gives.
int open_it(const char* path, bool writing) {
    const int fd = ::open(path, (writing ? O_WRONLY : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
    std::printf("%s\n", outcome(fd));
    return 0;
}

// call NUMBER [ARGUMENT]: what a bare system call gives.
int call(long number, long argument) {
    std::printf("%s\n", outcome(::syscall(number, argument, 0, 0, 0, 0, 0)));
    return 0;
}

// descriptors: number and target of each open one.
int descriptors() {
    for (int fd = 0; fd < 1024; ++fd) {
        char target[512] = "";
        if (::fcntl(fd, F_GETFD) < 0) continue;
        const std::string link = "/proc/self/fd/" + std::to_string(fd);
        const ssize_t n = ::readlink(link.c_str(), target, sizeof target - 1);
        std::printf("%d %s\n", fd, n < 0 ? std::strerror(errno) : target);
    }
    return 0;
}

// notify TEXT: sends TEXT to $NOTIFY_SOCKET.
int notify(const char* text) {
    const char* path = ::getenv("NOTIFY_SOCKET");
    sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || std::strlen(path) >= sizeof address.sun_path) return 1;
    std::strcpy(address.sun_path, path);
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto sent = ::sendto(fd, text, std::strlen(text), 0,
                               reinterpret_cast<sockaddr*>(&address), sizeof address);
    std::printf("%s\n", outcome(sent));
    return 0;
}

// overwrite PATH: tries to open the file behind PATH for writing, for a second.
int overwrite(const char* path) {
    long result = -1;
    for (int i = 0; i < 20 && result < 0; ++i, ::usleep(50'000))
        result = ::open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    std::printf("%s\n", outcome(result));
    return 0;
}

// Field NAME of /proc/PID/status, as a number of that base; -1 where it is gone.
long long field_of(const char* pid, const char* name, int base) {
    char path[64], line[256];
    std::snprintf(path, sizeof path, "/proc/%s/status", pid);
    std::FILE* status = std::fopen(path, "re");
    if (status == nullptr) return -1;
    long long value = -1;
    const std::size_t length = std::strlen(name);
    while (std::fgets(line, sizeof line, status) != nullptr)
        if (std::strncmp(line, name, length) == 0)
            value = std::strtoll(line + length, nullptr, base);
    std::fclose(status);
    return value;
}

// watch MILLISECONDS: for so long looks at each process that is to be seen, and tells what the most
// powerful of them had: capabilities that we have not, or no filter where we have one.
int watch(int milliseconds) {
    const long long ours = field_of("self", "CapEff:", 16),
                    filter = field_of("self", "Seccomp:", 10);
    long long more = 0;
    bool unfiltered = false;
    std::set<std::string> seen;
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    while (std::chrono::steady_clock::now() < end) {
        DIR* proc = ::opendir("/proc");
        while (const dirent* entry = ::readdir(proc)) {
            if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
            seen.insert(entry->d_name);
            const long long theirs = field_of(entry->d_name, "CapEff:", 16);
            if (theirs > 0) more |= theirs & ~ours;
            if (filter != 0) unfiltered |= field_of(entry->d_name, "Seccomp:", 10) == 0;
        }
        ::closedir(proc);
    }
    std::printf("more capabilities: %llx\nwithout a filter: %s\n", more, unfiltered ? "yes" : "no");
    return seen.size() > 1 ? 0 : 1;
}

int state() {
    std::printf(
        "uid %u gid %u no_new_privs %d dumpable %d personality %x seccomp %d\n", ::getuid(),
        ::getgid(), ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0),
        static_cast<unsigned>(::personality(0xffffffff)), ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    const char* first = argc > 2 ? argv[2] : "";
    if (what == "clocks") return clocks();
    if (what == "cwd") return raw_cwd();
    if (what == "window") return window_size();
    if (what == "scheduling") return scheduling();
    if (what == "ioprio") return io_priority();
    if (what == "mempolicy") return memory_policy();
    if (what == "keyring") return keyring();
    if (what == "eat") return eat(std::atoi(first));
    if (what == "forks") return forks(std::atoi(first));
    if (what == "spin") return spin(std::atoi(first));
    if (what == "open") return open_it(first, argc > 3);
    if (what == "call") return call(std::atol(first), argc > 3 ? std::atol(argv[3]) : 0);
    if (what == "descriptors") return descriptors();
    if (what == "notify") return notify(first);
    if (what == "overwrite") return overwrite(first);
    if (what == "watch") return watch(std::atoi(first));
    if (what == "state") return state();
    std::fprintf(stderr, "probe: what is '%s'?\n", what.c_str());
    return 2;
}
