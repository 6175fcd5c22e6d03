#include "plan/classic_bpf.h"
#include "plan/seccomp.h"
#include "tests/fuzz/bytes.h"
#include "tests/plan/seccomp_model.h"

#include <cstdlib>
#include <linux/audit.h>

// Any profile becomes a program that the kernel would take and that decides as the rules say, or an
// error; and it comes out of the cache as it went in.

namespace tare::plan {
namespace {

constexpr std::uint64_t kValues[] = {0,
                                     1,
                                     2,
                                     0x7fffffff,
                                     0xffffffff,
                                     0x100000000,
                                     0x100000001,
                                     0xffffffff00000000,
                                     ~std::uint64_t{0}};
constexpr std::uint32_t kOthers[] = {AUDIT_ARCH_I386, AUDIT_ARCH_ARM, AUDIT_ARCH_S390X};
constexpr const char* kActions[] = {"SCMP_ACT_ALLOW",        "SCMP_ACT_ERRNO", "SCMP_ACT_KILL",
                                    "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP",  "SCMP_ACT_TRACE",
                                    "SCMP_ACT_LOG",          "SCMP_ACT_NOTIFY"};

spec::SeccompArg next_arg(Bytes& bytes) {
    constexpr const char* kOps[] = {"SCMP_CMP_NE",       "SCMP_CMP_LT", "SCMP_CMP_LE",
                                    "SCMP_CMP_EQ",       "SCMP_CMP_GE", "SCMP_CMP_GT",
                                    "SCMP_CMP_MASKED_EQ"};
    return {.index = bytes.next() % 7u, // 6 is too much
            .value = bytes.pick(kValues),
            .value_two = bytes.pick(kValues),
            .op = bytes.pick(kOps)};
}

spec::SeccompRule next_rule(Bytes& bytes) {
    constexpr const char* kNames[] = {"read", "open",   "close",         "socket", "personality",
                                      "time", "clone3", "futex_requeue", "mseal",  "nosuch",
                                      "ipc",  "semop",  "sendmsg"};
    spec::SeccompRule rule{.action = bytes.pick(kActions)};
    for (unsigned count = bytes.next() % 4; count > 0; --count)
        rule.names.push_back(bytes.pick(kNames));
    for (unsigned count = bytes.next() % 4; count > 0; --count)
        rule.args.push_back(next_arg(bytes));
    if (bytes.next() % 4 == 0) rule.errno_ret = bytes.next();
    return rule;
}

spec::Seccomp next_profile(Bytes& bytes) {
    constexpr const char* kArchitectures[] = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32",
                                              "SCMP_ARCH_ARM", "SCMP_ARCH_S390X"};
    spec::Seccomp profile{.default_action = bytes.pick(kActions), .listener_path = "/run/s"};
    for (unsigned count = bytes.next() % 6; count > 0; --count)
        profile.architectures.push_back(bytes.pick(kArchitectures));
    while (!bytes.empty())
        profile.syscalls.push_back(next_rule(bytes));
    return profile;
}

void check_cache(const spec::Seccomp& profile, const SeccompProgram& program) {
    const std::string key = seccomp_key(profile);
    const auto read = read_seccomp_cache(key, write_seccomp_cache(key, program));
    if (!read || read->filter != program.filter || read->flags != program.flags) std::abort();
}

void check(const spec::Seccomp& profile, const SeccompProgram& program) {
    const SeccompModel model(profile);
    for (const int number :
         {0, 1, 2, 3, 41, 46, 64, 65, 135, 201, 435, 436, 456, 457, 462, 463, 512})
        for (const std::uint64_t value : kValues) {
            seccomp_data call = {.nr = number,
                                 .arch = AUDIT_ARCH_X86_64,
                                 .args = {value, value, 0, value, 1, value}};
            if (run_filter(program.filter, call) != model.decide(call)) std::abort();
            for (const std::uint32_t arch : kOthers) {
                call.arch = arch; // no model: but it must end with a verdict
                if (!run_filter(program.filter, call)) std::abort();
            }
        }
}

} // namespace
} // namespace tare::plan

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tare::plan;
    if (size > 2000) return 0;
    tare::Bytes bytes(data, size);
    const tare::spec::Seccomp profile = next_profile(bytes);
    const auto program = compile_seccomp(profile, "o");
    if (!program) return 0;
    check(profile, *program);
    check_cache(profile, *program);
    return 0;
}
