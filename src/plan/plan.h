#pragma once

#include "base/bus_value.h"
#include "base/result.h"
#include "plan/process_origin.h"
#include "plan/steps.h"
#include "spec/runtime/config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

// The pure compiler: a config and facts about the host become a plan. No system calls, so that
// golden tests are cheap and `tare plan` costs nothing. Everything here is data.

namespace tare::plan {

// Whatever the compiler would otherwise have to ask the kernel. Gathered by runtime/host.cc;
// invented by tests.
struct HostFacts {
    uid_t euid = 0;
    gid_t egid = 0;
    bool in_user_namespace = false; // ours is not the initial one
    bool can_admin = true;          // CAP_SYS_ADMIN in our own user namespace
    std::uint64_t capabilities = 0; // what a child can have at most, a bit each
    int last_capability = 40;       // of the kernel: prctl(PR_CAPBSET_READ)
    bool apparmor = false;
    bool selinux = false;
    unsigned kernel_major = 6, kernel_minor = 0;
    std::vector<std::string> hugepage_sizes; // "2MB", as cgroup file names have them
    std::string cgroup_tree; // where cgroup2 is mounted, if a container asks for what we see of it;
                             // empty: nowhere
    bool cgroup2_named_devices = true;
    std::uint64_t own_hard_rlimits[16] = {};

    bool is_linux(unsigned major, unsigned minor) const { // or newer
        return kernel_major > major || (kernel_major == major && kernel_minor >= minor);
    }
};

// What the command line decides.
struct Options {
    std::string id;
    std::string bundle; // absolute, symlinks resolved
    bool no_pivot = false;
    bool no_new_keyring = false;
    unsigned listen_fds = 0;
    bool hides_init = false; // exec: who is there might trace it, and is to see it at its end alone
    bool has_gate = true;    // false for `run`: the report socket is the gate
    // Where the caller has a NOTIFY_SOCKET: the host's directory that holds our proxy of it, named
    // notify.sock; bound on /run/notify. Else empty.
    std::string notify_socket;
    bool systemd = false;          // the cgroup is to be a unit's
    bool unit_annotations = false; // and annotations may set properties of it
};

// One write to a file of the container's cgroup.
struct CgroupWrite {
    std::string origin; // "config.json#/linux/resources/pids/limit"
    std::string file;   // "pids.max"
    std::string value;
    bool optional = false; // a missing file is no error
    std::string else_file; // where there is no `file`
    std::string else_value;
    bool operator==(const CgroupWrite&) const = default;
};

// What systemd is to make: plan/unit.h.
struct UnitPlan {
    std::string name;      // "tare-c1.scope"
    std::string path;      // of its cgroup, below systemd's own: "/system.slice/tare-c1.scope"
    bool is_slice = false; // else a scope
    std::vector<BusProperty> properties;
};

struct CgroupPlan {
    std::string origin;
    std::string path; // as configured, empty for the default; runtime/cgroup.cc resolves it
    std::optional<UnitPlan> unit;         // with the systemd cgroup driver: whose cgroup it is
    std::vector<std::string> controllers; // that the writes need: "memory"
    std::vector<CgroupWrite> writes;
    std::vector<std::uint64_t> device_program; // struct bpf_insn[]; empty: no device rules wanted
    std::string device_origin;
    bool delegate = false;             // chown to `owner`, the uid of the container's process
    uid_t owner = 0;                   // as we see it
    bool check_memory_usage = false;   // memory.checkBeforeUpdate
    std::vector<std::string> warnings; // fields without a meaning on cgroup v2
};

// A namespace joined by path, opened and verified before clone. Without a path (exec) those of the
// container's init, by its pidfd.
struct NamespaceFile {
    std::string origin;
    std::string path;
    std::uint64_t type = 0; // CLONE_NEW*; several without a path
    bool before_clone =
        false; // `tare` itself joins it (pid; all of them when a user namespace is new)
    wire::Slot slot = wire::kNoSlot; // else init does, from this slot
    std::string not_ours; // whose origin this is would change the host, were it our own namespace
};

// A mount source that `tare` opens as a detached tree, because init's user namespace may not.
struct TreeSource {
    std::string origin;
    std::string path;
    bool recursive = true;
    bool follow = true; // a symlink at the end of the path
    // A clone stays in its source's peer group: unless the config asks to share, it becomes a
    // recursive slave at once, so that nothing mounted below it shows up on the host.
    bool slave = true;
    wire::Slot id_map = wire::kNoSlot; // MOUNT_ATTR_IDMAP, set by `tare`: init's namespace may not
    bool id_map_recursive = false;
    wire::Slot slot = wire::kNoSlot;
};

// A device whose node `tare` makes where the host has none of that path, because no user namespace
// but the initial one may.
struct DeviceSource {
    std::string origin;
    std::string path;
    mode_t mode = 0; // S_IFCHR or S_IFBLK, and permissions
    dev_t number = 0;
    uid_t uid = 0; // as we see them
    gid_t gid = 0;
    wire::Slot slot = wire::kNoSlot;
};

// A user namespace made only to carry the mapping of an idmapped mount.
struct IdMapSource {
    std::string origin;
    std::string uid_map, gid_map; // text for /proc/PID/uid_map
    wire::Slot slot = wire::kNoSlot;
};

// An interface of the host's that moves into the container's network namespace.
struct NetDevice {
    std::string origin;
    std::string name;
    std::string new_name; // maybe a template: "eth%d"
};

// The container's place in a resctrl file system.
struct ResctrlPlan {
    std::string origin;
    std::string group;              // its class of service: a directory, "" for the root itself
    bool own = false;               // the class is the container's alone, and goes with it
    std::vector<std::string> lines; // for a new class, first; an existing one must have them
    std::vector<std::string> last_lines; // the same, written after those
    std::string monitoring; // its group for monitoring, below mon_groups of the class; empty: none
};

struct RaisedRlimit {
    std::string origin;
    int resource = 0;
    std::uint64_t soft = 0, hard = 0;
};

struct Plan {
    // --- what `tare` does
    CgroupPlan cgroup;
    std::uint64_t clone_flags = 0; // CLONE_NEW* for clone3
    bool unshare_time = false;     // a new time namespace that `tare` unshares around clone3
    std::vector<NamespaceFile> joins;
    bool new_user_namespace = false;
    std::string uid_map, gid_map; // text for /proc/PID/{uid,gid}_map; one mapping a line
    bool map_by_helper = false;   // newuidmap and newgidmap
    bool deny_setgroups = false;
    // The lowest ids that are mapped, root's as a rule: the child has them from before the exec of
    // init until it becomes the config's user.
    uid_t lowest_uid = 0;
    gid_t lowest_gid = 0;
    std::string time_offsets; // for /proc/self/timens_offsets, before clone
    std::string time_origin;
    std::vector<TreeSource> trees;
    std::vector<IdMapSource> id_maps;
    std::vector<DeviceSource> devices;
    std::vector<RaisedRlimit>
        raised_rlimits;                 // above our hard limit, for a child in a user namespace
    std::vector<NetDevice> net_devices; // at kNetDevices
    std::optional<ResctrlPlan> resctrl;
    std::optional<std::int32_t> oom_score_adj; // where init could not
    std::string oom_score_origin;
    bool is_exec = false;            // no container is made, one is joined
    wire::Slot root = wire::kNoSlot; // exec without a mount namespace: init's root directory
    std::vector<std::uint64_t> initial_cpus; // exec: of `tare` when it clones, a bit each
    std::string initial_cpus_origin;
    bool terminal = false;
    // Who has CAP_SYS_PTRACE in our own user namespace may trace whatever he sees, privileged or
    // not (ptrace(2), "Ptrace access mode checking"): the process, or others in a pid namespace of
    // the config's choice, whom we do not know.
    bool may_trace = false;
    bool forks = false; // init forks once; its kForked message tells the pid
    std::string seccomp_listener_path, seccomp_listener_metadata;
    // What the dump tells of the hooks in the runtime's namespaces; the runtime runs them from the
    // config: prestart and createRuntime at kSync, poststart, poststop.
    std::vector<Note> sync_hooks, start_hooks, stop_hooks;
    std::vector<std::string> warnings;

    // --- what init does
    Steps steps;

    // From clone to execve init needs nothing of us: no meeting, no descriptor to take.
    bool is_autonomous() const {
        return !forks && !terminal && net_devices.empty() && sync_hooks.empty()
               && seccomp_listener_path.empty();
    }
};

// CLONE_NEW* of a checked config that may be made before there is a plan, by whoever is to clone
// the container's process: dear to make, and gone with him. Always part of the plan's clone_flags.
std::uint64_t namespaces_ahead(const spec::Config& config);

// A seccomp filter, compiled: plan/seccomp.h makes it, a cache may bring it.
struct SeccompProgram {
    std::vector<std::uint64_t> filter; // struct sock_filter[]
    std::uint32_t flags = 0;           // SECCOMP_FILTER_FLAG_*
    bool notify = false;
};

// Compiles a checked config. `seccomp` is null where the config has none.
// Errors: values that only the host can refuse ("/linux/resources/hugepageLimits/0/pageSize: ...").
Result<Plan> compile(const spec::Config& config, const HostFacts& host, const Options& options,
                     const SeccompProgram* seccomp);

// A plan for one more process of a container that was made from `config`, but for its `process`,
// which is the one to execute now; `process` says whence that has its fields.
Result<Plan> compile_exec(const spec::Config& config, const ProcessOrigin& process,
                          const HostFacts& host, const Options& options,
                          const SeccompProgram* seccomp);

// More mounts for a container that runs, all of them or none; or the removal of mounts, where only
// the `destination` of each counts.
//   config  what the container was made from, but for its `mounts`, which are these
//   origin  where they come from: "more.json#/mounts"
// Errors: a container without a mount namespace of its own; what can only be had at create.
Result<Plan> compile_mounts(const spec::Config& config, const std::string& origin,
                            const HostFacts& host, const Options& options);
Result<Plan> compile_unmounts(const spec::Config& config, const std::string& origin,
                              const HostFacts& host);

} // namespace tare::plan
