#pragma once

// The container's part of a plan, as `tare` hands it to src/init: one flat read-only buffer in a
// memfd that init reads or maps, or in a message. A Header, the table of slots, the table of Steps,
// then bodies, arrays and NUL-terminated strings, all reached by offsets from the start of the
// buffer.
//
// With covered_in_proc.h the only header that both programs include. It includes nothing of ours
// and nothing of the C++ library, so that init stays a program of a few pages.

#include <cstdint>

namespace tare::wire {

constexpr std::uint32_t kMagic = 0x65726174;      // "tare"
constexpr std::uint64_t kAllSignals = UINT64_MAX; // bit N-1 is signal N
constexpr std::uint32_t kMostSent = 24 * 1024;    // bytes of a plan that comes as a message

struct Text {
    std::uint32_t at = 0; // 0: absent
};
struct TextList {
    std::uint32_t at = 0; // Text[count]
    std::uint32_t count = 0;
};
struct Bytes {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
};

// An index into the table of slots, whose entries are descriptors. The plan is compiled before
// anything is opened; the runtime fills the table just before clone. A descriptor is the number of
// one that init inherits or, where it was executed ahead of its plan, a place: see Launch.
using Slot = std::int32_t;
constexpr Slot kNoSlot = -1;

enum class Op : std::uint16_t {
    // Namespaces
    kJoin,        // Join
    kUnshare,     // Unshare
    kFork,        // Fork: the rest is done by a child that `tare` sees as its own
    kTimeOffsets, // Value: /proc/self/timens_offsets
    kLoopbackUp,  // no body
    kNetDevices,  // no body: report kInNamespaces, wait for kGo
    kEnterRoot,   // EnterRoot: where there is no mount namespace to join

    // The root file system, in the order of the config
    kPropagation, // Propagation: of "/" before anything is mounted
    kBindRoot,    // BindRoot
    kMount,       // Mount: fsopen, fsconfig, fsmount, move_mount
    kBind,        // Bind: open_tree, mount_setattr, move_mount
    kRemount,     // Mount: an existing mount point's options
    kMountCgroup, // Mount: cgroup2 of our own namespace; else a bind of `source`; else as flags say
    kDevice,      // Device
    kSymlink,     // Symlink
    kCopyMounts,  // no body: into a new mount namespace, in the order in which they lie
    kMakeDirectory,   // Path: and those above it; where it cannot be made a later step says why
    kMaskPath,        // Path
    kReadonlyPath,    // Path
    kPivot,           // Pivot
    kRootPropagation, // Propagation: of the container's "/", after pivot
    kRootReadonly,    // no body

    // Mounts of a container that runs
    kAllOrNothing, // no body: where a later step fails, what was mounted since is unmounted
    kFindMount,    // Path: a mount point, with no symlink on the way; remembered
    kUnmount,      // no body: what kFindMount has found, the last one first

    // The kernel's settings for the namespaces
    kSysctl,     // Sysctl
    kHostname,   // Value
    kDomainname, // Value

    // Meeting points
    kSync,  // no body: report kSynced, wait for kGo
    kHook,  // Hook
    kReady, // no body: report kReady, drop the report socket where there is a gate, wait for kGo

    // The process
    kConsole,         // Console
    kKeyring,         // Value: the name of the new session keyring; `flag` is ignored
    kApparmor,        // Value: the profile, for the next exec
    kSelinux,         // Value: the label, for the next exec
    kSelinuxKey,      // Value: the label of the keyring created next
    kOomScore,        // Value: /proc/self/oom_score_adj
    kRlimit,          // Rlimit
    kPersonality,     // Number
    kScheduler,       // Scheduler
    kIoPriority,      // Number: the value for ioprio_set(2)
    kMemoryPolicy,    // MemoryPolicy
    kAffinity,        // Affinity
    kUmask,           // Number
    kGroups,          // Bytes body: gid_t[size / 4]
    kBounding,        // Number: the capabilities to keep, a bit each
    kIds,             // Ids: gid then uid, keeping permitted capabilities over it
    kCapabilities,    // Capabilities
    kNoNewPrivileges, // no body
    kSeccomp,         // Seccomp
    kChdir,    // Chdir: before and after kIds; the first forgives EACCES and EPERM, the second does
               // nothing where the first succeeded. Checks that getcwd(2) is inside the root
    kFindExec, // FindExec: resolves argv[0] once, at create
    kExec,     // Exec: never returns but with an error
};

struct Step {
    Op op;
    std::uint16_t reserved = 0;
    std::uint32_t body = 0; // offset; 0 where the op has none
};

struct Header {
    std::uint32_t magic = kMagic;
    std::uint32_t size = 0;  // of the whole buffer
    std::uint32_t steps = 0; // offset of Step[step_count]
    std::uint32_t step_count = 0;
    std::uint32_t slots = 0; // offset of int32_t[slot_count]
    std::uint32_t slot_count = 0;
    std::int32_t report_fd = -1;   // SOCK_SEQPACKET; Message both ways
    std::int32_t gate_in_fd = -1;  // after kReady: where kGo arrives; -1: the report socket
    std::int32_t gate_out_fd = -1; // after kReady: where errors go; -1: the report socket
    std::uint32_t keep_fds = 0;    // 3 .. 3+keep_fds-1 stay open over the last execve
    std::uint32_t go_ahead = 0;    // 1: kGo comes without a report of kReady
    std::uint32_t unused = 0;
    std::uint64_t ignored = kAllSignals; // those to be reset; all: init has to look
};

// ---- Bodies

struct Join {
    std::uint64_t types = 0; // one CLONE_NEW*, or several with a pidfd
    Slot ns = kNoSlot;       // a namespace's file, or a pidfd of somebody who is in them
    std::uint32_t uid = 0;   // whom to become in a user namespace; a refusal is no error
    std::uint32_t gid = 0;
    std::uint32_t unused = 0; // no padding
};

struct EnterRoot {
    Slot directory = kNoSlot; // O_PATH
};

struct Unshare {
    std::uint64_t flags = 0; // CLONE_NEW*
};

struct Number {
    std::uint64_t value = 0;
};

struct Value {
    Text value;
};

struct Path {
    Text path; // inside the container root, starts with '/'
};

struct Chdir {
    Text path;                // as Path has it
    std::uint32_t create = 0; // make a directory that is not there
};

struct Propagation {
    std::uint64_t flags =
        0; // MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE, with or without MS_REC
};

// Whatever is still shared with the host becomes a slave, recursively: no mount below it may reach
// a peer on the host. A slave stays one, for rootfsPropagation.
struct BindRoot {
    Text path;           // absolute, on the host
    Slot tree = kNoSlot; // a detached clone of it that `tare` made (user namespaces)
};

// What mount_setattr(2) is to do. Zero sets and clears nothing.
struct Attributes {
    std::uint64_t set = 0; // MOUNT_ATTR_*
    std::uint64_t clear = 0;
    std::uint64_t recursive_set = 0; // with AT_RECURSIVE
    std::uint64_t recursive_clear = 0;
    std::uint64_t propagation = 0; // MS_SHARED ...; 0: as it is
    std::uint32_t propagation_recursive = 0;
    Slot id_map = kNoSlot; // a user namespace: MOUNT_ATTR_IDMAP
    std::uint32_t id_map_recursive = 0;
};

struct Mount {
    Text type;
    Text source;
    Text target;
    TextList options; // "key" or "key=value", for fsconfig(2)
    Attributes attributes;
    std::uint32_t flags = 0;
};
constexpr std::uint32_t kCopyUp = 1;      // tmpcopyup: fill the new tmpfs from what it covers
constexpr std::uint32_t kKeepMode = 2;    // tmpfs without mode=: take that of the covered directory
constexpr std::uint32_t kPlainTarget = 4; // the target must be a real directory (/proc, /sys)
constexpr std::uint32_t kBindOnEperm =
    8; // sysfs, proc, mqueue: else a read-only recursive bind of the host's
constexpr std::uint32_t kMaskOnEperm = 16;   // cgroup: else an empty read-only tmpfs
constexpr std::uint32_t kSuperReadonly = 32; // kRemount: MS_RDONLY on the superblock was meant
constexpr std::uint32_t kCountVersions = 64; // iversion, which mount(2) alone can ask for
constexpr std::uint32_t kLinkItself = 128;   // Bind: of a source that is a symlink, the symlink
constexpr std::uint32_t kOverLink = 256;     // Bind: on a target that is a symlink, the symlink
constexpr std::uint32_t kCopyLink = 512;     // Bind: a source that is a symlink is copied

struct Bind {
    Text source;         // absolute, on the host; opened by init unless `tree` is there
    Slot tree = kNoSlot; // a detached clone that `tare` made
    Text target;
    std::uint32_t recursive = 0;
    Attributes attributes; // what the options ask; flags locked by an outer user namespace are kept
                           // unless `attributes.clear` names one
    std::uint32_t flags = 0; // kPlainTarget, kLinkItself, kOverLink, kCopyLink
};

struct Device {
    Text path;
    std::uint32_t mode = 0; // S_IFCHR, S_IFBLK or S_IFIFO, and permissions
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t number = 0;     // dev_t as mknod(2) takes it
    std::uint32_t must_match = 0; // another file of that name is an error, and not replaced
    Text bind_source;             // set: bind this host node instead (user namespaces cannot mknod)
    Slot tree = kNoSlot;          // a detached mount to be taken for it, which `tare` made
};

struct Symlink {
    Text target;
    Text path;
};

struct Pivot {
    std::uint32_t how = 0;
};
constexpr std::uint32_t kPivotRoot = 0;
constexpr std::uint32_t kMoveRoot = 1; // --no-pivot: MS_MOVE and chroot
constexpr std::uint32_t kChroot = 2;   // no mount namespace of its own

struct Sysctl {
    Text path; // below /proc/sys: "net/ipv4/ip_forward"
    Text value;
};

struct Hook {
    Text path;
    TextList args;
    TextList env;
    std::uint32_t inherits = 0;   // the environment that kFindExec has completed, and not `env`
    std::uint64_t timeout_ms = 0; // 0: none
    // The state on its stdin: `state_head`, the pid of the Go message in decimal, `state_tail`.
    Text state_head;
    Text state_tail;
};

struct Fork {
    std::uint32_t last = 0; // what is left needs no descriptor but that of the report
};

struct Console {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0; // of the pty; 5 where the container maps it
    std::uint16_t rows = 0, columns = 0;
    std::uint32_t bind_dev_console = 0;
};

struct Rlimit {
    std::uint32_t resource = 0; // RLIMIT_*
    std::uint64_t soft = 0;
    std::uint64_t hard = 0;
};

struct Scheduler {
    std::uint32_t policy = 0;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0, deadline = 0, period = 0; // ns
};

struct MemoryPolicy {
    std::uint32_t mode = 0; // MPOL_* with MPOL_F_*
    Bytes nodes;            // unsigned long[]
    std::uint32_t max_node = 0;
};

struct Affinity {
    Bytes cpus;               // a cpu_set_t of that size; empty: all that a kernel can have
    std::uint32_t wanted = 0; // asked for: none of them in our cpuset is an error
};

struct Ids {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
};

struct Capabilities {
    std::uint64_t effective = 0, permitted = 0, inheritable = 0, ambient = 0;
};

struct Seccomp {
    Bytes program;            // struct sock_filter[]
    std::uint32_t flags = 0;  // SECCOMP_FILTER_FLAG_*
    std::uint32_t notify = 0; // send a kListener message, with one of the following
};

constexpr std::uint32_t kSendListener = 1; // the descriptor
constexpr std::uint32_t kTellListener = 2; // its number, and wait for kGo: `tare` fetches it

struct FindExec {
    Text name; // argv[0]
    Text path; // the value of PATH in the container's environment
};

struct Exec {
    TextList args;
    TextList env;
    std::uint32_t home_of_uid = 0; // with fill_home: HOME from the container's /etc/passwd
    std::uint32_t fill_home = 0;
};

// ---- Before the plan

// What an init waits for that was executed ahead of its plan (`tare-init SOCKET early`). At most
// one Unshare: namespaces for the container's process, which take the kernel some time. Then how to
// make that process, a child of its own that goes on as any other init does. Beside it come
// descriptors, the first that of the plan, the second the report socket; all are known by their
// places in this row.
//
// The answer, a message kForked, comes from that child: its pid is in the credentials. Without one
// the child was not made, and `tare` has to do without.
struct NamespaceToJoin {
    std::uint64_t type = 0;   // CLONE_NEW*
    std::int32_t ns = -1;     // its place
    std::uint32_t unused = 0; // no padding
};
struct Launch {
    std::uint64_t namespaces = 0;  // CLONE_NEW*, for clone3(2)
    std::uint64_t ignored = 0;     // signals that `tare` ignored when init began: bit N-1 is N
    NamespaceToJoin joins[8] = {}; // by the parent, just before; a type of 0 ends them
    std::int32_t cgroup = -1;      // the place of its directory; -1: that of `tare`
    std::uint32_t waits = 0;       // 1: for kGo on the report socket, before the first step
};
constexpr std::uint32_t kMostDescriptors = 64;

// ---- Messages

// Init to `tare` and back, one message a write. Always this size.
struct Message {
    std::uint32_t kind = 0;
    std::uint32_t step = 0; // index of the step, kFailed and kWarning
    std::int32_t code = 0;  // errno, a pid (kForked, kGo), a descriptor (kListener), a wait status
                            // (hook failures)
    std::uint32_t detail = 0; // which part of the step: Detail
};

constexpr std::uint32_t kFailed = 1;
constexpr std::uint32_t kSynced = 2;
constexpr std::uint32_t kReadyNow = 3;
constexpr std::uint32_t kExecuting = 4; // next comes end of file, or kFailed
constexpr std::uint32_t kForked = 5;    // code: the pid of the process that goes on
constexpr std::uint32_t kConsoleFd = 6; // with SCM_RIGHTS
constexpr std::uint32_t kListener = 7;  // with SCM_RIGHTS, or its number
constexpr std::uint32_t kWarning = 8;
constexpr std::uint32_t kGo = 9;            // code: the pid of init as `tare` sees it
constexpr std::uint32_t kInNamespaces = 10; // joined and made: devices can be moved in

// Before the kFailed of a hook in the container: the next kPiece bytes of what it wrote, in place
// of step, code and detail. NULs are none of it.
constexpr std::uint32_t kHookStdout = 11;
constexpr std::uint32_t kHookStderr = 12;
constexpr std::uint32_t kPiece = sizeof(Message) - sizeof(Message::kind);

// Which part of a step was refused; the text of each is in src/plan/detail.cc.
enum class Detail : std::uint32_t {
    kNone,
    kOpenSource,      // open the source of a bind mount
    kOpenTarget,      // open or create the mount point
    kTargetNotPlain,  // "must be mounted on ordinary directory"
    kForbiddenTarget, // below /proc, and not of the few that may be covered
    kFsopen,          // the kernel does not know the file system, or it may not be mounted here
    kFsconfig,        // `code` of an option refused
    kFsmount,
    kSetAttributes,
    kLockedFlag, // the option would clear a flag that an outer user namespace locked
    kMove,
    kNotADevice, // what was opened is not the device that it should be
    kHookExit,   // `code` is the wait status
    kHookTimeout,
    kNotFound, // exec: nowhere in $PATH
    kOutside,  // cwd is not below the root
    kProc,     // no trustworthy procfs
    kCopyUpFailed,
    kSymlink,    // where none is followed
    kOtherThere, // in place of the symlink that was to be made
    kNotProcfs,  // what was to go to /proc
    kNotMounted, // the path is no mount point
    kUnmount,
    kMissingSyscall, // the kernel (or an outer seccomp filter) lacks a call that has no safe
                     // fallback
};

} // namespace tare::wire
