#include "runtime/host.h"

#include "base/text.h"
#include "plan/mount.h"
#include "runtime/cgroup_tree.h"
#include "sys/directory.h"
#include "sys/file.h"
#include "sys/namespace.h"
#include "sys/process.h"

#include <algorithm>
#include <cstdio>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

constexpr std::uint64_t bit(int capability) {
    return std::uint64_t{1} << capability;
}

Result<std::uint64_t> permitted_capabilities() {
    __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct data[2] = {};
    if (::syscall(SYS_capget, &header, data) < 0) return sys_failure("capget");
    return data[0].permitted | static_cast<std::uint64_t>(data[1].permitted) << 32;
}

// Asked from the newest that we know, which is nearly always right: two calls, and no procfs.
int last_capability() {
    int last = CAP_LAST_CAP;
    while (last > 0 && ::prctl(PR_CAPBSET_READ, last, 0, 0, 0) < 0)
        --last;
    while (last < 63 && ::prctl(PR_CAPBSET_READ, last + 1, 0, 0, 0) >= 0)
        ++last;
    return last;
}

bool makes_user_namespace(const spec::Config& config) {
    return config.linux_
           && std::ranges::any_of(config.linux_->namespaces, [](const spec::Namespace& ns) {
                  return ns.type == spec::NamespaceType::kUser;
              });
}

bool apparmor_enabled() {
    const auto text = sys::read_small_file("/sys/module/apparmor/parameters/enabled");
    return text && text->starts_with('Y');
}

bool selinux_enabled() {
    return ::access("/sys/fs/selinux/enforce", F_OK) == 0;
}

// /sys/kernel/mm/hugepages/hugepages-2048kB becomes "2MB".
std::string hugepage_name(std::string_view kilobytes) {
    const auto size = parse_unsigned(kilobytes);
    if (!size) return {};
    if (*size % (1U << 20) == 0) return std::to_string(*size >> 20) + "GB";
    if (*size % (1U << 10) == 0) return std::to_string(*size >> 10) + "MB";
    return std::to_string(*size) + "KB";
}

Result<std::vector<std::string>> hugepage_sizes() {
    std::vector<std::string> sizes;
    const std::vector<std::string> names = TRY(sys::subdirectories("/sys/kernel/mm/hugepages"));
    for (std::string_view name : names) {
        constexpr std::string_view kPrefix = "hugepages-", kSuffix = "kB";
        if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
        name.remove_prefix(kPrefix.size());
        name.remove_suffix(kSuffix.size());
        sizes.push_back(hugepage_name(name));
    }
    std::ranges::sort(sizes);
    return sizes;
}

void read_hard_limits(plan::HostFacts& facts) {
    for (int resource = 0; resource < RLIM_NLIMITS; ++resource) {
        rlimit limit = {};
        if (::getrlimit(static_cast<decltype(RLIMIT_CPU)>(resource), &limit) == 0)
            facts.own_hard_rlimits[resource] = limit.rlim_max;
    }
}

Status read_kernel_version(plan::HostFacts& facts) {
    utsname name = {};
    if (::uname(&name) < 0) return sys_failure("uname");
    if (std::sscanf(name.release, "%u.%u", &facts.kernel_major, &facts.kernel_minor) != 2)
        return invalid("uname: the kernel's release is " + quote(name.release));
    return {};
}

} // namespace

Result<plan::HostFacts> gather_host_facts(const spec::Config& config) {
    plan::HostFacts facts;
    facts.euid = sys::effective_uid();
    facts.egid = sys::effective_gid();
    facts.in_user_namespace = !TRY(sys::in_initial_user_namespace());
    facts.last_capability = last_capability();
    facts.capabilities = TRY(permitted_capabilities());
    facts.can_admin = (facts.capabilities & bit(CAP_SYS_ADMIN)) != 0;
    const bool user_namespace = makes_user_namespace(config);
    if (user_namespace) // whose first process has them all
        facts.capabilities = bit(facts.last_capability) | (bit(facts.last_capability) - 1);
    TRY(read_kernel_version(facts));

    if (config.process) {
        if (!config.process->apparmor_profile.empty()) facts.apparmor = apparmor_enabled();
        if (!config.process->selinux_label.empty()) facts.selinux = selinux_enabled();
        // Inside a user namespace nobody may raise them any more.
        if (!config.process->rlimits.empty() && user_namespace) read_hard_limits(facts);
    }
    if (config.linux_ && !config.linux_->mount_label.empty()) facts.selinux = selinux_enabled();
    if (plan::wants_our_cgroups(config)) facts.cgroup_tree = find_cgroup_tree().value_or("");
    if (config.linux_ && config.linux_->resources
        && !config.linux_->resources->hugepage_limits.empty())
        facts.hugepage_sizes =
            TRY(hugepage_sizes().map_error(under("config.json#/linux/resources/hugepageLimits")));
    return facts;
}

} // namespace tare::runtime
