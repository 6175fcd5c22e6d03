#include "base/log.h"
#include "base/text.h"
#include "runtime/caller.h"
#include "runtime/cgroup.h"
#include "runtime/console.h"
#include "runtime/creation.h"
#include "runtime/criu.h"
#include "runtime/criu_images.h"
#include "runtime/criu_mounts.h"
#include "runtime/foreground.h"
#include "runtime/liveness.h"
#include "runtime/notify_socket.h"
#include "runtime/outer_hooks.h"
#include "runtime/pid_file.h"
#include "runtime/resctrl.h"
#include "runtime/runtime.h"
#include "runtime/teardown.h"
#include "runtime/unit.h"
#include "sys/file.h"
#include "sys/network.h"
#include "sys/private_mounts.h"
#include "sys/process.h"

#include <algorithm>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <sched.h>

namespace tare::runtime {

namespace {

constexpr const char* kRootMount = "criu-root"; // in the state directory
constexpr unsigned kLabelsSince = 31'600;       // criu 3.16: --lsm-profile works

// ---- Before anything is made

// An older criu would pass the label over without a word.
Status check_version(const plan::RestoreFlags& flags) {
    if (flags.lsm_profile.empty() && flags.lsm_mount_context.empty()) return {};
    const unsigned version = TRY(criu_version());
    if (version >= kLabelsSince) return {};
    return Failure({EOPNOTSUPP,
                    std::string(flags.lsm_profile.empty() ? "--lsm-mount-context" : "--lsm-profile")
                        + ": needs criu 3.16 or later"});
}

// What a checkpoint has stopped makes room for what is restored from it.
Status replace_checkpointed(const Settings& settings, const std::string& id) {
    auto directory = StateDirectory::open(settings, id);
    if (!directory) return directory.error().code == ENOENT ? Status() : Failure(directory.error());
    const auto mark = sys::open_at(directory->fd(), kCheckpointed, O_PATH);
    const auto record = directory->read();
    if (!mark || !record) return {};
    const spec::Status status = TRY(status_of(*directory, *record));
    if (status != spec::Status::kStopped) return {};
    return remove(settings, id, false);
}

// "3:cpu:/x" a line, the same as CRIU wants it.
std::vector<plan::CriuMount> cgroup_roots(std::string_view proc_cgroup) {
    std::vector<plan::CriuMount> roots;
    for (const std::string_view line : split(proc_cgroup, '\n')) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first == line.npos ? first : first + 1);
        if (second == line.npos) continue;
        roots.push_back({std::string(line.substr(first + 1, second - first - 1)),
                         std::string(line.substr(second + 1))});
    }
    return roots;
}

// ---- The ladder

struct Restored {
    PlannedBundle planned;
    StateDirectory directory; // locked
    Record record;
    sys::Child init;
};

class Restoration : public Criu::Stages {
public:
    Restoration(Restored& container, const RestoreRequest& request, CriuDirectories directories,
                std::vector<std::string> stdio, Foreground* foreground, Fd console_receiver,
                std::optional<Systemd> systemd)
        : c_(container), request_(request), directories_(std::move(directories)),
          stdio_(std::move(stdio)), foreground_(foreground),
          console_receiver_(std::move(console_receiver)), systemd_(std::move(systemd)) {}

    Status build() {
        TRY(check_cgroup());
        TRY(c_.directory.write(c_.record)); // intent, before the first kernel object
        TRY(sys::create_file_at(c_.directory.fd(), "config.json", bundle().text, 0600)
                .map_error(under("state directory " + quote(c_.directory.path()))));
        TRY(sys::make_directory(root_mount(), 0755));
        TRY(make_notify_directory(c_.directory.fd()));
        TRY(make_mount_points(bundle().config(), bundle().rootfs, bundle().path));
        TRY(enter_cgroup());
        if (c_.planned.plan.resctrl) TRY(make_resctrl(*c_.planned.plan.resctrl, c_.record.resctrl));
        TRY(open_namespaces());
        TRY(ask_criu());
        TRY(sys::remove_directory(root_mount()));
        return announce();
    }

    Status reached(const plan::CriuAnswer& stage, Fd fd) override {
        if (stage.notification == "setup-namespaces") return set_up_namespaces(stage.pid);
        if (stage.notification == "post-restore") return remember(stage.pid, false);
        if (stage.notification == "orphan-pts-master") return place_console(std::move(fd));
        return {};
    }

    int watched() const override { return c_.init.pidfd.get(); }

private:
    const Bundle& bundle() const { return c_.planned.bundle; }
    std::string root_mount() const { return c_.directory.path() + "/" + kRootMount; }

    Status check_cgroup();
    Status enter_cgroup();
    Status enter_unit_with(pid_t criu);
    void disown_cgroup();
    Status open_namespaces();
    Result<plan::CriuOptions> options_for(const Criu& criu) const;
    Result<Criu> start_criu(const CriuPlace& place);
    Status ask_criu();
    Status set_up_namespaces(pid_t pid);
    Status remember(pid_t pid, bool ready);
    Status place_console(Fd master);
    Status announce();

    Restored& c_;
    const RestoreRequest& request_;
    CriuDirectories directories_;
    std::string cgroup_yard_;
    std::vector<std::string> stdio_;
    Foreground* foreground_;
    Fd console_receiver_;
    std::optional<Systemd> systemd_;
    Fd cgroup_;
    std::vector<std::pair<std::string, Fd>> namespaces_; // by key in the images
};

Status Restoration::check_cgroup() {
    if (c_.record.cgroup.empty()) return {};
    Status unused = check_cgroup_unused(c_.record.cgroup);
    if (!unused) disown_cgroup();
    return std::move(unused).map_error(under(c_.planned.plan.cgroup.origin));
}

Status Restoration::enter_cgroup() {
    if (c_.record.cgroup.empty() || systemd_) return {};
    auto made = make_cgroup(c_.record.cgroup, c_.planned.plan.cgroup);
    if (!made) disown_cgroup();
    cgroup_ = TRY(std::move(made));
    return attach_devices(cgroup_, c_.planned.plan.cgroup);
}

// A unit is made with its first process, and that is criu.
Status Restoration::enter_unit_with(pid_t criu) {
    if (!systemd_) return {};
    Status entered = enter_unit(*systemd_, c_.planned.plan.cgroup, c_.record.cgroup, criu);
    if (!entered && entered.error().code == EEXIST) disown_cgroup();
    systemd_.reset();
    return entered;
}

// It is somebody else's: nothing of it may be taken away.
void Restoration::disown_cgroup() {
    c_.record.cgroup.clear();
    c_.record.unit.clear();
}

Status Restoration::open_namespaces() {
    for (const plan::ExternalNamespace& ns : plan::external_namespaces(bundle().config())) {
        Fd file = TRY(sys::open_file(ns.path, O_RDONLY).map_error(under(ns.origin)));
        namespaces_.emplace_back(ns.key, std::move(file));
    }
    return {};
}

Result<plan::CriuOptions> Restoration::options_for(const Criu& criu) const {
    plan::RestoreFacts facts{.root = root_mount(),
                             .config_file = criu_config_file(bundle().config()),
                             .bundle = bundle().path,
                             .has_iptables = has_program("iptables-restore"),
                             .descriptors = stdio_};
    facts.cgroup_roots =
        cgroup_roots(TRY(sys::read_small_file("/proc/" + std::to_string(criu.pid()) + "/cgroup")));
    plan::CriuOptions options = TRY(plan::plan_restore(bundle().config(), request_.flags, facts));
    options.cgroup_yard = cgroup_yard_;
    options.mounts.push_back({kNotifyInside, c_.directory.path() + "/" + kNotifyDirectory});
    options.images_fd = directories_.images.get();
    options.work_fd = directories_.work_number();
    for (const auto& [key, file] : namespaces_)
        options.inherited.push_back({key, file.get()});
    return options;
}

// CRIU wants the root to be a mount point, and mounts in the directories that it is given: so these
// must be in its mount namespace, which no one else is to see.
Result<Criu> Restoration::start_criu(const CriuPlace& place) {
    sys::PrivateMounts mounts = TRY(sys::PrivateMounts::enter());
    TRY(sys::PrivateMounts::bind(bundle().rootfs, root_mount())
            .map_error(under("config.json#/root/path")));
    cgroup_yard_ = TRY(make_cgroup_yard(c_.directory, true));
    directories_ = TRY(open_criu_directories(directories_.images_path, directories_.work_path));
    Criu criu = TRY(Criu::start(place));
    TRY(mounts.leave());
    return criu;
}

// criu runs in the container's cgroup, so that all it restores is born there; and it dies with us,
// with what it has not finished.
Status Restoration::ask_criu() {
    CriuPlace place{.cgroup = cgroup_ ? &cgroup_ : nullptr, .dies_with_us = true};
    for (const auto& [key, file] : namespaces_)
        place.inherited.push_back(file.get());
    TRY(sys::close_on_exec_from(3));
    Criu criu = TRY(start_criu(place));
    TRY(enter_unit_with(criu.pid()));
    TRY(join_resctrl(c_.record.resctrl, criu.pid())
            .map_error(under("config.json#/linux/intelRdt")));
    const plan::CriuOptions options = TRY(options_for(criu));
    log::debug("criu restore:\n" + plan::describe(options));
    const auto answer = criu.call(plan::encode_criu_call(plan::CriuCall::kRestore, options), this);
    TRY(criu.finish());
    if (!answer)
        return Failure(explain_with_log(answer.error(), directories_.work_path, options.log_file));
    return remember(answer->pid, true);
}

// The root task is there, in its namespaces, and waits for us. What its network needs comes before
// its sockets: so does runc.
Status Restoration::set_up_namespaces(pid_t pid) {
    TRY(remember(pid, false));
    if ((c_.planned.plan.clone_flags & CLONE_NEWNET) != 0) TRY(sys::loopback_up_of(pid));
    return run_runtime_hooks(c_.record, bundle().config().hooks);
}

Status Restoration::remember(pid_t pid, bool ready) {
    if (c_.record.init.pid == pid && c_.record.ready == ready) return {};
    if (c_.init.pid != pid) c_.init = {pid, TRY(sys::open_pidfd(pid))};
    c_.record.init = TRY(identify(c_.init));
    c_.record.ready = ready;
    return c_.directory.write(c_.record);
}

Status Restoration::place_console(Fd master) {
    if (!master) return invalid("criu has not sent the container's terminal");
    if (foreground_ != nullptr) return foreground_->set_console(std::move(master));
    TRY(check_pty_master(master));
    if (!console_receiver_) return {};
    return send_console(console_receiver_, master);
}

Status Restoration::announce() {
    const std::string& file = request_.create.pid_file;
    return file.empty() ? Status() : write_pid_file(file, c_.init.pid);
}

Failure undo(Restored& container, Error cause) {
    const Status gone = tear_down(container.directory, container.record, container.init.pidfd);
    if (!gone) log::warning("clean up after the failure: " + gone.error().text);
    if (container.record.init.pid > 0)
        run_poststop_hooks(container.record, container.planned.bundle.config().hooks);
    return Failure(std::move(cause));
}

Result<int> stay(Restored& container, Foreground& foreground) {
    auto status = foreground.wait(container.init.pidfd, nullptr);
    const Fd ended; // has init, where it could be waited for
    const Status removed = remove_unlocked(container.directory, container.record,
                                           status ? ended : container.init.pidfd,
                                           container.planned.bundle.config().hooks);
    if (status && !removed) return Failure(removed.error());
    return status;
}

Result<std::unique_ptr<Restored>>
restore_container(const Settings& settings, const RestoreRequest& request, Foreground* foreground) {
    const CreateRequest& create = request.create;
    TRY(check_id(create.id));
    PlannedBundle planned = TRY(plan_for(settings, create, false));
    TRY(check_terminal(planned.plan.terminal, "config.json#/process/terminal", !request.detach,
                       create.console_socket));
    TRY(find_criu());
    TRY(check_version(request.flags));
    CriuDirectories directories = TRY(open_criu_directories(request.image_path, request.work_path));
    std::vector<std::string> stdio = TRY(read_descriptors(directories.images));
    Fd receiver;
    if (!create.console_socket.empty())
        receiver = TRY(connect_receiver(create.console_socket, "--console-socket"));

    if (foreground != nullptr) foreground->hold_signals();
    TRY(replace_checkpointed(settings, create.id));
    Record record = TRY(intent(settings, create, false, planned));
    std::optional<Systemd> systemd;
    TRY(find_place(settings, planned.plan.cgroup, record, systemd));
    StateDirectory directory = TRY(StateDirectory::claim(settings, create.id));
    auto container = std::make_unique<Restored>(
        Restored{std::move(planned), std::move(directory), std::move(record), {}});
    const Status built = Restoration(*container, request, std::move(directories), std::move(stdio),
                                     foreground, std::move(receiver), std::move(systemd))
                             .build();
    if (!built) return undo(*container, under("restore of container " + create.id)(built.error()));
    return container;
}

} // namespace

Result<int> restore(const Settings& settings, const RestoreRequest& request) {
    std::optional<Foreground> foreground;
    if (!request.detach) foreground.emplace();
    const auto container =
        TRY(restore_container(settings, request, foreground ? &*foreground : nullptr));
    TRY(container->directory.unlock());
    const spec::Hooks& hooks = container->planned.bundle.config().hooks;
    const Status started = run_poststart_hooks(container->record, hooks);
    if (!started)
        return end_unlocked(container->directory, container->record, container->init.pidfd, hooks,
                            started.error());
    return foreground ? stay(*container, *foreground) : 0;
}

} // namespace tare::runtime
