#pragma once

#include "spec/runtime/id_mapping.h"
#include "spec/runtime/resources.h"
#include "spec/runtime/seccomp.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// runtime-spec, config-linux.md.

namespace tare::spec {

enum class NamespaceType { kPid, kNetwork, kMount, kIpc, kUts, kUser, kCgroup, kTime };

struct Namespace {
    NamespaceType type = NamespaceType::kPid;
    std::string path; // absolute; empty: a new one
    bool operator==(const Namespace&) const = default;
};

struct NetDevice {
    std::string name; // inside the container; empty: as outside
    bool operator==(const NetDevice&) const = default;
};

struct TimeOffset {
    std::int64_t secs = 0;
    std::uint32_t nanosecs = 0;
    bool operator==(const TimeOffset&) const = default;
};

struct Device {
    std::string type; // "c", "b", "u", "p"
    std::string path;
    std::int64_t major = 0; // required unless "p"
    std::int64_t minor = 0;
    std::optional<std::uint32_t> file_mode;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    bool operator==(const Device&) const = default;
};

struct IntelRdt {
    std::string clos_id;
    std::vector<std::string> schemata;
    std::string l3_cache_schema;
    std::string mem_bw_schema;
    bool enable_monitoring = false;
    bool operator==(const IntelRdt&) const = default;
};

struct MemoryPolicy {
    std::string mode;  // "MPOL_BIND"
    std::string nodes; // node list
    std::vector<std::string> flags;
    bool operator==(const MemoryPolicy&) const = default;
};

struct Personality {
    std::string domain; // "LINUX" or "LINUX32"
    std::vector<std::string> flags;
    bool operator==(const Personality&) const = default;
};

struct Linux {
    std::vector<Namespace> namespaces;
    std::vector<IdMapping> uid_mappings;
    std::vector<IdMapping> gid_mappings;
    std::map<std::string, TimeOffset> time_offsets; // "monotonic", "boottime"
    std::vector<Device> devices;
    std::map<std::string, NetDevice> net_devices; // by name outside
    std::string cgroups_path;
    std::optional<Resources> resources;
    std::optional<IntelRdt> intel_rdt;
    std::optional<MemoryPolicy> memory_policy;
    std::map<std::string, std::string> sysctl;
    std::optional<Seccomp> seccomp;
    std::string rootfs_propagation; // "shared", "slave", "private", "unbindable" and their r forms
    std::vector<std::string> masked_paths;
    std::vector<std::string> readonly_paths;
    std::string mount_label;
    std::optional<Personality> personality;
    bool operator==(const Linux&) const = default;
};

} // namespace tare::spec
