#include "plan/detail.h"

#include "base/text.h"
#include "plan/covered_in_proc.h"

#include <cerrno>
#include <csignal>
#include <cstring>

namespace tare::plan {

namespace {

using wire::Detail;

// Which part of the step; the errno's text follows.
std::string_view part(Detail detail) {
    switch (detail) {
    case Detail::kOpenSource:
        return "open the source";
    case Detail::kOpenTarget:
        return "open or make the mount point";
    case Detail::kFsopen:
        return "the file system type is not known or not allowed here";
    case Detail::kFsconfig:
        return "an option of the file system";
    case Detail::kFsmount:
        return "make the file system";
    case Detail::kSetAttributes:
        return "set the mount's attributes";
    case Detail::kMove:
        return "attach it to the mount point";
    case Detail::kProc:
        return "no trustworthy procfs";
    case Detail::kCopyUpFailed:
        return "copy what was there into the tmpfs";
    case Detail::kUnmount:
        return "unmount it";
    case Detail::kMissingSyscall:
        return "the kernel, or a seccomp filter around us, lacks a system call that has no safe "
               "substitute";
    default:
        return {};
    }
}

std::string wait_status_text(int status) {
    const int signal = status & 0x7f;
    if (signal != 0) return "killed by signal " + std::to_string(signal);
    return "exit status " + std::to_string(status >> 8 & 0xff);
}

std::string why(Detail detail, int code) {
    switch (detail) {
    case Detail::kTargetNotPlain:
        return "must be mounted on ordinary directory";
    case Detail::kForbiddenTarget:
        return "inside /proc only these may be mounted over: "
               + joined(
                   {std::begin(wire::kMayBeCoveredInProc), std::end(wire::kMayBeCoveredInProc)});
    case Detail::kNotProcfs:
        return "only a procfs may be mounted on '/proc'";
    case Detail::kOtherThere:
        return "something else than that symbolic link is there already";
    case Detail::kLockedFlag:
        return "the options would clear a flag that an outer user namespace has locked: "
               + errno_text(code);
    case Detail::kNotADevice:
        return "what is there is not the device that it should be";
    case Detail::kHookExit:
        return wait_status_text(code);
    case Detail::kHookTimeout:
        return "timed out";
    case Detail::kNotFound:
        return "executable file not found in $PATH";
    case Detail::kSymlink:
        return "a symbolic link is on the way; give the path without it";
    case Detail::kNotMounted:
        return "nothing is mounted there";
    case Detail::kOutside:
        return "the directory is not inside the container's root";
    default:
        break;
    }
    const std::string_view of = part(detail);
    return of.empty() ? errno_text(code) : std::string(of) + ": " + errno_text(code);
}

// What to do about it, where an errno of a step has one usual cause.
std::string_view hint(wire::Op op, int code) {
    using wire::Op;
    const bool mount = op == Op::kMount || op == Op::kMountCgroup;
    if (mount && code == ENODEV) return " (this kernel has no such file system)";
    if (op == Op::kPropagation && code == EINVAL)
        return " (the root that tare sees is no mount point, as in a chroot: bind it to itself)";
    if (op == Op::kExec && code == ENOENT)
        return " (it was found before: is its interpreter there, or its dynamic loader?)";
    if (op == Op::kSysctl && code == ENOENT) return " (this kernel has no such parameter)";
    if (op == Op::kKeyring && code == EDQUOT)
        return " (raise kernel.keys.maxkeys, or use --no-new-keyring)";
    if (op == Op::kRlimit && code == EPERM)
        return " (above the caller's own hard limit, and without CAP_SYS_RESOURCE)";
    if (op == Op::kFork && code == EAGAIN)
        return " (pids.max or RLIMIT_NPROC leave no place for one process more)";
    if (op == Op::kIds && code == EINVAL) return " (not mapped in the user namespace)";
    if (op == Op::kGroups && code == EINVAL)
        return " (one of them is not mapped in the user namespace)";
    return {};
}

// mount_setattr(2) says EINVAL to an id mapping for a file system that takes none: overlay, nfs ...
std::string_view id_map_hint(const Note& note, Detail detail, int code) {
    const bool mapped = note.value.find("idmap") != std::string::npos;
    if (!mapped || detail != Detail::kSetAttributes || code != EINVAL) return {};
    return " (its file system takes no id mappings in this kernel)";
}

// The kernel does not say which of them it was. Of what may be a secret only its owner knows.
std::string options_of(const Note& note, Detail detail) {
    constexpr std::size_t kShown = 400;
    if (detail != Detail::kFsconfig || note.value.empty() || note.value.size() > kShown) return "";
    for (const std::string_view secret : {"pass", "secret", "key", "cred"})
        if (note.value.find(secret) != std::string::npos) return "";
    return " (" + quote(note.value.substr(0, note.value.find(kRemark))) + ")";
}

bool has_errno(Detail detail) {
    return detail != Detail::kHookExit && detail != Detail::kHookTimeout;
}

std::string without_newlines(const std::string& text) {
    const std::size_t end = text.find_last_not_of('\n');
    return text.substr(0, end == text.npos ? 0 : end + 1);
}

} // namespace

bool HookOutput::take(const wire::Message& message) {
    constexpr std::size_t kCap = 4096; // init sends less
    if (message.kind != wire::kHookStdout && message.kind != wire::kHookStderr) return false;
    std::string& stream = message.kind == wire::kHookStdout ? out_ : err_;
    char bytes[sizeof message];
    std::memcpy(bytes, &message, sizeof message);
    for (const char c : std::string_view(bytes, sizeof bytes).substr(sizeof message.kind))
        if (c != '\0' && stream.size() < kCap) stream += c;
    return true;
}

std::string HookOutput::text() const {
    return "stdout: " + without_newlines(out_) + ", stderr: " + without_newlines(err_);
}

Error describe(const Steps& steps, const wire::Message& message, const HookOutput& output) {
    const auto detail = static_cast<Detail>(message.detail);
    const int code = has_errno(detail) ? message.code : EINVAL;
    if (message.step >= steps.count())
        return {code, "set up the container: " + why(detail, message.code)};
    const Note& note = steps.note(message.step);
    const char* field = detail == Detail::kFsconfig ? "/options: " : ": ";
    const std::string origin = note.origin.empty() ? "" : note.origin + field;
    return {code, origin + note.what + ": " + why(detail, message.code)
                      + std::string(hint(steps.op(message.step), message.code))
                      + std::string(id_map_hint(note, detail, message.code))
                      + options_of(note, detail) + (has_errno(detail) ? "" : ", " + output.text())};
}

} // namespace tare::plan
