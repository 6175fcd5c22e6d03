#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tare::spec {

// runtime-spec, config-linux.md, "Seccomp". Names as in the config: "SCMP_ACT_ERRNO",
// "SCMP_CMP_EQ".
struct SeccompArg {
    std::uint32_t index = 0; // 0 to 5
    std::uint64_t value = 0;
    std::uint64_t value_two = 0;
    std::string op;
    bool operator==(const SeccompArg&) const = default;
};

struct SeccompRule {
    std::vector<std::string> names; // at least one
    std::string action;
    std::optional<std::uint32_t> errno_ret;
    std::vector<SeccompArg> args;
    bool operator==(const SeccompRule&) const = default;
};

struct Seccomp {
    std::string default_action;
    std::optional<std::uint32_t> default_errno_ret;
    std::vector<std::string> architectures;        // "SCMP_ARCH_X86_64"; empty is the native one
    std::optional<std::vector<std::string>> flags; // absent differs from an empty list
    std::string listener_path;
    std::string listener_metadata;
    std::vector<SeccompRule> syscalls;
    bool knows_syscalls = false; // they were hidden: read_config
    bool operator==(const Seccomp&) const = default;
};

} // namespace tare::spec
