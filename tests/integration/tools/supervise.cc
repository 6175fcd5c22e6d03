// supervise LIMIT V2 NAME COMMAND...: runs COMMAND for the integration tests, alone with itself:
//  - in a cgroup of its own, V2/NAME, that is the root of its cgroup namespace, so that what a case
//    leaves there is seen and everything that it started can be killed by one write;
//  - in a mount namespace of its own whose "/" is shared, as systemd has it, so that a mount which
//    propagates out of a container is seen by the case and never by the machine;
//  - under a subreaper, as a shim or conmon would be, because an orphaned init must be reaped;
//  - for at most LIMIT seconds.
// Exits with COMMAND's status, 124 after the limit. V2 is the mount point of cgroup2. With
// WITH_SYSTEMD in the environment COMMAND sees all cgroups: systemd makes its units outside of any
// other root.

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

[[noreturn]] void die(const std::string& what) {
    std::fprintf(stderr, "supervise: %s: %s\n", what.c_str(), std::strerror(errno));
    std::_Exit(125);
}

bool write_file(const std::string& path, const std::string& text) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool done = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
    return done;
}

std::string read_file(const std::string& path) {
    std::string text;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    char buffer[512];
    for (ssize_t n; fd >= 0 && (n = ::read(fd, buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(n));
    if (fd >= 0) ::close(fd);
    return text;
}

// Every controller that the cgroup has goes to its children. One that cannot (a threaded or busy
// one) is left out: the cases that need it find out themselves.
void enable_controllers(const std::string& cgroup) {
    std::string names = read_file(cgroup + "/cgroup.controllers");
    for (char* name = std::strtok(names.data(), " \n"); name; name = std::strtok(nullptr, " \n"))
        write_file(cgroup + "/cgroup.subtree_control", std::string("+") + name);
}

void remove_cgroup(const std::string& path) {
    if (DIR* dir = ::opendir(path.c_str())) {
        while (const dirent* entry = ::readdir(dir))
            if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
                remove_cgroup(path + "/" + entry->d_name);
        ::closedir(dir);
    }
    for (int i = 0; i < 200 && ::rmdir(path.c_str()) != 0 && errno == EBUSY; ++i)
        ::usleep(10'000);
}

// Our cgroup becomes all there is, with us in a child of it: only so can it hand controllers down.
void take_as_root(const std::string& v2) {
    if (::umount2(v2.c_str(), MNT_DETACH) != 0) die("umount " + v2);
    if (::mount("cgroup2", v2.c_str(), "cgroup2", 0, nullptr) != 0) die("mount cgroup2");
    if (::mkdir((v2 + "/harness").c_str(), 0755) != 0) die("make the harness's cgroup");
    if (!write_file(v2 + "/harness/cgroup.procs", "0")) die("enter the harness's cgroup");
    enable_controllers(v2);
}

// Runs in the child. Leaves it in V2/NAME/harness, with V2/NAME as its view of the root.
void enter(const std::string& v2, const std::string& cgroup) {
    const bool sees_all = std::getenv("WITH_SYSTEMD") != nullptr;
    if (!write_file(cgroup + "/cgroup.procs", "0")) die("enter " + cgroup);
    if (::unshare(CLONE_NEWNS | (sees_all ? 0 : CLONE_NEWCGROUP)) != 0) die("unshare");
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) die("make / private");
    if (!sees_all) take_as_root(v2);
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr) != 0) die("make / shared");
}

volatile std::sig_atomic_t timed_out = 0;

void on_alarm(int) {
    timed_out = 1;
}

// Reaps everything that comes by; returns when the command itself has ended or the time is over.
int reap_until(pid_t command) {
    int status = 0;
    while (!timed_out)
        if (const pid_t pid = ::wait(&status); pid == command)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return 124;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 5) return 125;
    const std::string v2 = argv[2], cgroup = v2 + "/" + argv[3];
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    enable_controllers(v2);
    if (::mkdir(cgroup.c_str(), 0755) != 0) die("make " + cgroup);

    const pid_t command = ::fork();
    if (command == 0) {
        enter(v2, cgroup);
        ::execvp(argv[4], argv + 4);
        die(argv[4]);
    }
    struct sigaction action = {};
    action.sa_handler = on_alarm; // without SA_RESTART: wait() returns
    ::sigaction(SIGALRM, &action, nullptr);
    ::alarm(static_cast<unsigned>(std::atoi(argv[1])));
    const int result = reap_until(command);
    ::alarm(0);

    write_file(cgroup + "/cgroup.freeze", "0");
    write_file(cgroup + "/cgroup.kill", "1");
    while (::wait(nullptr) > 0) {
    }
    remove_cgroup(cgroup);
    return result;
}
