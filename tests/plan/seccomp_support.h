#pragma once

#include "plan/classic_bpf.h"
#include "plan/seccomp.h"
#include "spec/runtime/config.h"

#include <cerrno>
#include <fstream>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <sstream>

namespace tare::plan {

constexpr const char* kOrigin = "config.json#/linux/seccomp";
constexpr std::uint32_t kX32 = 0x40000000;
constexpr std::uint32_t kEnosys = SECCOMP_RET_ERRNO | ENOSYS;
constexpr std::uint32_t kEperm = SECCOMP_RET_ERRNO | EPERM;
inline const std::vector<std::string> kAllX86 = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86",
                                                 "SCMP_ARCH_X32"};

inline spec::Seccomp allow_list(const std::vector<std::string>& names) {
    return {.default_action = "SCMP_ACT_ERRNO",
            .syscalls = {{.names = names, .action = "SCMP_ACT_ALLOW"}}};
}

inline spec::Seccomp docker_profile() {
    std::stringstream text;
    text << std::ifstream("tests/data/bundles/docker-default.json").rdbuf();
    const Result<spec::Config> config = spec::read_config(text.str());
    EXPECT_TRUE(config) << config.error().text;
    return config ? config->linux_->seccomp.value() : spec::Seccomp{};
}

inline SeccompProgram compiled(const spec::Seccomp& profile) {
    Result<SeccompProgram> program = compile_seccomp(profile, kOrigin);
    EXPECT_TRUE(program) << program.error().text;
    return program ? *program : SeccompProgram{};
}

inline std::string error_of(const spec::Seccomp& profile) {
    const Result<SeccompProgram> program = compile_seccomp(profile, kOrigin);
    return program ? "(compiled)" : program.error().text;
}

inline std::uint32_t verdict(const SeccompProgram& program, std::uint32_t arch,
                             std::uint32_t number, const std::vector<std::uint64_t>& args = {}) {
    seccomp_data data = {};
    data.nr = static_cast<int>(number);
    data.arch = arch;
    std::copy(args.begin(), args.end(), data.args);
    return run_filter(program.filter, data).value_or(0xdead);
}

} // namespace tare::plan
