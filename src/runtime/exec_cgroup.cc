#include "runtime/exec_cgroup.h"

#include "base/text.h"
#include "runtime/cgroup_tree.h"
#include "sys/file.h"
#include "sys/pidfd_info.h"

#include <cerrno>
#include <sys/stat.h>

namespace tare::runtime {

namespace {

bool is_in(const Fd& process, const std::string& cgroup) {
    const auto id = sys::cgroup_of(process);
    struct stat directory = {};
    return id && ::stat(cgroup.c_str(), &directory) == 0 && directory.st_ino == *id;
}

} // namespace

Result<std::vector<std::string>> exec_cgroups(const Record& record, const Fd& init,
                                              const std::string& wanted) {
    if (!wanted.empty()) {
        if (record.cgroup.empty()) return invalid("--cgroup: the container has no cgroup");
        std::string path = TRY(place_exec_cgroup(record.cgroup, wanted));
        return std::vector<std::string>{std::move(path)};
    }
    if (record.cgroup.empty()) return std::vector<std::string>();
    if (is_in(init, record.cgroup)) return std::vector<std::string>{record.cgroup};
    const std::string tree = TRY(find_cgroup_tree());
    const std::string path = "/proc/" + std::to_string(record.init.pid) + "/cgroup";
    const auto text = sys::read_small_file(path); // gone: the next step will tell
    return exec_cgroups_between(record.cgroup, text ? tree + find_own_cgroup(*text) : "");
}

std::vector<std::string> exec_cgroups_between(const std::string& own, const std::string& of_init) {
    std::vector<std::string> paths;
    std::string path = of_init;
    while (path.starts_with(own + "/") && path.find("/../") == std::string::npos) {
        paths.push_back(path);
        path.resize(path.rfind('/'));
    }
    paths.push_back(own);
    return paths;
}

Result<std::string> place_exec_cgroup(const std::string& own, const std::string& wanted) {
    const std::size_t colon = wanted.find(':');
    if (colon != std::string::npos && colon != 0)
        return invalid("--cgroup: " + quote(wanted)
                       + " names a controller, but cgroup v2 has one hierarchy for all: PATH");
    const std::string path = colon == 0 ? wanted.substr(1) : wanted;
    std::string placed = own;
    for (const std::string_view part : split(path, '/')) {
        if (part == "..")
            return invalid("--cgroup: " + quote(wanted) + " must not leave the container's cgroup");
        if (!part.empty() && part != ".") placed.append("/").append(part);
    }
    return placed;
}

bool is_unfit(int code) {
    return code == EBUSY || code == EOPNOTSUPP || code == ENOENT || code == ENODEV;
}

} // namespace tare::runtime
