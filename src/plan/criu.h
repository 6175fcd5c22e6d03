#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What `tare` and `criu swrk` say to each other: criu's rpc.proto, one message a packet. Numbers of
// descriptors are those of `tare`, whose /proc/PID/fd criu looks into, but for `inherited`, which
// are criu's own.

namespace tare::plan {

enum class CriuCall : std::uint32_t {
    kDump = 1,
    kRestore = 2,
    kPreDump = 4,
    kNotify = 6, // criu asks, and waits for the same in return
    kFeatureCheck = 9,
    kVersion = 10,
};

// How criu treats the cgroups below the container's: criu(8), --manage-cgroups.
enum class CriuCgroups : std::uint32_t { kIgnore = 0, kSoft = 3, kFull = 4, kStrict = 5 };

enum class CriuNetworkLock : std::uint32_t { kIptables = 1, kNftables = 2 };

// "mnt[KEY]:VALUE": at the dump the mount point and a name for it, at the restore that name and
// where on the host it comes from.
struct CriuMount {
    std::string key, value;
    bool operator==(const CriuMount&) const = default;
};

struct CriuJoin {
    std::string kind, path; // "ipc", "/proc/17/ns/ipc"
};

// A descriptor for what the image calls `key`: "pipe:[4711]", "extRootNetNS".
struct CriuInherited {
    std::string key;
    int fd = -1; // of criu
};

struct CriuPageServer {
    std::string address;
    int port = 0;
};

// struct criu_opts. What is empty or nullopt is not sent.
struct CriuOptions {
    int images_fd = -1; // always sent
    int work_fd = -1;   // where logs and sockets go; -1: with the images
    std::string log_file;
    std::string config_file;

    int pid = 0; // of the dump: the root of the tree
    std::string root;
    std::string parent_images; // relative to the images
    std::optional<CriuPageServer> page_server;
    std::string freeze_cgroup;
    std::string cgroup_yard; // a directory with a link to each hierarchy; criu mounts none then

    bool leave_running = false;
    bool track_memory = false;
    bool ext_unix_sockets = false;
    bool tcp_established = false;
    bool tcp_skip_in_flight = false;
    bool shell_job = false;
    bool file_locks = false;
    bool link_remap = false;
    bool lazy_pages = false;
    bool auto_dedup = false;
    bool evasive_devices = false;
    bool as_sibling = false; // the restored root task becomes a child of `tare`
    CriuCgroups cgroups = CriuCgroups::kSoft;
    std::optional<CriuNetworkLock> network_lock;
    std::uint32_t empty_namespaces = 0; // CLONE_NEW*

    std::vector<CriuMount> mounts;
    std::vector<std::string> external; // "net[4026531840]:extRootNetNS"
    std::vector<CriuJoin> joins;
    std::vector<CriuInherited> inherited;
    std::vector<CriuMount> cgroup_roots; // controller ("" is cgroup2), path
    std::string lsm_profile, lsm_mount_context;
};

struct CriuFeatures {
    bool memory_tracking = false;
    bool lazy_pages = false;
};

std::string encode_criu_call(CriuCall call, const CriuOptions& options);
std::string encode_criu_feature_check(); // for all of CriuFeatures
std::string encode_criu_version_check();
std::string encode_criu_notify_answer(bool success);

struct CriuAnswer {
    std::uint32_t call = 0; // CriuCall, or one that we do not know
    bool success = false;
    int code = 0;     // an errno, where criu tells one
    std::string text; // criu's first error, where it tells one

    std::string notification; // of kNotify: "post-restore"
    int pid = 0;              // of kNotify and kRestore: the root task, as `tare` sees it
    CriuFeatures features;    // of kFeatureCheck
    unsigned version = 0;     // of kVersion: 40201 is 4.2.1
};
// Errors: not a message of that kind ("criu's answer: ...").
Result<CriuAnswer> decode_criu_answer(std::string_view message);

// One option a line, for --debug and for tests: "shell-job", "external mnt[/data]:/srv/data".
std::string describe(const CriuOptions& options);

} // namespace tare::plan
