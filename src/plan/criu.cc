#include "plan/criu.h"

#include "base/protobuf.h"

namespace tare::plan {

namespace {

using protobuf::Field;
using protobuf::Reader;
using protobuf::Writer;

// Field numbers of rpc.proto.
namespace request {
constexpr std::uint32_t kType = 1, kOptions = 2, kNotifySuccess = 3, kFeatures = 5;
} // namespace request
namespace option {
constexpr std::uint32_t kImagesDirFd = 1, kPid = 2, kLeaveRunning = 3, kExtUnixSk = 4,
                        kTcpEstablished = 5, kEvasiveDevices = 6, kShellJob = 7, kFileLocks = 8,
                        kLogLevel = 9, kLogFile = 10, kPageServer = 11, kNotifyScripts = 12,
                        kRoot = 13, kParentImg = 14, kTrackMem = 15, kAutoDedup = 16,
                        kWorkDirFd = 17, kLinkRemap = 18, kManageCgroups = 24, kCgRoot = 25,
                        kRstSibling = 26, kInheritFd = 27, kManageCgroupsMode = 34, kExternal = 37,
                        kEmptyNs = 38, kJoinNs = 39, kFreezeCgroup = 44, kTcpSkipInFlight = 46,
                        kLazyPages = 48, kOrphanPtsMaster = 50, kConfigFile = 51, kLsmProfile = 53,
                        kCgroupYard = 60, kLsmMountContext = 63, kNetworkLock = 64;
} // namespace option
namespace response {
constexpr std::uint32_t kType = 1, kSuccess = 2, kRestore = 4, kNotify = 5, kErrno = 7,
                        kFeatures = 8, kMessage = 9, kVersion = 10;
} // namespace response

constexpr std::uint32_t kLogEverything = 4; // level of -v4: what is needed to find a cause

// ---- Out

std::string pair(std::string_view first, std::string_view second) {
    Writer out;
    out.text(1, first);
    out.text(2, second);
    return out.take();
}

std::string external_mount(const CriuMount& mount) {
    return "mnt[" + mount.key + "]:" + mount.value;
}

void write_text(Writer& out, std::uint32_t field, const std::string& text) {
    if (!text.empty()) out.text(field, text);
}

struct Switch {
    std::uint32_t field;
    const char* name;
    bool CriuOptions::*member;
};
constexpr Switch kSwitches[] = {
    {option::kLeaveRunning, "leave-running", &CriuOptions::leave_running},
    {option::kExtUnixSk, "ext-unix-sk", &CriuOptions::ext_unix_sockets},
    {option::kTcpEstablished, "tcp-established", &CriuOptions::tcp_established},
    {option::kEvasiveDevices, "evasive-devices", &CriuOptions::evasive_devices},
    {option::kShellJob, "shell-job", &CriuOptions::shell_job},
    {option::kFileLocks, "file-locks", &CriuOptions::file_locks},
    {option::kTrackMem, "track-mem", &CriuOptions::track_memory},
    {option::kAutoDedup, "auto-dedup", &CriuOptions::auto_dedup},
    {option::kLinkRemap, "link-remap", &CriuOptions::link_remap},
    {option::kRstSibling, "restore-sibling", &CriuOptions::as_sibling},
    {option::kTcpSkipInFlight, "tcp-skip-in-flight", &CriuOptions::tcp_skip_in_flight},
    {option::kLazyPages, "lazy-pages", &CriuOptions::lazy_pages},
};

void write_lists(Writer& out, const CriuOptions& options) {
    for (const CriuMount& root : options.cgroup_roots)
        out.text(option::kCgRoot, pair(root.key, root.value));
    for (const CriuInherited& inherited : options.inherited) {
        Writer entry;
        entry.text(1, inherited.key);
        entry.integer(2, inherited.fd);
        out.text(option::kInheritFd, entry.take());
    }
    for (const CriuMount& mount : options.mounts)
        out.text(option::kExternal, external_mount(mount));
    for (const std::string& external : options.external)
        out.text(option::kExternal, external);
    for (const CriuJoin& join : options.joins)
        out.text(option::kJoinNs, pair(join.kind, join.path));
}

std::string write_options(const CriuOptions& options) {
    Writer out;
    out.integer(option::kImagesDirFd, options.images_fd);
    if (options.work_fd >= 0) out.integer(option::kWorkDirFd, options.work_fd);
    if (options.pid > 0) out.integer(option::kPid, options.pid);
    out.integer(option::kLogLevel, kLogEverything);
    write_text(out, option::kLogFile, options.log_file);
    write_text(out, option::kConfigFile, options.config_file);
    write_text(out, option::kRoot, options.root);
    write_text(out, option::kParentImg, options.parent_images);
    if (options.page_server) {
        Writer server;
        server.text(1, options.page_server->address);
        server.integer(2, options.page_server->port);
        out.text(option::kPageServer, server.take());
    }
    write_text(out, option::kFreezeCgroup, options.freeze_cgroup);
    write_text(out, option::kCgroupYard, options.cgroup_yard);
    for (const Switch& each : kSwitches)
        if (options.*each.member) out.boolean(each.field, true);
    out.boolean(option::kNotifyScripts, true);
    out.boolean(option::kOrphanPtsMaster, true);
    out.boolean(option::kManageCgroups, true);
    out.unsigned_integer(option::kManageCgroupsMode, static_cast<std::uint32_t>(options.cgroups));
    if (options.network_lock)
        out.unsigned_integer(option::kNetworkLock,
                             static_cast<std::uint32_t>(*options.network_lock));
    if (options.empty_namespaces != 0)
        out.unsigned_integer(option::kEmptyNs, options.empty_namespaces);
    write_lists(out, options);
    write_text(out, option::kLsmProfile, options.lsm_profile);
    write_text(out, option::kLsmMountContext, options.lsm_mount_context);
    return out.take();
}

// ---- In

// Calls `take` for each field of an embedded message.
template <class Take>
Status each_field(std::string_view message, const Take& take) {
    Reader reader(message);
    for (;;) {
        const std::optional<Field> field = TRY(reader.next());
        if (!field) return {};
        take(*field);
    }
}

Status read_notify(std::string_view message, CriuAnswer& answer) {
    return each_field(message, [&](const Field& field) {
        if (field.number == 1) answer.notification = field.text;
        if (field.number == 2) answer.pid = static_cast<int>(field.integer);
    });
}

Status read_restore(std::string_view message, CriuAnswer& answer) {
    return each_field(message, [&](const Field& field) {
        if (field.number == 1) answer.pid = static_cast<int>(field.integer);
    });
}

Status read_features(std::string_view message, CriuAnswer& answer) {
    return each_field(message, [&](const Field& field) {
        if (field.number == 1) answer.features.memory_tracking = field.integer != 0;
        if (field.number == 2) answer.features.lazy_pages = field.integer != 0;
    });
}

Status read_version(std::string_view message, CriuAnswer& answer) {
    unsigned parts[3] = {};
    TRY(each_field(message, [&](const Field& field) {
        if (field.number == 1 || field.number == 2)
            parts[field.number - 1] = static_cast<unsigned>(field.integer % 1000);
        if (field.number == 4) parts[2] = static_cast<unsigned>(field.integer % 100);
    }));
    answer.version = parts[0] * 10'000 + parts[1] * 100 + parts[2];
    return {};
}

Status read_answer_field(const Field& field, CriuAnswer& answer) {
    switch (field.number) {
    case response::kType:
        answer.call = static_cast<std::uint32_t>(field.integer);
        return {};
    case response::kSuccess:
        answer.success = field.integer != 0;
        return {};
    case response::kErrno:
        answer.code = static_cast<int>(field.integer);
        return {};
    case response::kMessage:
        answer.text = field.text;
        return {};
    case response::kNotify:
        return read_notify(field.text, answer);
    case response::kRestore:
        return read_restore(field.text, answer);
    case response::kFeatures:
        return read_features(field.text, answer);
    case response::kVersion:
        return read_version(field.text, answer);
    default:
        return {};
    }
}

Status read_answer(std::string_view message, CriuAnswer& answer) {
    Reader reader(message);
    for (;;) {
        const std::optional<Field> field = TRY(reader.next());
        if (!field) return {};
        TRY(read_answer_field(*field, answer));
    }
}

void append(std::string& out, std::string_view name, const std::string& value) {
    if (!value.empty()) out += std::string(name) + " " + value + "\n";
}

constexpr std::string_view name_of(CriuCgroups mode) {
    switch (mode) {
    case CriuCgroups::kIgnore:
        return "ignore";
    case CriuCgroups::kSoft:
        return "soft";
    case CriuCgroups::kFull:
        return "full";
    case CriuCgroups::kStrict:
        return "strict";
    }
    return "";
}

} // namespace

std::string encode_criu_call(CriuCall call, const CriuOptions& options) {
    Writer out;
    out.unsigned_integer(request::kType, static_cast<std::uint32_t>(call));
    out.text(request::kOptions, write_options(options));
    return out.take();
}

std::string encode_criu_feature_check() {
    Writer features;
    features.boolean(1, true);
    features.boolean(2, true);
    Writer out;
    out.unsigned_integer(request::kType, static_cast<std::uint32_t>(CriuCall::kFeatureCheck));
    out.text(request::kFeatures, features.take());
    return out.take();
}

std::string encode_criu_version_check() {
    Writer out;
    out.unsigned_integer(request::kType, static_cast<std::uint32_t>(CriuCall::kVersion));
    return out.take();
}

std::string encode_criu_notify_answer(bool success) {
    Writer out;
    out.unsigned_integer(request::kType, static_cast<std::uint32_t>(CriuCall::kNotify));
    out.boolean(request::kNotifySuccess, success);
    return out.take();
}

Result<CriuAnswer> decode_criu_answer(std::string_view message) {
    CriuAnswer answer;
    TRY(read_answer(message, answer).map_error(under("criu's answer")));
    return answer;
}

std::string describe(const CriuOptions& options) {
    std::string out;
    if (options.pid > 0) append(out, "pid", std::to_string(options.pid));
    append(out, "root", options.root);
    append(out, "config-file", options.config_file);
    append(out, "parent-images", options.parent_images);
    if (options.page_server)
        append(out, "page-server",
               options.page_server->address + " " + std::to_string(options.page_server->port));
    append(out, "freeze-cgroup", options.freeze_cgroup);
    append(out, "cgroup-yard", options.cgroup_yard);
    for (const Switch& each : kSwitches)
        if (options.*each.member) out += std::string(each.name) + "\n";
    out += "manage-cgroups " + std::string(name_of(options.cgroups)) + "\n";
    if (options.network_lock)
        append(out, "network-lock",
               *options.network_lock == CriuNetworkLock::kNftables ? "nftables" : "iptables");
    if (options.empty_namespaces != 0)
        append(out, "empty-namespaces", std::to_string(options.empty_namespaces));
    for (const CriuMount& root : options.cgroup_roots)
        append(out, "cgroup-root", (root.key.empty() ? "" : root.key + ":") + root.value);
    for (const CriuMount& mount : options.mounts)
        append(out, "external", external_mount(mount));
    for (const std::string& external : options.external)
        append(out, "external", external);
    for (const CriuJoin& join : options.joins)
        append(out, "join-namespace", join.kind + ":" + join.path);
    for (const CriuInherited& inherited : options.inherited)
        append(out, "inherit-fd", "fd[" + std::to_string(inherited.fd) + "]:" + inherited.key);
    append(out, "lsm-profile", options.lsm_profile);
    append(out, "lsm-mount-context", options.lsm_mount_context);
    return out;
}

} // namespace tare::plan
