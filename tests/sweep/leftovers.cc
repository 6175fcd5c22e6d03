#include "leftovers.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sweep {

namespace {

std::string read_file(const std::string& path) {
    std::string text;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    char buffer[16384];
    for (ssize_t n; fd >= 0 && (n = ::read(fd, buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(n));
    if (fd >= 0) ::close(fd);
    return text;
}

std::vector<std::string> entries_of(const std::string& path, bool only_directories) {
    std::vector<std::string> names;
    if (DIR* dir = ::opendir(path.c_str())) {
        while (const dirent* entry = ::readdir(dir))
            if (const std::string name = entry->d_name; name != "." && name != "..")
                if (!only_directories || entry->d_type == DT_DIR) names.push_back(name);
        ::closedir(dir);
    }
    return names;
}

std::vector<std::string> names_in(const std::string& path) {
    return entries_of(path, false);
}
std::vector<std::string> directories_in(const std::string& path) {
    return entries_of(path, true);
}

std::vector<pid_t> processes_in(const std::string& cgroup) {
    std::vector<pid_t> pids;
    std::istringstream lines(read_file(cgroup + "/cgroup.procs"));
    for (pid_t pid = 0; lines >> pid;)
        if (pid != ::getpid() && pid != ::getppid()) pids.push_back(pid);
    return pids;
}

void add_cgroups(const std::string& path, const std::string& name,
                 std::vector<std::string>& lines) {
    lines.push_back("cgroup /" + name);
    for (const pid_t pid : processes_in(path)) {
        std::string command = read_file("/proc/" + std::to_string(pid) + "/cmdline");
        std::ranges::replace(command, '\0', ' ');
        lines.push_back("process in /" + name + ": " + command);
    }
    for (const std::string& entry : directories_in(path))
        add_cgroups(path + "/" + entry, name + entry + "/", lines);
}

void add_files(const std::string& path, const std::string& name, std::vector<std::string>& lines) {
    for (const std::string& entry : names_in(path)) {
        const std::string inside = name + entry;
        // Of the caches ('@' is in no id; exec leaves a config) only what is half-made.
        const bool cached =
            (inside.starts_with("state/@") || inside == "state/a/exec") && !entry.ends_with(".tmp");
        if (!cached) lines.push_back("file " + inside);
        add_files(path + "/" + entry, inside + "/", lines);
    }
}

void remove_cgroups(const std::string& path, const std::string& keep) {
    for (const std::string& entry : directories_in(path))
        if (const std::string below = path + "/" + entry; below != keep) {
            remove_cgroups(below, keep);
            ::rmdir(below.c_str());
        }
}

} // namespace

void reap_orphans() {
    while (::waitpid(-1, nullptr, WNOHANG | __WALL) > 0) {
    }
}

Leftovers::Leftovers(std::string v2, std::string work)
    : v2_(std::move(v2)), work_(std::move(work)), start_(look()) {}

std::vector<std::string> Leftovers::look() const {
    std::vector<std::string> lines;
    std::istringstream mounts(read_file("/proc/self/mountinfo"));
    for (std::string line; std::getline(mounts, line);)
        lines.push_back("mount " + line);
    add_cgroups(v2_, "", lines);
    add_files(work_ + "/state", "state/", lines);
    for (const std::string& name : names_in(work_ + "/files"))
        if (!name.ends_with("pid")) lines.push_back("file " + name); // those are the caller's
    std::ranges::sort(lines);
    return lines;
}

std::vector<std::string> Leftovers::changes(int patience_ms, const std::string& allowed) {
    for (int waited = 0;; waited += 2) {
        reap_orphans();
        std::vector<std::string> now = look();
        std::erase_if(now, [&](const std::string& line) { return line == allowed; });
        if (now == start_) return {};
        if (waited < patience_ms) {
            ::usleep(2000);
            continue;
        }
        std::vector<std::string> changed;
        std::ranges::set_symmetric_difference(start_, now, std::back_inserter(changed));
        return changed;
    }
}

void Leftovers::kill_processes() {
    for (const std::string& entry : directories_in(v2_)) // and what moved away from there
        for (const pid_t pid : processes_in(v2_ + "/" + entry))
            ::kill(pid, SIGKILL);
}

void Leftovers::clean() {
    for (int tries = 0; tries < 20; ++tries) {
        for (const std::string& entry : directories_in(v2_)) {
            const int thaw =
                ::open((v2_ + "/" + entry + "/cgroup.freeze").c_str(), O_WRONLY | O_CLOEXEC);
            if (thaw >= 0 && ::write(thaw, "0", 1) < 0) std::perror("thaw");
            if (thaw >= 0) ::close(thaw);
        }
        kill_processes();
        reap_orphans();
        remove_cgroups(v2_, v2_ + "/harness");
        std::istringstream mounts(read_file("/proc/self/mountinfo"));
        for (std::string line; std::getline(mounts, line);) {
            if (std::ranges::binary_search(start_, "mount " + line)) continue;
            std::istringstream words(line);
            std::string point;
            for (int i = 0; i < 5; ++i)
                words >> point;
            ::umount2(point.c_str(), MNT_DETACH);
        }
        std::error_code ignored;
        for (const char* folder : {"/state", "/files"})
            for (const std::string& name : names_in(work_ + folder))
                if (!name.starts_with("@"))
                    std::filesystem::remove_all(work_ + folder + "/" + name, ignored);
        if (changes(20).empty()) return;
    }
    for (const std::string& line : changes(20))
        std::fprintf(stderr, "sweep: cannot clean up: %s\n", line.c_str());
    std::exit(3);
}

} // namespace sweep
