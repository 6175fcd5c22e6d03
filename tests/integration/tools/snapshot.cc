// snapshot SHELL V2 STATE: what a case may not change, one line a thing, so that a difference names
// what was left: mounts, cgroups, processes, the state directory, the descriptors of the process
// SHELL, the host's devices and names. V2 is the case's view of cgroup2; processes in it other than
// SHELL and its descendants are the case's leftovers.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <vector>

namespace {

std::string read_file(const std::string& path) {
    std::string text;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    char buffer[8192];
    for (ssize_t n; fd >= 0 && (n = ::read(fd, buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(n));
    if (fd >= 0) ::close(fd);
    return text;
}

std::vector<std::string> names_in(const std::string& path) {
    std::vector<std::string> names;
    if (DIR* dir = ::opendir(path.c_str())) {
        while (const dirent* entry = ::readdir(dir))
            if (const std::string name = entry->d_name; name != "." && name != "..")
                names.push_back(name);
        ::closedir(dir);
    }
    std::sort(names.begin(), names.end());
    return names;
}

bool is_directory(const std::string& path) {
    struct stat status = {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

struct Process {
    char state = 'X'; // proc(5); X: there is none
    int parent = 0;
    bool is_of_kernel = false;
};

// From /proc/PID/stat, behind the name, which may hold anything but is closed by the last ')'.
Process process_of(int pid) {
    const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
    const auto end = stat.rfind(')');
    Process process;
    unsigned flags = 0;
    if (end != std::string::npos)
        std::sscanf(stat.c_str() + end + 1, " %c %d %*d %*d %*d %*d %u", &process.state,
                    &process.parent, &flags);
    constexpr unsigned kKernelThread = 0x0020'0000; // PF_KTHREAD
    process.is_of_kernel = (flags & kKernelThread) != 0;
    return process;
}

bool descends_from(int pid, int ancestor) {
    for (; pid > 1; pid = process_of(pid).parent)
        if (pid == ancestor) return true;
    return false;
}

void show_processes(const std::string& cgroup, int shell) {
    const std::string pids = read_file(cgroup + "/cgroup.procs");
    for (const char* at = pids.c_str(); *at;) {
        char* end = nullptr;
        const int pid = static_cast<int>(std::strtol(at, &end, 10));
        at = *end ? end + 1 : end;
        const Process process = process_of(pid);
        if (process.state == 'X' || process.state == 'Z' || process.is_of_kernel) continue;
        if (descends_from(pid, shell)) continue;
        std::string command = read_file("/proc/" + std::to_string(pid) + "/cmdline");
        std::replace(command.begin(), command.end(), '\0', ' ');
        std::printf("process %d %s\n", pid, command.c_str());
    }
}

void show_cgroups(const std::string& path, const std::string& name, int shell) {
    std::printf("cgroup /%s\n", name.c_str());
    show_processes(path, shell);
    for (const std::string& entry : names_in(path))
        if (is_directory(path + "/" + entry))
            show_cgroups(path + "/" + entry, name + entry + "/", shell);
}

void show_files(const std::string& path, const std::string& name) {
    for (const std::string& entry : names_in(path)) {
        if (entry.front() == '@') continue; // caches: '@' cannot be in an id
        std::printf("state %s%s\n", name.c_str(), entry.c_str());
        if (is_directory(path + "/" + entry)) show_files(path + "/" + entry, name + entry + "/");
    }
}

void show_descriptors(const std::string& process) {
    for (const std::string& fd : names_in(process + "/fd")) {
        const std::string info = read_file(process + "/fdinfo/" + fd);
        const auto flags = info.find("flags:");
        std::printf("descriptor %s %s\n", fd.c_str(),
                    flags == std::string::npos
                        ? ""
                        : info.substr(flags, info.find('\n', flags) - flags).c_str());
    }
}

void show_host() {
    for (const char* path : {"/dev/null", "/dev/zero", "/dev/full", "/dev/ptmx", "/dev/tty"}) {
        struct stat status = {};
        ::stat(path, &status);
        std::printf("device %s %o %u:%u %u:%u\n", path, status.st_mode, status.st_uid,
                    status.st_gid, major(status.st_rdev), minor(status.st_rdev));
    }
    utsname name = {};
    ::uname(&name);
    std::printf("hostname %s\n", name.nodename);
    for (const std::string& interface : names_in("/sys/class/net"))
        std::printf("interface %s\n", interface.c_str());
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    const std::string shell = argv[1];
    std::printf("%s", read_file("/proc/" + shell + "/mountinfo").c_str());
    show_cgroups(argv[2], "", std::atoi(argv[1]));
    show_files(argv[3], "");
    show_descriptors("/proc/" + shell);
    show_host();
    return 0;
}
