#include "plan/op.h"

namespace tare::plan {

using wire::Op;

std::string_view op_name(Op op) {
    switch (op) {
    case Op::kJoin:
        return "join";
    case Op::kUnshare:
        return "unshare";
    case Op::kFork:
        return "fork";
    case Op::kTimeOffsets:
        return "time-offsets";
    case Op::kLoopbackUp:
        return "loopback";
    case Op::kNetDevices:
        return "net-devices";
    case Op::kPropagation:
        return "propagation";
    case Op::kBindRoot:
        return "bind-root";
    case Op::kMount:
        return "mount";
    case Op::kBind:
        return "bind";
    case Op::kRemount:
        return "remount";
    case Op::kMountCgroup:
        return "mount-cgroup";
    case Op::kDevice:
        return "device";
    case Op::kSymlink:
        return "symlink";
    case Op::kMaskPath:
        return "mask-path";
    case Op::kReadonlyPath:
        return "readonly-path";
    case Op::kPivot:
        return "pivot";
    case Op::kRootPropagation:
        return "root-propagation";
    case Op::kRootReadonly:
        return "root-readonly";
    case Op::kSysctl:
        return "sysctl";
    case Op::kHostname:
        return "hostname";
    case Op::kDomainname:
        return "domainname";
    case Op::kSync:
        return "sync";
    case Op::kHook:
        return "hook";
    case Op::kReady:
        return "ready";
    case Op::kConsole:
        return "console";
    case Op::kKeyring:
        return "keyring";
    case Op::kApparmor:
        return "apparmor";
    case Op::kSelinux:
        return "selinux";
    case Op::kSelinuxKey:
        return "selinux-key";
    case Op::kOomScore:
        return "oom-score";
    case Op::kRlimit:
        return "rlimit";
    case Op::kPersonality:
        return "personality";
    case Op::kScheduler:
        return "scheduler";
    case Op::kIoPriority:
        return "io-priority";
    case Op::kMemoryPolicy:
        return "memory-policy";
    case Op::kAffinity:
        return "affinity";
    case Op::kUmask:
        return "umask";
    case Op::kGroups:
        return "groups";
    case Op::kBounding:
        return "bounding";
    case Op::kIds:
        return "ids";
    case Op::kCapabilities:
        return "capabilities";
    case Op::kNoNewPrivileges:
        return "no-new-privileges";
    case Op::kSeccomp:
        return "seccomp";
    case Op::kChdir:
        return "chdir";
    case Op::kFindExec:
        return "find-exec";
    case Op::kExec:
        return "exec";
    }
    return "unknown";
}

} // namespace tare::plan
