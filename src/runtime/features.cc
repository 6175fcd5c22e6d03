#include "plan/capabilities.h"
#include "plan/checkpoint.h"
#include "plan/mount.h"
#include "plan/process.h"
#include "plan/seccomp.h"
#include "plan/unit.h"
#include "runtime/runtime.h"
#include "spec/runtime/version.h"

#include <cerrno>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

// runtime-spec, features.md: what this build knows, whatever the host can. Only the seccomp flags
// tell of both.

namespace tare::runtime {

namespace {

struct Flag {
    std::string_view name;
    unsigned long bits;
};
constexpr unsigned long kWaitKillable = 1 << 5; // not in the headers of Debian 12
constexpr Flag kFlags[] = {
    {"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},
    {"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
    // without a listener there is nobody to wait for
    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", kWaitKillable | SECCOMP_FILTER_FLAG_NEW_LISTENER},
};

// The kernel looks at the flags before the program: seccomp(2) with none at all fails with EFAULT
// when it knows them, with EINVAL when it does not.
bool kernel_knows(std::string_view name) {
    for (const Flag& flag : kFlags)
        if (flag.name == name)
            return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flag.bits, nullptr) < 0
                   && errno == EFAULT;
    return false;
}

spec::SeccompFeatures seccomp_features() {
    plan::SeccompNames names = plan::seccomp_names();
    spec::SeccompFeatures features;
    features.enabled = true;
    for (const std::string& flag : names.flags)
        if (kernel_knows(flag)) features.supported_flags.push_back(flag);
    features.actions = std::move(names.actions);
    features.operators = std::move(names.operators);
    features.archs = std::move(names.archs);
    features.known_flags = std::move(names.flags);
    return features;
}

spec::LinuxFeatures linux_features() {
    spec::LinuxFeatures features;
    features.namespaces = {"cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"};
    features.capabilities = plan::capability_names();
    features.cgroup = {
        .v1 = false, .v2 = true, .systemd = true, .systemd_user = true, .rdma = true};
    features.seccomp = seccomp_features();
    features.apparmor = true;
    features.selinux = true;
    features.intel_rdt = features.intel_rdt_schemata = features.intel_rdt_monitoring = true;
    features.memory_policy_modes = {
        "MPOL_BIND",      "MPOL_DEFAULT",        "MPOL_INTERLEAVE",         "MPOL_LOCAL",
        "MPOL_PREFERRED", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"};
    features.memory_policy_flags = {"MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES",
                                    "MPOL_F_STATIC_NODES"};
    features.mount_idmap = true;
    features.net_devices = true;
    return features;
}

} // namespace

spec::Features features() {
    spec::Features features;
    features.oci_version_min = "1.0.0";
    features.oci_version_max = spec::kVersion;
    features.hooks = {"prestart",       "createRuntime", "createContainer",
                      "startContainer", "poststart",     "poststop"};
    features.mount_options = plan::mount_option_names();
    features.linux_ = linux_features();
    // features-linux.md, "Annotations"
    features.annotations = {
        {"io.github.seccomp.libseccomp.version", plan::seccomp_library_version()}};
    // CRIU's own settings, which may name programs to run; properties, a prefix, which count with
    // --systemd-annotations only; and who keeps the caller's groups.
    features.potentially_unsafe_config_annotations = {std::string(plan::kCriuAnnotation),
                                                      std::string(plan::kUnitAnnotation),
                                                      std::string(plan::kKeepGroupsAnnotation)};
    return features;
}

} // namespace tare::runtime
