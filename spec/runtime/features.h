#pragma once

#include "base/result.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tare::spec {

// runtime-spec, features.md and features-linux.md.
struct CgroupFeatures {
    bool v1 = false, v2 = false, systemd = false, systemd_user = false, rdma = false;
    bool operator==(const CgroupFeatures&) const = default;
};

struct SeccompFeatures {
    bool enabled = false;
    std::vector<std::string> actions, operators, archs, known_flags, supported_flags;
    bool operator==(const SeccompFeatures&) const = default;
};

struct LinuxFeatures {
    std::vector<std::string> namespaces, capabilities;
    std::optional<CgroupFeatures> cgroup;
    std::optional<SeccompFeatures> seccomp;
    std::optional<bool> apparmor, selinux, intel_rdt, intel_rdt_schemata, intel_rdt_monitoring,
        mount_idmap, net_devices;
    std::vector<std::string> memory_policy_modes, memory_policy_flags;
    bool operator==(const LinuxFeatures&) const = default;
};

struct Features {
    std::string oci_version_min, oci_version_max;
    std::vector<std::string> hooks, mount_options;
    std::optional<LinuxFeatures> linux_;
    std::map<std::string, std::string> annotations;
    std::vector<std::string> potentially_unsafe_config_annotations;
    bool operator==(const Features&) const = default;
};

Result<Features> read_features(std::string_view text, std::string_view file_name);
std::string write_features(const Features& features);

} // namespace tare::spec
