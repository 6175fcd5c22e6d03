#include "plan/seccomp.h"

#include "base/text.h"
#include "plan/seccomp_calls.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <linux/seccomp.h>
#include <seccomp.h>

namespace tare::plan {

namespace {

using seccomp::Architecture;
using seccomp::Profile;
using seccomp::Rule;
using seccomp::Word;

constexpr std::uint32_t kDefaultErrno = EPERM;
constexpr std::uint32_t kMaxErrno = 4095; // the kernel cuts anything above, seccomp(2)

// ---- Words of the config

constexpr std::array<Word<std::uint32_t>, 9> kActions = {{
    {"SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD},
    {"SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD},
    {"SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS},
    {"SCMP_ACT_TRAP", SECCOMP_RET_TRAP},
    {"SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO},
    {"SCMP_ACT_TRACE", SECCOMP_RET_TRACE},
    {"SCMP_ACT_LOG", SECCOMP_RET_LOG},
    {"SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW},
    {"SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF},
}};

constexpr std::array<Word<Compare>, 7> kOperators = {{
    {"SCMP_CMP_NE", Compare::kNe},
    {"SCMP_CMP_LT", Compare::kLt},
    {"SCMP_CMP_LE", Compare::kLe},
    {"SCMP_CMP_EQ", Compare::kEq},
    {"SCMP_CMP_GE", Compare::kGe},
    {"SCMP_CMP_GT", Compare::kGt},
    {"SCMP_CMP_MASKED_EQ", Compare::kMaskedEq},
}};

// From headers newer than those we build with.
constexpr std::uint32_t kWaitKillable = 1u << 5; // SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV

constexpr std::array<Word<std::uint32_t>, 4> kFlags = {{
    {"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},
    {"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", kWaitKillable},
}};

// Of the spec's list; the library may lack the newest. 0x40000000 is kept for x32 in AUDIT_ARCH_*.
constexpr std::array<Word<std::uint32_t>, 24> kArchitectures = {{
    {"SCMP_ARCH_NATIVE", SCMP_ARCH_NATIVE},
    {"SCMP_ARCH_X86", SCMP_ARCH_X86},
    {"SCMP_ARCH_X86_64", SCMP_ARCH_X86_64},
    {"SCMP_ARCH_X32", SCMP_ARCH_X32},
    {"SCMP_ARCH_ARM", SCMP_ARCH_ARM},
    {"SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64},
    {"SCMP_ARCH_MIPS", SCMP_ARCH_MIPS},
    {"SCMP_ARCH_MIPS64", SCMP_ARCH_MIPS64},
    {"SCMP_ARCH_MIPS64N32", SCMP_ARCH_MIPS64N32},
    {"SCMP_ARCH_MIPSEL", SCMP_ARCH_MIPSEL},
    {"SCMP_ARCH_MIPSEL64", SCMP_ARCH_MIPSEL64},
    {"SCMP_ARCH_MIPSEL64N32", SCMP_ARCH_MIPSEL64N32},
    {"SCMP_ARCH_PPC", SCMP_ARCH_PPC},
    {"SCMP_ARCH_PPC64", SCMP_ARCH_PPC64},
    {"SCMP_ARCH_PPC64LE", SCMP_ARCH_PPC64LE},
    {"SCMP_ARCH_S390", SCMP_ARCH_S390},
    {"SCMP_ARCH_S390X", SCMP_ARCH_S390X},
    {"SCMP_ARCH_PARISC", SCMP_ARCH_PARISC},
    {"SCMP_ARCH_PARISC64", SCMP_ARCH_PARISC64},
    {"SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64},
    {"SCMP_ARCH_LOONGARCH64", AUDIT_ARCH_LOONGARCH64},
    {"SCMP_ARCH_M68K", AUDIT_ARCH_M68K},
    {"SCMP_ARCH_SH", AUDIT_ARCH_SH},
    {"SCMP_ARCH_SHEB", AUDIT_ARCH_SH & ~static_cast<std::uint32_t>(__AUDIT_ARCH_LE)},
}};

Result<std::uint32_t> plan_action(const std::string& name,
                                  const std::optional<std::uint32_t>& errno_ret,
                                  const std::string& origin, const char* errno_field) {
    const std::optional<std::uint32_t> action = find_word(kActions, name);
    if (!action) return invalid(origin + ": unknown action " + quote(name));
    const bool is_errno = *action == SECCOMP_RET_ERRNO;
    if (!is_errno && *action != SECCOMP_RET_TRACE) return *action;
    const std::uint32_t data = errno_ret.value_or(kDefaultErrno);
    const std::uint32_t limit = is_errno ? kMaxErrno : SECCOMP_RET_DATA;
    if (data > limit)
        return invalid(origin.substr(0, origin.rfind('/') + 1) + errno_field + ": must be at most "
                       + std::to_string(limit) + " with " + name + ", got " + std::to_string(data));
    return *action | data;
}

// ---- The rules, checked

Result<ArgTest> plan_arg(const spec::SeccompArg& arg, const std::string& origin) {
    const std::optional<Compare> compare = find_word(kOperators, arg.op);
    if (!compare) return invalid(origin + "/op: unknown operator " + quote(arg.op));
    if (arg.index > 5)
        return invalid(origin + "/index: must be at most 5, got " + std::to_string(arg.index));
    return ArgTest{arg.index, *compare, arg.value, arg.value_two};
}

bool has_repeated_index(const std::vector<ArgTest>& tests) {
    unsigned seen = 0;
    for (const ArgTest& test : tests) {
        if ((seen & (1u << test.index)) != 0) return true;
        seen |= 1u << test.index;
    }
    return false;
}

// Tests of different arguments must all hold. An argument that is tested twice means alternatives,
// each of the tests alone: profiles were written for runtimes that know no other way to say "or".
Result<std::vector<std::vector<ArgTest>>> plan_args(const std::vector<spec::SeccompArg>& args,
                                                    const std::string& origin) {
    std::vector<std::vector<ArgTest>> alternatives;
    std::vector<ArgTest> tests;
    for (std::size_t i = 0; i < args.size(); ++i) {
        const ArgTest test = TRY(plan_arg(args[i], origin + "/" + std::to_string(i)));
        tests.push_back(test);
    }
    if (has_repeated_index(tests))
        for (const ArgTest& test : tests)
            alternatives.push_back({test});
    else if (!tests.empty())
        alternatives.push_back(std::move(tests));
    return alternatives;
}

// Init reports with write(2) behind the filter, before the agent has the listener: nobody could
// answer for it.
Status check_notify(const spec::SeccompRule& rule, const std::string& origin) {
    for (std::size_t i = 0; i < rule.names.size(); ++i)
        if (rule.names[i] == "write")
            return invalid(origin + "/names/" + std::to_string(i) + ": " + quote(rule.names[i])
                           + " must not have SCMP_ACT_NOTIFY: the listener could not be handed"
                             " over without it");
    return {};
}

Result<Rule> plan_rule(const spec::SeccompRule& rule, const std::string& origin) {
    const std::uint32_t action =
        TRY(plan_action(rule.action, rule.errno_ret, origin + "/action", "errnoRet"));
    if (action == SECCOMP_RET_USER_NOTIF) TRY(check_notify(rule, origin));
    std::vector<std::vector<ArgTest>> alternatives = TRY(plan_args(rule.args, origin + "/args"));
    return Rule{rule.names, std::move(alternatives), action};
}

Result<Profile> plan_profile(const spec::Seccomp& seccomp, const std::string& origin) {
    Profile profile;
    profile.default_action = TRY(plan_action(seccomp.default_action, seccomp.default_errno_ret,
                                             origin + "/defaultAction", "defaultErrnoRet"));
    if (profile.default_action == SECCOMP_RET_USER_NOTIF)
        return invalid(origin
                       + "/defaultAction: must not be SCMP_ACT_NOTIFY: the listener could"
                         " not be handed over");
    for (std::size_t i = 0; i < seccomp.syscalls.size(); ++i) {
        const std::string place = origin + "/syscalls/" + std::to_string(i);
        Rule rule = TRY(plan_rule(seccomp.syscalls[i], place));
        profile.rules.push_back(std::move(rule));
        if (profile.rules.back().action != SECCOMP_RET_USER_NOTIF) continue;
        profile.notify = true;
        if (seccomp.listener_path.empty())
            return invalid(origin + "/listenerPath: is required, because "
                           + place.substr(origin.size() + 1) + " has SCMP_ACT_NOTIFY");
    }
    return profile;
}

// The native one first, and whether it is listed or not.
Result<std::vector<Architecture>> plan_architectures(const spec::Seccomp& seccomp,
                                                     const std::string& origin) {
    std::vector<Architecture> architectures = {{::seccomp_arch_native()}};
    for (std::size_t i = 0; i < seccomp.architectures.size(); ++i) {
        const auto token = find_word(kArchitectures, seccomp.architectures[i]);
        if (!token)
            return invalid(origin + "/architectures/" + std::to_string(i)
                           + ": unknown architecture " + quote(seccomp.architectures[i]));
        const bool known = *token == SCMP_ARCH_NATIVE
                           || std::any_of(architectures.begin(), architectures.end(),
                                          [&](const Architecture& a) { return a.token == *token; });
        if (!known) architectures.push_back(Architecture{*token});
    }
    // x32 goes into the table of x86_64, so that has to be there first.
    std::stable_partition(architectures.begin(), architectures.end(),
                          [](const Architecture& arch) { return arch.token != SCMP_ARCH_X32; });
    return architectures;
}

std::uint32_t plan_flags(const spec::Seccomp& seccomp, const Profile& profile) {
    std::uint32_t flags = seccomp.flags ? 0 : SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    for (const std::string& flag : seccomp.flags.value_or(std::vector<std::string>{}))
        flags |= find_word(kFlags, flag).value_or(0);
    if (!profile.notify) return flags & ~kWaitKillable; // nobody to wait for: EINVAL
    if ((flags & SECCOMP_FILTER_FLAG_TSYNC) != 0) flags |= SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
    return flags | SECCOMP_FILTER_FLAG_NEW_LISTENER;
}

Status check_flags(const spec::Seccomp& seccomp, const std::string& origin) {
    if (!seccomp.flags) return {};
    for (std::size_t i = 0; i < seccomp.flags->size(); ++i)
        if (!find_word(kFlags, (*seccomp.flags)[i]))
            return invalid(origin + "/flags/" + std::to_string(i) + ": unknown flag "
                           + quote((*seccomp.flags)[i]));
    return {};
}

constexpr std::size_t kMaxInstructions = 4096; // BPF_MAXINSNS

// Every word of a table, sorted.
template <class Table>
std::vector<std::string> names_of(const Table& table) {
    std::vector<std::string> names;
    for (const auto& word : table)
        names.emplace_back(word.name);
    std::sort(names.begin(), names.end());
    return names;
}

// ---- The key

// Change this when the same config shall make another program.
constexpr const char* kGenerator = "tare-1";

// A list of texts and numbers without ambiguity: each text behind its length.
class Key {
public:
    Key& text(std::string_view value) {
        number(value.size());
        key_ += value;
        return *this;
    }
    Key& number(std::uint64_t value) {
        char digits[24];
        char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        *end++ = ' ';
        key_.append(digits, end);
        return *this;
    }
    Key& maybe(const std::optional<std::uint32_t>& value) {
        return value ? number(*value) : text("-");
    }
    Key& list(const std::vector<std::string>& values) {
        number(values.size());
        for (const std::string& value : values)
            text(value);
        return *this;
    }
    std::string take() { return std::move(key_); }

private:
    std::string key_;
};

} // namespace

// `flags` and `errnoRet` may be absent: written so that no other value looks alike. Of the listener
// only whether there is one matters.
std::string seccomp_key(const spec::Seccomp& seccomp) {
    Key key;
    const scmp_version* version = ::seccomp_version();
    key.text(kGenerator).number(version->major).number(version->minor).number(version->micro);
    key.number(::seccomp_arch_native()).text(seccomp.default_action);
    key.maybe(seccomp.default_errno_ret).list(seccomp.architectures);
    key.number(seccomp.flags ? 1 : 0).list(seccomp.flags.value_or(std::vector<std::string>{}));
    key.number(seccomp.listener_path.empty() ? 0 : 1).number(seccomp.syscalls.size());
    for (const spec::SeccompRule& rule : seccomp.syscalls) {
        key.list(rule.names).text(rule.action).maybe(rule.errno_ret).number(rule.args.size());
        for (const spec::SeccompArg& arg : rule.args)
            key.number(arg.index).number(arg.value).number(arg.value_two).text(arg.op);
    }
    return key.take();
}

std::string seccomp_generator() {
    return std::string(kGenerator) + "-" + seccomp_library_version() + "-"
           + std::to_string(::seccomp_arch_native());
}

std::string seccomp_library_version() {
    const scmp_version* version = ::seccomp_version();
    return std::to_string(version->major) + "." + std::to_string(version->minor) + "."
           + std::to_string(version->micro);
}

SeccompNames seccomp_names() {
    SeccompNames names = {.actions = names_of(kActions),
                          .operators = names_of(kOperators),
                          .archs = names_of(kArchitectures),
                          .flags = names_of(kFlags)};
    std::erase(names.archs, "SCMP_ARCH_NATIVE"); // libseccomp's, not one of the spec
    return names;
}

Result<SeccompProgram> compile_seccomp(const spec::Seccomp& seccomp, const std::string& origin) {
    TRY(check_flags(seccomp, origin));
    const Profile profile = TRY(plan_profile(seccomp, origin));
    const std::vector<Architecture> architectures = TRY(plan_architectures(seccomp, origin));
    SeccompProgram program;
    program.filter =
        make_seccomp_filter(seccomp::make_tables(architectures, profile), seccomp::kOther);
    program.flags = plan_flags(seccomp, profile);
    program.notify = profile.notify;
    if (program.filter.size() > kMaxInstructions)
        return invalid(origin + ": makes a filter of " + std::to_string(program.filter.size())
                       + " instructions, the kernel takes " + std::to_string(kMaxInstructions));
    return program;
}

} // namespace tare::plan
