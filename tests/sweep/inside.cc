// inside once|stay HOST_NAMESPACE...: the container's program for the sweeps. Says everything that
// protects this container, one line a thing and the same in each run of the same config: what a
// config asked and does not hold is a line that differs. HOST_NAMESPACEs are the links of the
// host's /proc/self/ns. `stay` then waits for a signal.

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sstream>
#include <string>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace {

std::string text; // written at once, so that it never comes in pieces

void say(const std::string& line) {
    text += line + "\n";
}

std::string outcome(long result) {
    return result >= 0 ? "done" : std::strerror(errno);
}

std::string read_file(const std::string& path) {
    std::string content;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return std::strerror(errno);
    char buffer[8192];
    for (ssize_t n; (n = ::read(fd, buffer, sizeof buffer)) > 0;)
        content.append(buffer, static_cast<std::size_t>(n));
    ::close(fd);
    return content;
}

void show_status() {
    std::istringstream lines(read_file("/proc/self/status"));
    for (std::string line; std::getline(lines, line);)
        for (const char* key : {"Umask:", "Uid:", "Gid:", "Groups:", "Cap", "NoNewPrivs:",
                                "Seccomp", "Sig", "Shd", "Cpus_allowed:", "Mems_allowed:"})
            if (line.starts_with(key) && !line.starts_with("SigQ")) say(line);
}

void show_namespaces(char** host) {
    for (const char* name : {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"}) {
        char target[64] = "";
        ::readlink((std::string("/proc/self/ns/") + name).c_str(), target, sizeof target - 1);
        bool own = true;
        for (char** each = host; *each; ++each)
            own = own && std::strcmp(*each, target) != 0;
        say(std::string("namespace ") + name + (own ? " own" : " host's"));
    }
}

bool is_null(const std::string& path) {
    struct stat what = {};
    return ::stat(path.c_str(), &what) == 0 && S_ISCHR(what.st_mode)
           && what.st_rdev == makedev(1, 3);
}

// Without the numbers of mounts, peer groups and devices. What only names a source is left out, and
// "ro" of a file system whose mount is read-only itself; and which null device masks a file.
std::string shown_mount(const std::string& line) {
    std::istringstream words(line);
    std::string shown = "mount", word, options, type, target;
    for (int i = 0; words >> word && word != "-"; ++i) {
        if (i == 4) target = word;
        if (i == 5) options = word;
        if (i >= 6) word.resize(std::min(word.size(), word.find(':')));
        if (i >= 3) shown += " " + word;
    }
    words >> type >> word;
    shown += " " + type;
    words >> word;
    const bool read_only = options.starts_with("ro");
    if (read_only && target.starts_with("/proc/") && is_null(target)) return "masked " + target;
    return shown + " " + (read_only ? word.substr(std::min(word.size(), word.find(','))) : word);
}

void show_mounts() {
    std::istringstream lines(read_file("/proc/self/mountinfo"));
    for (std::string line; std::getline(lines, line);)
        say(shown_mount(line));
}

void show_limits() {
    for (int i = 0; i < RLIM_NLIMITS; ++i) {
        rlimit limit = {};
        ::getrlimit(static_cast<__rlimit_resource_t>(i), &limit);
        say("rlimit " + std::to_string(i) + " " + std::to_string(limit.rlim_cur) + " "
            + std::to_string(limit.rlim_max));
    }
}

void show_descriptors() {
    for (int fd = 0; fd < 1024; ++fd) {
        if (::fcntl(fd, F_GETFD) < 0) continue;
        char target[512] = "";
        const ssize_t n =
            ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target, sizeof target - 1);
        std::string shown = n < 0 ? std::strerror(errno) : target;
        shown.resize(std::min(shown.size(), shown.find('[')));
        say("descriptor " + std::to_string(fd) + " " + shown);
    }
}

void show_files() {
    for (const char* path :
         {"/proc/sys/kernel/hostname", "/proc/sys/net/ipv4/ip_forward", "/proc/sysrq-trigger",
          "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/kernel/uevent_helper",
          "/sys/firmware", "/dev/full", "/dev/null", "/dev/kmsg", "/new-file"}) {
        const int fd = ::open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
        say(std::string("write ") + path + " " + outcome(fd));
        if (fd >= 0) ::close(fd);
        struct stat facts = {};
        if (::stat(path, &facts) == 0)
            say(std::string("stat ") + path + " " + std::to_string(facts.st_mode) + " "
                + std::to_string(facts.st_rdev));
    }
    say("kcore " + std::to_string(std::min<std::size_t>(read_file("/proc/kcore").size(), 1)));
    say("make a directory " + outcome(::mkdir("/made", 0755)));
    ::rmdir("/made");
    for (const unsigned minor_number : {1U, 3U, 4U, 8U}) { // mem, null, port, random
        const std::string shown = "/dev/node" + std::to_string(minor_number);
        // Another one of us may be in the same container.
        const std::string path = shown + "-" + std::to_string(::getpid());
        say("mknod " + shown + " "
            + outcome(::mknod(path.c_str(), S_IFCHR | 0600, makedev(1, minor_number))));
        const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
        say("open " + shown + " " + outcome(fd));
        if (fd >= 0) ::close(fd);
        ::unlink(path.c_str());
    }
    for (const char* path :
         {"/sys/fs/cgroup/hugetlb.2MB.max", "/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/memory.max",
          "/sys/fs/cgroup/cpu.weight", "/proc/self/cgroup", "/proc/self/oom_score_adj",
          "/proc/self/attr/current", "/proc/self/uid_map", "/proc/self/gid_map",
          "/proc/self/setgroups", "/proc/sys/net/ipv4/ping_group_range", "/proc/sys/kernel/msgmax",
          "/proc/sys/kernel/domainname", "/proc/sys/kernel/hostname"})
        say(std::string(path) + " " + read_file(path));
    // Not which: a visitor of the sweep's may be about to end.
    const std::string processes = read_file("/sys/fs/cgroup/cgroup.procs");
    say("cgroup.procs " + std::string(processes.starts_with('1') ? "begins with init" : processes));
}

// Each with arguments that do nothing where it is allowed.
void show_calls() {
    const std::pair<const char*, long> calls[] = {
        {"unshare", ::syscall(SYS_unshare, CLONE_NEWUSER | CLONE_FS)},
        {"keyctl", ::syscall(SYS_keyctl, 0, -3, 0)},
        {"add_key", ::syscall(SYS_add_key, 0, 0, 0, 0, 0)},
        {"bpf", ::syscall(SYS_bpf, -1, 0, 0)},
        {"mount", ::syscall(SYS_mount, "x", "/nowhere", "tmpfs", 0, 0)},
        {"kexec_load", ::syscall(SYS_kexec_load, 0, 0, 0, -1L)},
        {"clock_settime", ::syscall(SYS_clock_settime, 0, 0)},
        {"userfaultfd", ::syscall(SYS_userfaultfd, -1)},
    };
    for (const auto& [name, result] : calls)
        say(std::string("call ") + name + " " + (result >= 0 ? "done" : "refused"));
    errno = 0;
    say("call personality " + outcome(::syscall(SYS_personality, 0x0400000)));
}

void show_process() {
    say("personality " + std::to_string(::personality(0xffffffff)));
    say("dumpable " + std::to_string(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)));
    int signal = -1;
    ::prctl(PR_GET_PDEATHSIG, &signal, 0, 0, 0);
    say("death signal " + std::to_string(signal));
    // Which number it has got does not matter.
    const pid_t self = ::getpid();
    say(std::string(self == 1 ? "first" : "further") + " process"
        + (::getsid(0) == self ? ", leads its session" : "")
        + (::getpgrp() == self ? ", leads its group" : ""));
    say("terminal " + std::to_string(::isatty(0)) + std::to_string(::isatty(1)));
    char cwd[4096] = "";
    ::syscall(SYS_getcwd, cwd, sizeof cwd);
    say(std::string("cwd ") + cwd);
    for (char** each = environ; *each; ++each)
        say(std::string("env ") + *each);
    say("priority " + std::to_string(::getpriority(PRIO_PROCESS, 0)) + " scheduler "
        + std::to_string(::sched_getscheduler(0)) + " io "
        + std::to_string(::syscall(SYS_ioprio_get, 1, 0)));
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    show_status();
    show_namespaces(argv + 2);
    show_mounts();
    show_limits();
    show_descriptors();
    show_process();
    show_files();
    show_calls();
    text += "end\n";
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t n = ::write(1, text.data() + done, text.size() - done);
        if (n <= 0) return 1;
        done += static_cast<std::size_t>(n);
    }
    while (std::strcmp(argv[1], "stay") == 0)
        ::pause();
    return 0;
}
