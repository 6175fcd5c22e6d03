#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tare::spec {

// runtime-spec, config.md, "POSIX-platform Hooks".
struct Hook {
    std::string path; // absolute
    std::vector<std::string> args;
    std::optional<std::vector<std::string>> env; // absent: whoever runs it decides
    std::optional<std::int32_t> timeout;         // seconds, more than 0
    bool operator==(const Hook&) const = default;
};

struct Hooks {
    std::vector<Hook> prestart; // deprecated, still sent by engines
    std::vector<Hook> create_runtime;
    std::vector<Hook> create_container;
    std::vector<Hook> start_container;
    std::vector<Hook> poststart;
    std::vector<Hook> poststop;
    bool operator==(const Hooks&) const = default;
};

} // namespace tare::spec
