#pragma once

#include "spec/runtime/seccomp.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <linux/seccomp.h>
#include <optional>
#include <seccomp.h>

namespace tare::plan {

// What a profile means for a call of x86_64, said as plainly as possible: the first condition that
// holds, else the first rule without any, else the default, which is ENOSYS above the newest call
// that the profile names. For profiles that compile.
class SeccompModel {
public:
    explicit SeccompModel(const spec::Seccomp& profile) : profile_(profile) {}

    std::uint32_t decide(const seccomp_data& call) const {
        const std::uint32_t otherwise = action(profile_.default_action, profile_.default_errno_ret);
        std::optional<std::uint32_t> plain;
        int newest = -1;
        for (const spec::SeccompRule& rule : profile_.syscalls)
            for (const std::string& name : rule.names) {
                newest = std::max(newest, number(name));
                if (number(name) != call.nr) continue;
                const std::uint32_t wanted = action(rule.action, rule.errno_ret);
                if (rule.args.empty() && wanted != otherwise && !plain) plain = wanted;
                if (!rule.args.empty() && holds(rule.args, call)) return wanted;
            }
        if (plain) return *plain;
        const bool permissive = otherwise >= SECCOMP_RET_TRACE && otherwise <= SECCOMP_RET_ALLOW;
        return newest >= 0 && call.nr > newest && !permissive ? SECCOMP_RET_ERRNO | ENOSYS
                                                              : otherwise;
    }

private:
    static int number(const std::string& name) {
        if (name == "mseal") return 462;
        return std::max(-1, ::seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, name.c_str()));
    }

    static std::uint32_t action(const std::string& name, std::optional<std::uint32_t> data) {
        if (name == "SCMP_ACT_ERRNO") return SECCOMP_RET_ERRNO | data.value_or(EPERM);
        if (name == "SCMP_ACT_TRACE") return SECCOMP_RET_TRACE | data.value_or(EPERM);
        if (name == "SCMP_ACT_ALLOW") return SECCOMP_RET_ALLOW;
        if (name == "SCMP_ACT_LOG") return SECCOMP_RET_LOG;
        if (name == "SCMP_ACT_TRAP") return SECCOMP_RET_TRAP;
        if (name == "SCMP_ACT_NOTIFY") return SECCOMP_RET_USER_NOTIF;
        if (name == "SCMP_ACT_KILL_PROCESS") return SECCOMP_RET_KILL_PROCESS;
        return SECCOMP_RET_KILL_THREAD;
    }

    static bool holds(const spec::SeccompArg& arg, const seccomp_data& call) {
        const std::uint64_t value = call.args[arg.index];
        if (arg.op == "SCMP_CMP_NE") return value != arg.value;
        if (arg.op == "SCMP_CMP_LT") return value < arg.value;
        if (arg.op == "SCMP_CMP_LE") return value <= arg.value;
        if (arg.op == "SCMP_CMP_EQ") return value == arg.value;
        if (arg.op == "SCMP_CMP_GE") return value >= arg.value;
        if (arg.op == "SCMP_CMP_GT") return value > arg.value;
        return (value & arg.value) == (arg.value_two & arg.value);
    }

    static bool holds(const std::vector<spec::SeccompArg>& args, const seccomp_data& call) {
        const auto one = [&](const spec::SeccompArg& arg) { return holds(arg, call); };
        bool repeated = false;
        for (const spec::SeccompArg& arg : args)
            repeated |= std::ranges::count(args, arg.index, &spec::SeccompArg::index) > 1;
        return repeated ? std::ranges::any_of(args, one) : std::ranges::all_of(args, one);
    }

    const spec::Seccomp& profile_;
};

} // namespace tare::plan
