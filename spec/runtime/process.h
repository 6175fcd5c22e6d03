#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// runtime-spec, config.md, "Process" and "Linux Process". Field names are the spec's own, in
// snake_case; an absent string or list is empty, because the spec gives an empty one no meaning of
// its own; where absence differs from a value the member is optional.

namespace tare::spec {

struct ConsoleSize {
    std::uint32_t height = 0; // in characters
    std::uint32_t width = 0;
    bool operator==(const ConsoleSize&) const = default;
};

struct User {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::optional<std::uint32_t> umask; // 0 to 0777
    std::vector<std::uint32_t> additional_gids;
    bool operator==(const User&) const = default;
};

// Names as in the config ("CAP_CHOWN"), upper case; unknown ones are kept for the warning.
struct Capabilities {
    std::vector<std::string> bounding;
    std::vector<std::string> effective;
    std::vector<std::string> inheritable;
    std::vector<std::string> permitted;
    std::vector<std::string> ambient;
    bool operator==(const Capabilities&) const = default;
};

struct Rlimit {
    std::string type; // "RLIMIT_NOFILE"
    std::uint64_t soft = 0;
    std::uint64_t hard = 0;
    bool operator==(const Rlimit&) const = default;
};

struct Scheduler {
    std::string policy; // "SCHED_OTHER" ...
    std::int32_t nice = 0;
    std::int32_t priority = 0;
    std::vector<std::string> flags; // "SCHED_FLAG_RESET_ON_FORK" ...
    std::uint64_t runtime = 0;      // ns, SCHED_DEADLINE
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
    bool operator==(const Scheduler&) const = default;
};

struct IoPriority {
    std::string class_; // "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"
    std::int32_t priority = 0;
    bool operator==(const IoPriority&) const = default;
};

struct ExecCpuAffinity {
    std::string initial; // cpu list: "0-3,7"
    std::string final_;
    bool operator==(const ExecCpuAffinity&) const = default;
};

struct Process {
    bool terminal = false;
    std::optional<ConsoleSize> console_size;
    User user;
    bool has_user = true; // else `user` is 0:0, or whatever `exec` takes it from
    std::vector<std::string> args;
    std::vector<std::string> env; // "NAME=value"
    std::string cwd;
    std::optional<Capabilities> capabilities;
    std::vector<Rlimit> rlimits;
    std::optional<bool> no_new_privileges; // `exec` inherits an absent one
    std::string apparmor_profile;
    std::optional<std::int32_t> oom_score_adj;
    std::optional<Scheduler> scheduler;
    std::string selinux_label;
    std::optional<IoPriority> io_priority;
    std::optional<ExecCpuAffinity> exec_cpu_affinity;
    bool operator==(const Process&) const = default;
};

} // namespace tare::spec
