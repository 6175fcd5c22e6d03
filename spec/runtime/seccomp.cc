#include "base/text.h"
#include "spec/runtime/read.h"
#include "spec/runtime/write.h"

namespace tare::spec {

namespace {

// config-linux.md, "Seccomp"
constexpr std::string_view kActions[] = {
    "SCMP_ACT_KILL",  "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD",
    "SCMP_ACT_TRAP",  "SCMP_ACT_ERRNO",        "SCMP_ACT_TRACE",
    "SCMP_ACT_ALLOW", "SCMP_ACT_LOG",          "SCMP_ACT_NOTIFY"};
constexpr std::string_view kOperators[] = {"SCMP_CMP_NE",       "SCMP_CMP_LT", "SCMP_CMP_LE",
                                           "SCMP_CMP_EQ",       "SCMP_CMP_GE", "SCMP_CMP_GT",
                                           "SCMP_CMP_MASKED_EQ"};
constexpr std::string_view kArchitectures[] = {
    "SCMP_ARCH_X86",         "SCMP_ARCH_X86_64",      "SCMP_ARCH_X32",    "SCMP_ARCH_ARM",
    "SCMP_ARCH_AARCH64",     "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K",   "SCMP_ARCH_MIPS",
    "SCMP_ARCH_MIPS64",      "SCMP_ARCH_MIPS64N32",   "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64",
    "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC",         "SCMP_ARCH_PPC64",  "SCMP_ARCH_PPC64LE",
    "SCMP_ARCH_S390",        "SCMP_ARCH_S390X",       "SCMP_ARCH_SH",     "SCMP_ARCH_SHEB",
    "SCMP_ARCH_PARISC",      "SCMP_ARCH_PARISC64",    "SCMP_ARCH_RISCV64"};
constexpr std::string_view kFlags[] = {"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG",
                                       "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
                                       "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"};

// "When the action doesn't support an errno, the runtime MUST print and error and fail." The kernel
// takes 4095 for any larger errno; a tracer gets 16 bits.
Status read_errno(const json::Cursor& at, std::string_view name, const std::string& action,
                  std::optional<std::uint32_t>& out) {
    if (!at.find(name)) return {};
    if (action == "SCMP_ACT_ERRNO") return ranged(at, name, 0, 4095, out);
    if (action == "SCMP_ACT_TRACE") return ranged(at, name, 0, 65535, out);
    return at.error(name, "is for SCMP_ACT_ERRNO and SCMP_ACT_TRACE, not " + action);
}

} // namespace

static Status read(const json::Cursor& at, SeccompArg& arg) {
    TRY(at.require("index"));
    TRY(ranged(at, "index", 0, 5, arg.index));
    TRY(required(at, "value", arg.value));
    TRY(member(at, "valueTwo", arg.value_two));
    TRY(at.require("op"));
    return known_member(at, "op", kOperators, arg.op);
}

static Status read(const json::Cursor& at, SeccompRule& rule) {
    TRY(required(at, "names", rule.names));
    if (rule.names.empty()) return at.error("names", "must not be empty");
    TRY(at.require("action"));
    TRY(known_member(at, "action", kActions, rule.action));
    TRY(read_errno(at, "errnoRet", rule.action, rule.errno_ret));
    return member(at, "args", rule.args);
}

static Status check_notify(const json::Cursor& at, const Seccomp& seccomp) {
    if (seccomp.default_action == "SCMP_ACT_NOTIFY")
        return at.error("defaultAction", "must not be SCMP_ACT_NOTIFY: the hand-over of the "
                                         "listener needs system calls of its own");
    if (!seccomp.listener_metadata.empty() && seccomp.listener_path.empty())
        return at.error("listenerMetadata", "needs listenerPath");
    const auto rules = at.find("syscalls");
    if (!rules || !seccomp.listener_path.empty()) return {};
    const auto items = TRY(rules->array());
    std::size_t index = 0;
    for (const json::Cursor item : items)
        if (seccomp.syscalls[index++].action == "SCMP_ACT_NOTIFY")
            return item.error("action", "SCMP_ACT_NOTIFY needs listenerPath");
    return {};
}

Status read(const json::Cursor& at, Seccomp& seccomp) {
    TRY(at.require("defaultAction"));
    TRY(known_member(at, "defaultAction", kActions, seccomp.default_action));
    TRY(read_errno(at, "defaultErrnoRet", seccomp.default_action, seccomp.default_errno_ret));
    TRY(known_members(at, "architectures", kArchitectures, seccomp.architectures));
    if (at.find("flags")) TRY(known_members(at, "flags", kFlags, seccomp.flags.emplace()));
    TRY(member(at, "listenerPath", seccomp.listener_path));
    if (!seccomp.listener_path.empty())
        TRY(check_absolute(at, "listenerPath", seccomp.listener_path));
    TRY(member(at, "listenerMetadata", seccomp.listener_metadata));
    if (const auto rules = at.find("syscalls"); rules && rules->is_hidden()) {
        seccomp.knows_syscalls = true;
        return {};
    }
    TRY(member(at, "syscalls", seccomp.syscalls));
    return check_notify(at, seccomp);
}

static void write(json::Writer& out, const SeccompArg& arg) {
    out.begin_object();
    put_always(out, "index", arg.index);
    put_always(out, "value", arg.value);
    put(out, "valueTwo", arg.value_two);
    put_always(out, "op", arg.op);
    out.end_object();
}

static void write(json::Writer& out, const SeccompRule& rule) {
    out.begin_object();
    put_always(out, "names", rule.names);
    put_always(out, "action", rule.action);
    put(out, "errnoRet", rule.errno_ret);
    put(out, "args", rule.args);
    out.end_object();
}

void write(json::Writer& out, const Seccomp& seccomp) {
    out.begin_object();
    put_always(out, "defaultAction", seccomp.default_action);
    put(out, "defaultErrnoRet", seccomp.default_errno_ret);
    put(out, "architectures", seccomp.architectures);
    put(out, "flags", seccomp.flags);
    put(out, "listenerPath", seccomp.listener_path);
    put(out, "listenerMetadata", seccomp.listener_metadata);
    put(out, "syscalls", seccomp.syscalls);
    out.end_object();
}

} // namespace tare::spec
