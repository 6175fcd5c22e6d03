#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tare::spec {

enum class Status { kCreating, kCreated, kRunning, kPaused, kStopped };

std::string_view to_string(Status status); // "creating" ...

// runtime-spec, runtime.md, "State", with the members that `state` of other runtimes adds.
struct State {
    std::string oci_version;
    std::string id;
    Status status = Status::kCreating;
    std::int64_t pid = 0; // 0 when stopped
    std::string bundle;   // absolute
    std::map<std::string, std::string> annotations;
    // Not of the spec: as runc prints them. Absent ones are not written.
    std::string rootfs;
    std::string created; // RFC 3339 with nanoseconds
    std::optional<std::string> owner;
    bool operator==(const State&) const = default;
};

Result<State> read_state(std::string_view text, std::string_view file_name);

// What hooks get on stdin and `state` prints; one line without `indent`, two spaces with it.
std::string write_state(const State& state, bool indent = false);

} // namespace tare::spec
