#include "runtime/cgroup_tree.h"

#include "base/text.h"
#include "plan/cgroup.h"
#include "runtime/mount_table.h"
#include "sys/directory.h"
#include "sys/file.h"

#include <algorithm>
#include <cerrno>
#include <linux/magic.h>

namespace tare::runtime {

namespace {

constexpr const char* kUsual = "/sys/fs/cgroup";
constexpr const char* kHybrid = "/sys/fs/cgroup/unified";

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

bool has_word(std::string_view text, std::string_view word) {
    while (text.ends_with('\n'))
        text.remove_suffix(1);
    const std::vector<std::string_view> words = split(text, ' ');
    return std::ranges::find(words, word) != words.end();
}

// The cgroups from `tree` down to the parent of `path`.
std::vector<std::string> ancestors(const std::string& tree, const std::string& path) {
    std::vector<std::string> result;
    for (std::string above = parent_of(path); above.size() > tree.size(); above = parent_of(above))
        result.push_back(above);
    result.push_back(tree);
    std::ranges::reverse(result);
    return result;
}

// Cgroup v2 lets only cgroups without processes hand controllers down ("no internal processes"),
// all but the very root, which alone has no type. For threaded controllers the kernel would not
// refuse it, but make the cgroups below unfit for processes.
Status check_no_processes(const std::string& cgroup, const std::string& controller) {
    const auto type = sys::read_small_file(cgroup + "/cgroup.type");
    const auto procs = sys::read_small_file(cgroup + "/cgroup.procs");
    if (!type || !procs || procs->empty()) return {};
    return Failure({EBUSY, "enable the controller " + quote(controller) + " in " + quote(cgroup)
                               + ": it has processes of its own, and cgroup v2 lets only cgroups"
                                 " without hand controllers down: choose another"
                                 " linux.cgroupsPath"});
}

// True where the controller is there now.
Result<bool> enable(const std::string& controller, const std::string& cgroup) {
    TRY(check_no_processes(cgroup, controller));
    const Status written = sys::write_control(cgroup + "/cgroup.subtree_control", "+" + controller);
    if (written) return true;
    if (written.error().code == ENOENT || written.error().code == EINVAL) return false;
    return Failure({written.error().code, "enable the controller " + quote(controller) + " in "
                                              + quote(cgroup) + ": "
                                              + errno_text(written.error().code)});
}

} // namespace

std::string find_own_cgroup(std::string_view proc_cgroup) {
    for (const std::string_view line : split(proc_cgroup, '\n'))
        if (line.starts_with("0::")) return std::string(line.substr(3));
    return {};
}

Result<std::string> find_cgroup_tree() {
    static std::string found;
    if (!found.empty()) return found;
    for (const char* path : {kUsual, kHybrid})
        if (sys::filesystem_type(path) == CGROUP2_SUPER_MAGIC) return found = path;
    std::vector<std::string> mounts = TRY(mounts_of("cgroup2"));
    if (mounts.empty())
        return invalid("cgroup v2 is not mounted here, and tare knows no other: boot with"
                       " systemd.unified_cgroup_hierarchy=1, mount it (mount -t cgroup2 none"
                       " /sys/fs/cgroup/unified), or give --cgroup-manager=disabled");
    return found = std::move(mounts.front());
}

Result<std::string> place_cgroup(const std::string& tree, const std::string& own,
                                 const std::string& wanted, const std::string& id) {
    const bool relative = !wanted.empty() && !wanted.starts_with('/');
    std::string path = relative ? parent_of(own) + "/" + wanted : "/" + wanted;
    if (wanted.empty()) path += id;
    std::string placed = tree;
    for (const std::string_view part : split(path, '/')) {
        if (part == "..") return invalid("our own cgroup is outside of " + quote(tree));
        if (!part.empty() && part != ".") placed.append("/").append(part);
    }
    if (placed == tree) return invalid(quote(wanted) + " is the root of all cgroups");
    return placed;
}

Result<std::vector<std::string>> enable_controllers(const std::string& tree,
                                                    const std::string& path,
                                                    const std::vector<std::string>& controllers) {
    std::vector<std::string> missing;
    for (const std::string& cgroup : ancestors(tree, path)) {
        const std::string enabled = TRY(sys::read_small_file(cgroup + "/cgroup.subtree_control"));
        for (const std::string& controller : controllers) {
            if (std::ranges::find(missing, controller) != missing.end()
                || has_word(enabled, controller))
                continue;
            const bool there = TRY(enable(controller, cgroup));
            if (!there) missing.push_back(controller);
        }
    }
    return missing;
}

Failure missing_controller(const plan::CgroupWrite& write, const std::string& tree) {
    const std::string controller = plan::controller_of(write.file);
    std::string text = write.origin + ": needs " + quote(write.file) + " of the controller "
                       + quote(controller) + ", which the cgroup v2 hierarchy at " + quote(tree)
                       + " does not have";
    // "NAME\tHIERARCHY\t...": another hierarchy than 0 is one of v1.
    const Result<std::string> v1 = sys::read_small_file("/proc/cgroups");
    const std::size_t at = v1 ? v1->find("\n" + controller + "\t") : std::string::npos;
    if (at != std::string::npos && (*v1)[at + controller.size() + 2] != '0')
        text += " (it is in use by cgroup v1: boot with cgroup_no_v1=" + controller + ")";
    return Failure({ENOENT, std::move(text)});
}

} // namespace tare::runtime
