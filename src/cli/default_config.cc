#include "cli/default_config.h"

#include "spec/runtime/version.h"

#include <algorithm>

namespace tare::cli {

namespace {

spec::Process shell() {
    const std::vector<std::string> capabilities = {"CAP_AUDIT_WRITE", "CAP_KILL",
                                                   "CAP_NET_BIND_SERVICE"};
    spec::Process process;
    process.terminal = true;
    process.args = {"sh"};
    process.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                   "TERM=xterm"};
    process.cwd = "/";
    process.capabilities = {
        .bounding = capabilities, .effective = capabilities, .permitted = capabilities};
    process.rlimits = {{.type = "RLIMIT_NOFILE", .soft = 1024, .hard = 1024}};
    process.no_new_privileges = true;
    return process;
}

// runtime-spec, config-linux.md, "Default Filesystems", and what programs expect beside them.
std::vector<spec::Mount> mounts() {
    return {
        {"/proc", "proc", "proc", {}},
        {"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}},
        {"/dev/pts",
         "devpts",
         "devpts",
         {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}},
        {"/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
        {"/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}},
        {"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}},
        {"/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", "ro"}},
    };
}

spec::Linux isolation() {
    using enum spec::NamespaceType;
    spec::Linux linux_part;
    for (const spec::NamespaceType type : {kPid, kNetwork, kIpc, kUts, kMount, kCgroup})
        linux_part.namespaces.push_back({.type = type});
    linux_part.resources.emplace().devices = {{.allow = false, .access = "rwm"}};
    linux_part.masked_paths = {"/proc/acpi",
                               "/proc/asound",
                               "/proc/interrupts",
                               "/proc/kcore",
                               "/proc/keys",
                               "/proc/latency_stats",
                               "/proc/timer_list",
                               "/proc/timer_stats",
                               "/proc/sched_debug",
                               "/sys/firmware",
                               "/sys/devices/virtual/powercap",
                               "/proc/scsi"};
    linux_part.readonly_paths = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                 "/proc/sysrq-trigger"};
    return linux_part;
}

} // namespace

spec::Config default_config() {
    spec::Config config;
    config.oci_version = spec::kVersion;
    config.process = shell();
    config.root = {.path = "rootfs", .readonly = true};
    config.hostname = "tare";
    config.mounts = mounts();
    config.linux_ = isolation();
    return config;
}

spec::Config rootless_config(uid_t uid, gid_t gid) {
    spec::Config config = default_config();
    for (spec::Mount& mount : config.mounts) {
        // Only one id is mapped, and it is not tty's.
        std::erase(mount.options, "gid=5");
        // A new sysfs needs a network namespace of the same user namespace.
        if (mount.destination == "/sys")
            mount = {"/sys", "none", "/sys", {"rbind", "nosuid", "noexec", "nodev", "ro"}};
    }
    auto& namespaces = config.linux_->namespaces;
    std::erase_if(namespaces,
                  [](const auto& ns) { return ns.type == spec::NamespaceType::kNetwork; });
    namespaces.push_back({.type = spec::NamespaceType::kUser});
    config.linux_->uid_mappings = {{.container_id = 0, .host_id = uid, .size = 1}};
    config.linux_->gid_mappings = {{.container_id = 0, .host_id = gid, .size = 1}};
    config.linux_->resources.reset();
    return config;
}

} // namespace tare::cli
