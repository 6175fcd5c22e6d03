#include "tests/plan/seccomp_support.h"

#include <random>
#include <seccomp.h>
#include <sys/mman.h>

// The model is libseccomp: what its own generator makes of the same rules.

namespace tare::plan {
namespace {

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

} // namespace
} // namespace tare::plan
