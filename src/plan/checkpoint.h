#pragma once

#include "base/result.h"
#include "plan/criu.h"
#include "spec/runtime/config.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// What CRIU is told of a container: compiled from its config, the command line, and facts about the
// host, without a system call. checkpoint and restore must agree on the names of what comes from
// the host, so both are here.

namespace tare::plan {

// What both commands take.
struct CriuFlags {
    bool ext_unix_sockets = false;
    bool tcp_established = false;
    bool shell_job = false;
    bool file_locks = false;
    bool lazy_pages = false;
    bool auto_dedup = false;
    bool empty_network =
        false; // --empty-ns network; as always where the network is the container's
    CriuCgroups cgroups = CriuCgroups::kSoft;
};

struct CheckpointFlags : CriuFlags {
    bool pre_dump = false;
    bool leave_running = false;
    bool tcp_skip_in_flight = false;
    bool link_remap = false;
    std::string parent_path; // relative to the images
    std::optional<CriuPageServer> page_server;
};

struct RestoreFlags : CriuFlags {
    std::string lsm_profile;       // "apparmor:NAME", "selinux:LABEL"
    std::string lsm_mount_context; // SELinux, of mounts that have a context
};

// Something in the container that is the host's: a bind mount, a device node of the host's, what
// masks a file. It has the same name in the images, whatever it is called on the host by then.
struct ExternalMount {
    std::string origin;      // the field that asks for it
    std::string name;        // in the images
    std::string destination; // as the config has it
    std::string source;      // absolute
    bool operator==(const ExternalMount&) const = default;
};
// Whatever might be one; the kernel has to be asked which of them are mounts.
Result<std::vector<ExternalMount>> external_mounts(const spec::Config& config,
                                                   const std::string& bundle);

// The namespaces that the config joins by their path and the dump leaves out, with the key that
// stands for them in the images ("extRootNetNS").
struct ExternalNamespace {
    std::string origin;
    std::string kind; // as CRIU calls it: "net", "pid"
    std::string path;
    std::string key;
};
std::vector<ExternalNamespace> external_namespaces(const spec::Config& config);

struct CheckpointFacts {
    int init_pid = 0;
    std::string rootfs;
    std::string cgroup;      // the directory on the host; empty: none of its own
    std::string config_file; // of criu; empty: none
    bool has_iptables = true;
    std::vector<CriuMount> mounts; // those of external_mounts() that are there: mount point, name
    std::vector<std::string> descriptors;                  // what 0, 1, 2 were at create
    std::map<std::string, std::uint64_t> namespace_inodes; // of external_namespaces(), by kind
};
Result<CriuOptions> plan_checkpoint(const spec::Config& config, const CheckpointFlags& flags,
                                    const CheckpointFacts& facts);

struct RestoreFacts {
    std::string root; // where the root is mounted for criu
    std::string config_file;
    std::string bundle;
    bool has_iptables = true;
    std::vector<std::string> descriptors; // descriptors.json: what 0, 1, 2 were at create
    std::vector<CriuMount> cgroup_roots;  // of criu itself: controller, path
};
// `inherited` has the pipes and files of standard input, output and error; those of
// external_namespaces() are added by whoever opens them.
Result<CriuOptions> plan_restore(const spec::Config& config, const RestoreFlags& flags,
                                 const RestoreFacts& facts);

constexpr std::string_view kCriuAnnotation = "org.criu.config";

// criu's own settings for this container, which go before ours: the annotation org.criu.config, as
// runc has it. Nullopt: not said. Empty: none at all.
std::optional<std::string> criu_config_of(const spec::Config& config);

} // namespace tare::plan
