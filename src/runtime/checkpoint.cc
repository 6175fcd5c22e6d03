#include "base/log.h"
#include "base/text.h"
#include "runtime/criu.h"
#include "runtime/criu_images.h"
#include "runtime/criu_mounts.h"
#include "runtime/liveness.h"
#include "runtime/notify_socket.h"
#include "runtime/outer_hooks.h"
#include "runtime/runtime.h"
#include "sys/file.h"
#include "sys/process.h"

#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

constexpr int kEndTimeoutMs = 10'000;

Status check_status(const std::string& id, spec::Status status) {
    if (status == spec::Status::kRunning || status == spec::Status::kPaused) return {};
    if (status == spec::Status::kStopped) return Failure({ESRCH, "container not running: " + id});
    return invalid("container " + id + " cannot be checkpointed: it is "
                   + std::string(spec::to_string(status)) + ", and must be running or paused");
}

// Before anything is stopped.
Status check_features(const plan::CheckpointFlags& flags) {
    if (!flags.pre_dump && !flags.lazy_pages) return {};
    const plan::CriuFeatures features = TRY(criu_features());
    if (flags.pre_dump && !features.memory_tracking)
        return Failure({EOPNOTSUPP,
                        "--pre-dump: criu or this kernel cannot track changes of memory "
                        "(CONFIG_MEM_SOFT_DIRTY)"});
    if (flags.lazy_pages && !features.lazy_pages)
        return Failure({EOPNOTSUPP, "--lazy-pages: criu or this kernel cannot restore pages later "
                                    "(userfaultfd(2))"});
    return {};
}

Result<Fd> take_status_fd(int number) {
    if (number < 0) return Fd();
    const int flags = ::fcntl(number, F_GETFL);
    if (flags < 0) return sys_failure("--status-fd " + std::to_string(number));
    if ((flags & O_ACCMODE) == O_RDONLY)
        return invalid("--status-fd " + std::to_string(number) + ": is not open for writing");
    ::fcntl(number, F_SETFD, FD_CLOEXEC);
    return Fd(number);
}

Result<std::map<std::string, std::uint64_t>> namespace_inodes(const spec::Config& config) {
    std::map<std::string, std::uint64_t> inodes;
    for (const plan::ExternalNamespace& ns : plan::external_namespaces(config)) {
        struct stat facts = {};
        if (::stat(ns.path.c_str(), &facts) < 0)
            return sys_failure(ns.origin + ": stat " + quote(ns.path));
        inodes[ns.kind] = facts.st_ino;
    }
    return inodes;
}

Result<plan::CheckpointFacts> gather_facts(const spec::Config& config, const Record& record) {
    plan::CheckpointFacts facts{.init_pid = record.init.pid,
                                .rootfs = record.rootfs,
                                .cgroup = record.cgroup,
                                .config_file = criu_config_file(config),
                                .has_iptables = has_program("iptables-restore"),
                                .descriptors = record.stdio};
    auto candidates = TRY(plan::external_mounts(config, record.bundle));
    candidates.push_back({"(default)", kNotifyInside, kNotifyInside, ""});
    facts.mounts = TRY(find_external_mounts(record.init.pid, candidates));
    facts.namespace_inodes = TRY(namespace_inodes(config));
    return facts;
}

// criu opens some images again when it has become the container's root, which in a user namespace
// is nobody of ours: its group may look the names up, and no one else.
Status share_images(const Fd& images, const spec::Config& config) {
    if (!config.linux_) return {};
    for (const spec::IdMapping& mapping : config.linux_->gid_mappings) {
        if (mapping.container_id != 0) continue;
        if (::fchown(images.get(), static_cast<uid_t>(-1), mapping.host_id) < 0
            || ::fchmod(images.get(), 0710) < 0)
            return sys_failure("--image-path: give it to the group of the container's root");
    }
    return {};
}

// What criu tells during a dump.
class DumpStages : public Criu::Stages {
public:
    DumpStages(Fd status, const StateDirectory& directory, bool stops)
        : status_(std::move(status)), directory_(directory), stops_(stops) {}

    Status reached(const plan::CriuAnswer& stage, Fd) override {
        if (stage.notification == "status-ready") return tell_ready();
        // The last moment at which criu can still be told to let everything run on.
        if (stage.notification == "post-dump" && stops_) return mark();
        return {};
    }

private:
    Status tell_ready() {
        const Fd status = std::move(status_);
        if (status && ::write(status.get(), "", 1) < 0) return sys_failure("--status-fd: write");
        return {};
    }
    Status mark() {
        TRY(sys::remove_file_at(directory_.fd(), kCheckpointed));
        return sys::create_file_at(directory_.fd(), kCheckpointed, "", 0600);
    }

    Fd status_;
    const StateDirectory& directory_;
    bool stops_;
};

Status dump(const CheckpointRequest& request, plan::CriuOptions& options,
            const CriuDirectories& directories, DumpStages& stages) {
    options.images_fd = directories.images.get();
    options.work_fd = directories.work_number();
    log::debug("criu dump:\n" + plan::describe(options));
    Criu criu = TRY(Criu::start({.own_session = true}));
    const auto call = request.flags.pre_dump ? plan::CriuCall::kPreDump : plan::CriuCall::kDump;
    const auto answer = criu.call(plan::encode_criu_call(call, options), &stages);
    TRY(criu.finish()); // after a pre-dump it waits for more, and so ends with an error
    if (!answer)
        return Failure(explain_with_log(answer.error(), directories.work_path, options.log_file));
    return {};
}

} // namespace

Status checkpoint(const Settings& settings, const CheckpointRequest& request) {
    StateDirectory directory = TRY(StateDirectory::open(settings, request.id));
    TRY(directory.lock());
    const Record record = TRY(directory.read());
    const Fd init = TRY(open_init(record));
    const spec::Status status_now = TRY(status_of(directory, record));
    TRY(check_status(request.id, status_now));
    TRY(find_criu());
    TRY(check_features(request.flags));
    Fd status = TRY(take_status_fd(request.status_fd));

    const spec::Config config = TRY(read_stored_config(directory));
    const plan::CheckpointFacts facts = TRY(gather_facts(config, record));
    plan::CriuOptions options = TRY(plan::plan_checkpoint(config, request.flags, facts));
    options.cgroup_yard = TRY(make_cgroup_yard(directory, false));
    const CriuDirectories directories =
        TRY(make_criu_directories(request.image_path, request.work_path));
    TRY(check_parent_path(directories, request.flags.parent_path));
    TRY(share_images(directories.images, config));
    if (!request.flags.pre_dump) TRY(write_descriptors(directories.images, record.stdio));

    const bool stops = !request.flags.pre_dump && !request.flags.leave_running;
    DumpStages stages(std::move(status), directory, stops);
    TRY(dump(request, options, directories, stages)
            .map_error(under("checkpoint of container " + request.id)));
    const bool ended = stops && init ? TRY(sys::wait_for_end(init, kEndTimeoutMs)) : true;
    if (!ended)
        return Failure(
            {ETIMEDOUT, "container " + request.id + " does not end after its checkpoint"});
    return {};
}

} // namespace tare::runtime
