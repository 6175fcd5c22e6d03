#include "plan/seccomp.h"

#include "spec/runtime/config.h"
#include "tests/plan/classic_bpf.h"

#include <cerrno>
#include <fstream>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <random>
#include <seccomp.h>
#include <sstream>
#include <sys/mman.h>
#include <sys/syscall.h>

// The model is libseccomp: what its own generator makes of the same rules.

namespace tare::plan {
namespace {

constexpr const char* kOrigin = "config.json#/linux/seccomp";
constexpr std::uint32_t kX32 = 0x40000000;
constexpr std::uint32_t kEnosys = SECCOMP_RET_ERRNO | ENOSYS;
constexpr std::uint32_t kEperm = SECCOMP_RET_ERRNO | EPERM;
const std::vector<std::string> kAllX86 = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"};

spec::Seccomp allow_list(const std::vector<std::string>& names) {
    return {.default_action = "SCMP_ACT_ERRNO",
            .syscalls = {{.names = names, .action = "SCMP_ACT_ALLOW"}}};
}

spec::Seccomp docker_profile() {
    std::stringstream text;
    text << std::ifstream("tests/data/bundles/docker-default.json").rdbuf();
    const Result<spec::Config> config = spec::read_config(text.str());
    EXPECT_TRUE(config) << config.error().text;
    return config ? config->linux_->seccomp.value() : spec::Seccomp{};
}

SeccompProgram compiled(const spec::Seccomp& profile) {
    Result<SeccompProgram> program = compile_seccomp(profile, kOrigin);
    EXPECT_TRUE(program) << program.error().text;
    return program ? *program : SeccompProgram{};
}

std::string error_of(const spec::Seccomp& profile) {
    const Result<SeccompProgram> program = compile_seccomp(profile, kOrigin);
    return program ? "(compiled)" : program.error().text;
}

std::uint32_t verdict(const SeccompProgram& program, std::uint32_t arch, std::uint32_t number,
                      const std::vector<std::uint64_t>& args = {}) {
    seccomp_data data = {};
    data.nr = static_cast<int>(number);
    data.arch = arch;
    std::copy(args.begin(), args.end(), data.args);
    return run_filter(program.filter, data).value_or(0xdead);
}

// ---- The model

struct Filter {
    scmp_filter_ctx context;
    explicit Filter(std::uint32_t action) : context(::seccomp_init(action)) {}
    ~Filter() { ::seccomp_release(context); }
};

std::uint32_t model_action(const std::string& name, std::optional<std::uint32_t> data) {
    if (name == "SCMP_ACT_ERRNO") return SCMP_ACT_ERRNO(data.value_or(EPERM));
    if (name == "SCMP_ACT_TRACE") return SCMP_ACT_TRACE(data.value_or(EPERM));
    if (name == "SCMP_ACT_ALLOW") return SCMP_ACT_ALLOW;
    if (name == "SCMP_ACT_LOG") return SCMP_ACT_LOG;
    if (name == "SCMP_ACT_TRAP") return SCMP_ACT_TRAP;
    if (name == "SCMP_ACT_KILL_PROCESS") return SCMP_ACT_KILL_PROCESS;
    return SCMP_ACT_KILL;
}

scmp_compare model_compare(const std::string& op) {
    const char* names[] = {"NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"};
    for (int i = 0; i < 7; ++i)
        if (op == std::string("SCMP_CMP_") + names[i]) return static_cast<scmp_compare>(i + 1);
    return _SCMP_CMP_MAX;
}

// Returns false where libseccomp refuses the combination of rules.
bool add_rule(scmp_filter_ctx context, const spec::SeccompRule& rule, const std::string& name) {
    const int number = ::seccomp_syscall_resolve_name(name.c_str());
    if (number == __NR_SCMP_ERROR) return true;
    std::vector<scmp_arg_cmp> args;
    for (const spec::SeccompArg& arg : rule.args)
        args.push_back({arg.index, model_compare(arg.op), arg.value, arg.value_two});
    return ::seccomp_rule_add_array(context, model_action(rule.action, rule.errno_ret), number,
                                    static_cast<unsigned>(args.size()), args.data())
           == 0;
}

std::optional<SeccompProgram> model(const spec::Seccomp& profile) {
    Filter filter(model_action(profile.default_action, profile.default_errno_ret));
    for (const std::string& name : profile.architectures) {
        std::string lower = name.substr(10);
        std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
        ::seccomp_arch_add(filter.context, ::seccomp_arch_resolve_name(lower.c_str()));
    }
    for (const spec::SeccompRule& rule : profile.syscalls)
        for (const std::string& name : rule.names)
            if (!add_rule(filter.context, rule, name)) return std::nullopt;
    const int fd = ::memfd_create("filter", MFD_CLOEXEC);
    ::seccomp_export_bpf(filter.context, fd);
    SeccompProgram program;
    program.filter.resize(static_cast<std::size_t>(::lseek(fd, 0, SEEK_END)) / 8);
    (void)!::pread(fd, program.filter.data(), program.filter.size() * 8, 0);
    ::close(fd);
    return program;
}

// Every call number, with arguments around the borders that rules have.
void expect_same(const SeccompProgram& ours, const SeccompProgram& theirs, std::uint32_t arch,
                 std::uint32_t first, std::uint32_t last,
                 const std::vector<std::uint64_t>& values) {
    for (std::uint32_t number = first; number <= last; ++number)
        for (const std::uint64_t value : values)
            for (const std::vector<std::uint64_t>& args :
                 {std::vector<std::uint64_t>(6, value), {value, 0, value, 0, value, 0}})
                ASSERT_EQ(verdict(ours, arch, number, args), verdict(theirs, arch, number, args))
                    << "arch " << std::hex << arch << " call " << std::dec << number << " args "
                    << value;
}

const std::vector<std::uint64_t> kDockerValues = {
    0,      1,      8,          38,      39,         40,          41,
    131072, 131080, 0x7e020000, 0x10000, 0xffffffff, 0x100000026, 0xffffffff00000000,
    ~0ull};

TEST(CompileSeccomp, DecidesDockersProfileAsLibseccompDoes) {
    const spec::Seccomp profile = docker_profile();
    const SeccompProgram ours = compiled(profile);
    const std::optional<SeccompProgram> theirs = model(profile);
    ASSERT_TRUE(theirs);
    expect_same(ours, *theirs, AUDIT_ARCH_X86_64, 0, 456, kDockerValues);
    expect_same(ours, *theirs, AUDIT_ARCH_I386, 0, 456, kDockerValues);
    expect_same(ours, *theirs, AUDIT_ARCH_X86_64, kX32, kX32 + 456, kDockerValues);
    expect_same(ours, *theirs, AUDIT_ARCH_X86_64, kX32 + 512, kX32 + 547, kDockerValues);
    EXPECT_EQ(verdict(ours, AUDIT_ARCH_AARCH64, 63), SECCOMP_RET_KILL_THREAD);
}

// The kernel's time for a filter grows with its length, and its bitmap takes a run of each call.
TEST(CompileSeccomp, KeepsDockersProfileShort) {
    const SeccompProgram program = compiled(docker_profile());
    EXPECT_LE(program.filter.size(), 360u);
    std::size_t longest = 0;
    for (int number = 0; number < 460; ++number) {
        std::size_t steps = 0;
        run_filter(program.filter, {.nr = number, .arch = AUDIT_ARCH_X86_64}, &steps);
        longest = std::max(longest, steps);
    }
    EXPECT_LE(longest, 16u);
}

// ---- Random profiles

spec::SeccompRule random_rule(std::mt19937& random, const std::vector<std::string>& names,
                              const std::string& action) {
    spec::SeccompRule rule{.names = names, .action = action};
    constexpr const char* kOps[] = {"NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"};
    constexpr std::uint64_t kValues[] = {
        0, 1, 5, 0x7fffffff, 0xffffffff, 0x100000000, 0x100000005, 0xffffffff00000000, ~0ull};
    const auto count = static_cast<unsigned>(random() % 3);
    for (unsigned index = 0; index < count; ++index)
        rule.args.push_back({.index = index * 2 + static_cast<unsigned>(random() % 2),
                             .value = kValues[random() % 9],
                             .value_two = kValues[random() % 9],
                             .op = std::string("SCMP_CMP_") + kOps[random() % 7]});
    return rule;
}

// Only calls below the profile's newest one: above it the two differ on purpose.
spec::Seccomp random_profile(std::mt19937& random) {
    constexpr const char* kDefaults[] = {"SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW", "SCMP_ACT_KILL"};
    constexpr const char* kActions[] = {"SCMP_ACT_TRAP", "SCMP_ACT_LOG", "SCMP_ACT_KILL_PROCESS"};
    spec::Seccomp profile{.default_action = kDefaults[random() % 3], .architectures = kAllX86};
    for (int number = 0; number < 456; number += 1 + static_cast<int>(random() % 9)) {
        char* name = ::seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, number);
        if (name != nullptr)
            profile.syscalls.push_back(random_rule(random, {name}, kActions[random() % 3]));
        std::free(name);
    }
    profile.syscalls.push_back({.names = {"futex_requeue"}, .action = "SCMP_ACT_LOG"});
    return profile;
}

TEST(CompileSeccomp, DecidesRandomProfilesAsLibseccompDoes) {
    const std::vector<std::uint64_t> values = {
        0, 1, 4, 5, 6, 0x7fffffff, 0xffffffff, 0x100000000, 0x100000005, 0xffffffff00000000, ~0ull};
    std::mt19937 random(7);
    for (int round = 0; round < 6; ++round) {
        const spec::Seccomp profile = random_profile(random);
        const std::optional<SeccompProgram> theirs = model(profile);
        ASSERT_TRUE(theirs);
        const SeccompProgram ours = compiled(profile);
        expect_same(ours, *theirs, AUDIT_ARCH_X86_64, 0, 456, values);
        expect_same(ours, *theirs, AUDIT_ARCH_X86_64, kX32, kX32 + 456, values);
        expect_same(ours, *theirs, AUDIT_ARCH_I386, 0, 101, values); // 102 is socketcall: see below
        expect_same(ours, *theirs, AUDIT_ARCH_I386, 103, 116, values);
        expect_same(ours, *theirs, AUDIT_ARCH_I386, 118, 456, values); // 117 is ipc
    }
}

// ---- Newer calls

TEST(CompileSeccomp, AnswersNewerCallsWithEnosys) {
    spec::Seccomp profile = allow_list({"read", "clone3"}); // 435 everywhere
    profile.architectures = kAllX86;
    profile.default_errno_ret = EACCES;
    const SeccompProgram program = compiled(profile);
    constexpr std::uint32_t kEacces = SECCOMP_RET_ERRNO | EACCES;
    for (const std::uint32_t arch : std::vector<std::uint32_t>{AUDIT_ARCH_X86_64, AUDIT_ARCH_I386})
        for (const std::uint32_t first : {0u, arch == AUDIT_ARCH_X86_64 ? kX32 : 0u}) {
            EXPECT_EQ(verdict(program, arch, first + 435), SECCOMP_RET_ALLOW);
            EXPECT_EQ(verdict(program, arch, first + 434), kEacces);
            EXPECT_EQ(verdict(program, arch, first + 436), kEnosys);
            EXPECT_EQ(verdict(program, arch, first + 500), kEnosys);
            EXPECT_EQ(verdict(program, arch, first + 548), kEnosys);
        }
    EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, 520), kEnosys);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, kX32 + 520), kEacces); // execve, not new at all
    EXPECT_EQ(verdict(program, AUDIT_ARCH_I386, ~0u), kEnosys);
}

TEST(CompileSeccomp, LeavesNewerCallsToPermissiveDefaults) {
    for (const char* action : {"SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"}) {
        const SeccompProgram program = compiled(
            {.default_action = action,
             .syscalls = {{.names = {"clone3"}, .action = "SCMP_ACT_ERRNO", .errno_ret = 38}}});
        EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, 500), verdict(program, AUDIT_ARCH_X86_64, 0));
        EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, 435), kEnosys);
    }
    const SeccompProgram empty = compiled({.default_action = "SCMP_ACT_ERRNO"});
    EXPECT_EQ(verdict(empty, AUDIT_ARCH_X86_64, 500), kEperm);
    const SeccompProgram kills =
        compiled({.default_action = "SCMP_ACT_KILL_PROCESS",
                  .syscalls = {{.names = {"read"}, .action = "SCMP_ACT_ALLOW"}}});
    EXPECT_EQ(verdict(kills, AUDIT_ARCH_X86_64, 1), kEnosys);
}

TEST(CompileSeccomp, KnowsCallsThatTheLibraryDoesNot) {
    spec::Seccomp profile = allow_list({"mseal"});
    profile.architectures = kAllX86;
    const SeccompProgram program = compiled(profile);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, 462), SECCOMP_RET_ALLOW);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, kX32 + 462), SECCOMP_RET_ALLOW);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_I386, 462), SECCOMP_RET_ALLOW);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_I386, 461), kEperm);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_I386, 463), kEnosys);
}

// ---- Architectures

TEST(CompileSeccomp, KillsWhatIsNotListed) {
    const SeccompProgram native = compiled(allow_list({"read", "futex_requeue"}));
    EXPECT_EQ(verdict(native, AUDIT_ARCH_X86_64, 0), SECCOMP_RET_ALLOW);
    EXPECT_EQ(verdict(native, AUDIT_ARCH_X86_64, kX32), SECCOMP_RET_KILL_THREAD);
    EXPECT_EQ(verdict(native, AUDIT_ARCH_I386, 3), SECCOMP_RET_KILL_THREAD);

    spec::Seccomp profile = allow_list({"read", "futex_requeue"});
    profile.architectures = {"SCMP_ARCH_X32", "SCMP_ARCH_NATIVE"};
    const SeccompProgram with_x32 = compiled(profile);
    EXPECT_EQ(verdict(with_x32, AUDIT_ARCH_X86_64, 0), SECCOMP_RET_ALLOW);
    EXPECT_EQ(verdict(with_x32, AUDIT_ARCH_X86_64, kX32), SECCOMP_RET_ALLOW);
    EXPECT_EQ(verdict(with_x32, AUDIT_ARCH_I386, 3), SECCOMP_RET_KILL_THREAD);
}

TEST(CompileSeccomp, NumbersCallsByTheirArchitecture) {
    spec::Seccomp profile = allow_list({"read", "openat", "open", "futex_requeue"});
    profile.architectures = {"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_RISCV64"};
    const SeccompProgram program = compiled(profile);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_AARCH64, 63), SECCOMP_RET_ALLOW); // read
    EXPECT_EQ(verdict(program, AUDIT_ARCH_AARCH64, 56), SECCOMP_RET_ALLOW); // openat
    EXPECT_EQ(verdict(program, AUDIT_ARCH_AARCH64, 5), kEperm);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_AARCH64, 457), kEnosys);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_RISCV64, 63), SECCOMP_RET_ALLOW);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_ARM, 5), SECCOMP_RET_ALLOW); // open
    EXPECT_EQ(verdict(program, AUDIT_ARCH_ARM, 457), kEnosys);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_ARM, 0xf0005), kEperm); // set_tls is not new
}

// i386 can make these calls in two ways.
TEST(CompileSeccomp, SeesThroughSocketcallAndIpc) {
    spec::Seccomp profile = allow_list({"socket", "semop", "futex_requeue"});
    profile.architectures = {"SCMP_ARCH_X86"};
    const SeccompProgram program = compiled(profile);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_I386, 359), SECCOMP_RET_ALLOW);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_I386, 102, {1}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_I386, 102, {2}), kEperm);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_I386, 117, {1}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_I386, 117, {2}), kEperm);
}

// What a filter cannot look into is refused rather than let through.
TEST(CompileSeccomp, RestrictsMultiplexedCallsWhateverTheirArguments) {
    const spec::SeccompRule any{.names = {"socket"}, .action = "SCMP_ACT_ALLOW"};
    const spec::SeccompRule all{.names = {"socketcall"}, .action = "SCMP_ACT_ALLOW"};
    const auto some = [](const char* action) {
        return spec::SeccompRule{.names = {"socket"},
                                 .action = action,
                                 .args = {{.index = 0, .value = 40, .op = "SCMP_CMP_EQ"}}};
    };
    const auto decide = [](const char* otherwise, const std::vector<spec::SeccompRule>& rules) {
        return verdict(compiled({.default_action = otherwise,
                                 .architectures = {"SCMP_ARCH_X86"},
                                 .syscalls = rules}),
                       AUDIT_ARCH_I386, 102, {1});
    };
    EXPECT_EQ(decide("SCMP_ACT_ALLOW", {some("SCMP_ACT_ERRNO")}), kEperm);
    EXPECT_EQ(decide("SCMP_ACT_ERRNO", {any, some("SCMP_ACT_ERRNO")}), kEperm);
    EXPECT_EQ(decide("SCMP_ACT_ERRNO", {some("SCMP_ACT_ALLOW")}), kEperm);
    EXPECT_EQ(decide("SCMP_ACT_ERRNO", {some("SCMP_ACT_ALLOW"), all}), SECCOMP_RET_ALLOW);
}

// ---- Several rules for a call

TEST(CompileSeccomp, TakesARepeatedIndexAsAlternatives) {
    const SeccompProgram program =
        compiled({.default_action = "SCMP_ACT_ERRNO",
                  .syscalls = {{.names = {"personality"},
                                .action = "SCMP_ACT_ALLOW",
                                .args = {{.index = 0, .value = 0, .op = "SCMP_CMP_EQ"},
                                         {.index = 0, .value = 8, .op = "SCMP_CMP_EQ"},
                                         {.index = 1, .value = 3, .op = "SCMP_CMP_EQ"}}}}});
    EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, SYS_personality, {0, 0}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, SYS_personality, {8, 0}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, SYS_personality, {9, 3}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, SYS_personality, {9, 0}), kEperm);
}

TEST(CompileSeccomp, PutsConditionsBeforeTheRest) {
    const spec::SeccompRule any{.names = {"socket"}, .action = "SCMP_ACT_ALLOW"};
    const spec::SeccompRule one{.names = {"socket"},
                                .action = "SCMP_ACT_ERRNO",
                                .errno_ret = EAFNOSUPPORT,
                                .args = {{.index = 0, .value = 40, .op = "SCMP_CMP_EQ"}}};
    for (const auto& rules : {std::vector{any, one}, {one, any}}) {
        const SeccompProgram program =
            compiled({.default_action = "SCMP_ACT_ERRNO", .syscalls = rules});
        EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, SYS_socket, {40}),
                  SECCOMP_RET_ERRNO | EAFNOSUPPORT);
        EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, SYS_socket, {2}), SECCOMP_RET_ALLOW);
    }
}

TEST(CompileSeccomp, LetsTheFirstOfEqualRulesWin) {
    const SeccompProgram program =
        compiled({.default_action = "SCMP_ACT_ERRNO",
                  .syscalls = {{.names = {"read"}, .action = "SCMP_ACT_ERRNO"}, // the default
                               {.names = {"read"}, .action = "SCMP_ACT_LOG"},
                               {.names = {"read"}, .action = "SCMP_ACT_ALLOW"}}});
    EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, SYS_read), SECCOMP_RET_LOG);
}

TEST(CompileSeccomp, IgnoresNamesItDoesNotKnow) {
    const SeccompProgram program = compiled(allow_list({"read", "nosuchcall", "socketcall", ""}));
    EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, SYS_read), SECCOMP_RET_ALLOW);
}

// ---- Actions and flags

TEST(CompileSeccomp, KnowsEveryAction) {
    const struct {
        const char* name;
        std::uint32_t value;
    } actions[] = {{"SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD},
                   {"SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD},
                   {"SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS},
                   {"SCMP_ACT_TRAP", SECCOMP_RET_TRAP},
                   {"SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO | 7},
                   {"SCMP_ACT_TRACE", SECCOMP_RET_TRACE | 7},
                   {"SCMP_ACT_LOG", SECCOMP_RET_LOG},
                   {"SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW},
                   {"SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF}};
    for (const auto& action : actions) {
        const SeccompProgram program =
            compiled({.default_action = "SCMP_ACT_ERRNO",
                      .listener_path = "/run/agent.sock",
                      .syscalls = {{.names = {"mkdir"}, .action = action.name, .errno_ret = 7}}});
        EXPECT_EQ(verdict(program, AUDIT_ARCH_X86_64, SYS_mkdir), action.value) << action.name;
        EXPECT_EQ(program.notify, action.value == SECCOMP_RET_USER_NOTIF);
    }
    const SeccompProgram trace = compiled({.default_action = "SCMP_ACT_TRACE"});
    EXPECT_EQ(verdict(trace, AUDIT_ARCH_X86_64, 0), SECCOMP_RET_TRACE | EPERM);
}

TEST(CompileSeccomp, TurnsFlagsIntoBits) {
    spec::Seccomp profile = allow_list({"read"});
    EXPECT_EQ(compiled(profile).flags, SECCOMP_FILTER_FLAG_SPEC_ALLOW);
    profile.flags.emplace();
    EXPECT_EQ(compiled(profile).flags, 0u);
    profile.flags = {"SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC",
                     "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"};
    EXPECT_EQ(compiled(profile).flags, SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_TSYNC);
    profile.syscalls.push_back({.names = {"mkdir"}, .action = "SCMP_ACT_NOTIFY"});
    profile.listener_path = "/run/agent.sock";
    EXPECT_EQ(compiled(profile).flags, SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_TSYNC
                                           | SECCOMP_FILTER_FLAG_TSYNC_ESRCH
                                           | SECCOMP_FILTER_FLAG_NEW_LISTENER | 1u << 5);
}

// ---- Errors

TEST(CompileSeccomp, RefusesWhatItCannotKeep) {
    EXPECT_EQ(error_of({.default_action = "SCMP_ACT_NOTIFY"}),
              "config.json#/linux/seccomp/defaultAction: must not be SCMP_ACT_NOTIFY: the listener "
              "could not be handed over");
    EXPECT_EQ(error_of({.default_action = "ALLOW"}),
              "config.json#/linux/seccomp/defaultAction: unknown action 'ALLOW'");
    EXPECT_EQ(error_of({.default_action = "SCMP_ACT_ERRNO", .default_errno_ret = 4096}),
              "config.json#/linux/seccomp/defaultErrnoRet: must be at most 4095 with "
              "SCMP_ACT_ERRNO, got 4096");
    EXPECT_EQ(error_of({.default_action = "SCMP_ACT_ALLOW", .architectures = {"x86"}}),
              "config.json#/linux/seccomp/architectures/0: unknown architecture 'x86'");
    EXPECT_EQ(error_of({.default_action = "SCMP_ACT_ALLOW", .flags = {{"LOG"}}}),
              "config.json#/linux/seccomp/flags/0: unknown flag 'LOG'");
}

TEST(CompileSeccomp, NamesTheRuleThatItRefuses) {
    const auto with = [](const spec::SeccompRule& rule, const char* listener = "/run/s") {
        return error_of({.default_action = "SCMP_ACT_ALLOW",
                         .listener_path = listener,
                         .syscalls = {{.names = {"read"}, .action = "SCMP_ACT_LOG"}, rule}});
    };
    EXPECT_EQ(with({.names = {"mkdir"}, .action = "SCMP_ACT_NOTIFY"}, ""),
              "config.json#/linux/seccomp/listenerPath: is required, because syscalls/1 has "
              "SCMP_ACT_NOTIFY");
    EXPECT_EQ(with({.names = {"mkdir", "sendmsg"}, .action = "SCMP_ACT_NOTIFY"}),
              "config.json#/linux/seccomp/syscalls/1/names/1: 'sendmsg' must not have "
              "SCMP_ACT_NOTIFY: the listener could not be handed over without it");
    EXPECT_EQ(with({.names = {"mkdir"}, .action = "SCMP_ACT_TRACE", .errno_ret = 65536}),
              "config.json#/linux/seccomp/syscalls/1/errnoRet: must be at most 65535 with "
              "SCMP_ACT_TRACE, got 65536");
    EXPECT_EQ(with({.names = {"mkdir"},
                    .action = "SCMP_ACT_LOG",
                    .args = {{.index = 6, .op = "SCMP_CMP_EQ"}}}),
              "config.json#/linux/seccomp/syscalls/1/args/0/index: must be at most 5, got 6");
    EXPECT_EQ(with({.names = {"mkdir"}, .action = "SCMP_ACT_LOG", .args = {{.op = "=="}}}),
              "config.json#/linux/seccomp/syscalls/1/args/0/op: unknown operator '=='");
}

TEST(CompileSeccomp, RefusesAFilterThatTheKernelWouldNotTake) {
    spec::Seccomp profile{.default_action = "SCMP_ACT_ERRNO"};
    for (std::uint64_t value = 0; value < 2000; ++value)
        profile.syscalls.push_back({.names = {"ioctl"},
                                    .action = "SCMP_ACT_ALLOW",
                                    .args = {{.index = 1, .value = value, .op = "SCMP_CMP_EQ"}}});
    const std::string error = error_of(profile);
    EXPECT_TRUE(error.starts_with("config.json#/linux/seccomp: makes a filter of ")) << error;
    EXPECT_TRUE(error.ends_with(" instructions, the kernel takes 4096")) << error;
}

// ---- The cache

TEST(SeccompKey, DiffersWithEverythingThatTheProgramDependsOn) {
    const spec::Seccomp base = docker_profile();
    const auto changed = [&](auto change) {
        spec::Seccomp profile = base;
        change(profile);
        return seccomp_key(profile);
    };
    EXPECT_EQ(seccomp_key(base), changed([](auto& p) { p.listener_metadata = "x"; }));
    const std::vector<std::string> keys = {
        seccomp_key(base),
        changed([](auto& p) { p.default_action = "SCMP_ACT_KILL"; }),
        changed([](auto& p) { p.default_errno_ret.reset(); }),
        changed([](auto& p) { p.flags.emplace(); }),
        changed([](auto& p) { p.flags = {"SECCOMP_FILTER_FLAG_LOG"}; }),
        changed([](auto& p) { p.architectures.pop_back(); }),
        changed([](auto& p) { p.syscalls.pop_back(); }),
        changed([](auto& p) { p.syscalls[0].names.pop_back(); }),
        changed([](auto& p) { p.syscalls[0].errno_ret = 1; }),
        changed([](auto& p) { p.syscalls[2].args[0].value = 1; }),
        changed([](auto& p) { p.listener_path = "/run/s"; })};
    for (std::size_t i = 0; i < keys.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            EXPECT_NE(keys[i], keys[j]) << i << " " << j;
}

TEST(SeccompCache, GivesBackWhatWasWritten) {
    const SeccompProgram program{.filter = {1, 2, 3}, .flags = 6, .notify = true};
    const std::string file = write_seccomp_cache("key", program);
    const std::optional<SeccompProgram> read = read_seccomp_cache("key", file);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->filter, program.filter);
    EXPECT_EQ(read->flags, 6u);
    EXPECT_TRUE(read->notify);
    EXPECT_FALSE(read_seccomp_cache("kez", file));
    EXPECT_FALSE(read_seccomp_cache("ke", file));
}

TEST(SeccompCache, RefusesEveryDamage) {
    const std::string file = write_seccomp_cache("key", {.filter = {1, 2, 3}});
    for (std::size_t i = 0; i < file.size(); ++i) {
        std::string damaged = file;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
        EXPECT_FALSE(read_seccomp_cache("key", damaged)) << i;
        EXPECT_FALSE(read_seccomp_cache("key", file.substr(0, i))) << i;
    }
    EXPECT_FALSE(read_seccomp_cache("key", file + "x"));
}

} // namespace
} // namespace tare::plan
