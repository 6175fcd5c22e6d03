#include "runtime/cgroup.h"

#include "base/log.h"
#include "base/text.h"
#include "plan/cgroup.h"
#include "plan/devices.h"
#include "runtime/cgroup_tree.h"
#include "runtime/cgroup_writer.h"
#include "sys/bpf.h"
#include "sys/directory.h"
#include "sys/file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>

namespace tare::runtime {

namespace {

// For a container without a cgroup of its own: whatever it would lose by that is an error.
Result<std::string> no_cgroup(const plan::CgroupPlan& plan, const std::string& why, int code) {
    const auto limit = std::ranges::find_if(plan.writes, is_limit);
    if (limit != plan.writes.end())
        return Failure({code, limit->origin + ": needs a cgroup of its own, but " + why});
    if (plan.device_program.empty()) return std::string();
    if (plan.device_program != TRY(plan::compile_devices(plan::default_device_rules(), "")))
        return Failure({code, plan.device_origin + ": need a cgroup of its own, but " + why});
    return std::string();
}

// As far as it exists already: can we make something in it?
int check_place(const std::string& tree, std::string path) {
    for (;;) {
        path.resize(path.rfind('/'));
        const int code = sys::check_writable(path);
        if (code != ENOENT || path.size() <= tree.size()) return code;
    }
}

bool is_systemd_form(const std::string& path) {
    return path.find('/') == std::string::npos && std::ranges::count(path, ':') == 2;
}

// ---- Making

// What a failure takes away again, the last first.
class Made {
public:
    explicit Made(std::string path) : path_(std::move(path)) {}
    ~Made() {
        for (; count_ > 0; --count_) {
            (void)sys::remove_directory(path_);
            path_.resize(path_.rfind('/'));
        }
    }
    Made(const Made&) = delete;
    Made& operator=(const Made&) = delete;

    // True: the cgroup itself is new.
    Result<bool> make() { return make(path_); }
    void keep() { count_ = 0; }

private:
    Result<bool> make(const std::string& path) {
        Result<bool> made = sys::make_directory_once(path, 0755);
        if (!made && made.error().code == ENOENT) {
            TRY(make(path.substr(0, path.rfind('/'))));
            made = sys::make_directory_once(path, 0755);
        }
        if (made && *made) ++count_;
        return made;
    }

    std::string path_;
    unsigned count_ = 0; // how many directories, from path_ upwards
};

// Whoever used it before us may still be in it, or have left it so that nothing could ever run.
Status check_unused(const Fd& cgroup, const std::string& path) {
    const std::string events = TRY(sys::read_file_at(cgroup, "cgroup.events", 4096));
    if (events.find("populated 1") != std::string::npos)
        return Failure(
            {EBUSY, "container's cgroup is not empty: " + quote(path) + " has processes already"});
    if (events.find("frozen 1") != std::string::npos)
        return Failure({EBUSY, "container's cgroup unexpectedly frozen: " + quote(path)});
    return {};
}

Status attach_devices(const Fd& cgroup, const plan::CgroupPlan& plan,
                      Status (*attach)(const Fd&, const Fd&)) {
    if (plan.device_program.empty()) return {};
    const auto context = under(plan.device_origin);
    const Fd program = TRY(sys::load_device_program(plan.device_program).map_error(context));
    return attach(cgroup, program).map_error(context);
}

// The files that the kernel means to be given away, cgroups(7), "Delegation".
Status delegate(const Fd& cgroup, uid_t owner) {
    std::string files = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";
    if (auto listed = sys::read_small_file("/sys/kernel/cgroup/delegate"))
        files = *std::move(listed);
    TRY(sys::change_owner_at(cgroup, "", owner));
    for (const std::string_view file : split(files, '\n'))
        if (!file.empty() && file.find('/') == std::string_view::npos)
            TRY(sys::change_owner_at(cgroup, std::string(file), owner));
    return {};
}

Status fill(const Fd& cgroup, const std::string& path, const plan::CgroupPlan& plan, bool is_new) {
    if (!is_new) {
        TRY(check_unused(cgroup, path));
        TRY(check_memory_usage(cgroup, plan));
    }
    TRY(CgroupWriter(cgroup, path, plan).write_all());
    if (plan.delegate)
        TRY(delegate(cgroup, plan.owner).map_error(under("give the cgroup to the container")));
    return {};
}

} // namespace

Result<std::string> locate_cgroup(const Settings& settings, const plan::CgroupPlan& plan,
                                  const std::string& id) {
    if (settings.cgroup_manager == CgroupManager::kDisabled)
        return no_cgroup(plan, "--cgroup-manager=disabled was given", EINVAL);
    if (is_systemd_form(plan.path))
        return invalid(plan.origin + ": " + quote(plan.path)
                       + " is in the form of systemd (slice:prefix:name), which the cgroup manager"
                         " 'cgroupfs' does not take");

    const std::string tree = TRY(find_cgroup_tree());
    std::string own;
    if (!plan.path.empty() && !plan.path.starts_with('/'))
        own = find_own_cgroup(TRY(sys::read_small_file("/proc/self/cgroup")));
    std::string path = TRY(place_cgroup(tree, own, plan.path, id).map_error(under(plan.origin)));
    const int code = check_place(tree, path);
    if (code == 0) return path;

    const std::string why = quote(path) + " cannot be made: " + errno_text(code);
    if (!plan.path.empty()) return Failure({code, plan.origin + ": " + why});
    log::debug("no cgroup for the container: " + why);
    return no_cgroup(plan, why, code);
}

Status check_cgroup_unused(const std::string& path) {
    const auto cgroup = sys::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!cgroup) return cgroup.error().code == ENOENT ? Status() : Failure(cgroup.error());
    return check_unused(*cgroup, path);
}

Result<Fd> make_cgroup(const std::string& path, const plan::CgroupPlan& plan) {
    Made made(path);
    const bool is_new = TRY(made.make().map_error(under(plan.origin)));
    Fd cgroup = TRY(sys::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    TRY(fill(cgroup, path, plan, is_new));
    made.keep();
    return cgroup;
}

Status update_cgroup(const std::string& path, const plan::CgroupPlan& plan,
                     const UpdateSteps& steps) {
    const Fd cgroup = TRY(sys::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    TRY(check_memory_usage(cgroup, plan));
    CgroupWriter writer(cgroup, path, plan, CgroupWriter::Memory::kUndo);
    if (steps.first) {
        writer.remember_all();
        TRY(steps.first());
    }
    Status done = writer.write_all();
    if (done && steps.last) done = steps.last();
    if (done) return done;
    if (steps.undo_first) steps.undo_first();
    writer.undo();
    return done;
}

Status attach_devices(const Fd& cgroup, const plan::CgroupPlan& plan) {
    return attach_devices(cgroup, plan, sys::replace_device_programs);
}

Status fill_unit_cgroup(const std::string& path, const plan::CgroupPlan& plan) {
    const Fd cgroup = TRY(sys::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    TRY(fill(cgroup, path, plan, true));
    return attach_devices(cgroup, plan, sys::attach_device_program);
}

} // namespace tare::runtime
