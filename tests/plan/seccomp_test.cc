#include "tests/plan/seccomp_support.h"

#include <sys/syscall.h>

namespace tare::plan {
namespace {

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
    EXPECT_EQ(with({.names = {"sendmsg", "write"}, .action = "SCMP_ACT_NOTIFY"}),
              "config.json#/linux/seccomp/syscalls/1/names/1: 'write' must not have "
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

} // namespace
} // namespace tare::plan
