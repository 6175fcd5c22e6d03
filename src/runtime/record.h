#pragma once

#include "base/result.h"
#include "spec/runtime/state.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace tare::runtime {

// A process that cannot be mistaken for a later one with the same pid.
struct ProcessId {
    pid_t pid = 0;                // 0: none yet
    std::uint64_t start_time = 0; // as in sys::ProcessStat
    std::uint64_t number = 0;     // sys::unique_number; 0: the kernel has none
    bool operator==(const ProcessId&) const = default;
};

// Its directories in a resctrl file system, absolute.
struct ResctrlGroups {
    std::string group;       // the class of service; empty: none
    std::string monitoring;  // empty: none
    bool owns_group = false; // nobody else's: goes with the container
    bool operator==(const ResctrlGroups&) const = default;
};

// What a container's state directory remembers, in record.json. It is written before the first
// kernel object is made, and says where each of them will be: so whoever finds it after its writer
// was killed can clean up. What changes by itself (the status) is never in it.
struct Record {
    std::string oci_version, id;
    std::string bundle;  // absolute
    std::string rootfs;  // absolute
    std::string created; // RFC 3339 with nanoseconds
    std::map<std::string, std::string> annotations;
    uid_t owner = 0;
    std::string boot_id; // pids of another boot mean nothing

    ProcessId init; // none until it was cloned
    // Init has done everything but the execve. Where there is a gate, its name says so instead.
    bool ready = false;
    bool has_gate = false;   // init waits for `start` after it is ready
    std::uint64_t steps = 0; // of init's plan: `start` compiles it again to explain a failure

    std::string cgroup; // its directory on the host; empty: none of ours
    std::string unit;   // of systemd, whose cgroup that is; empty: nobody's
    ResctrlGroups resctrl;
    bool has_process = true;     // without `process` in the config, `start` fails
    bool has_hooks = false;      // poststart or poststop ones, in config.json
    bool no_new_keyring = false; // --no-new-keyring: exec makes none either
    bool shares_pids = false;    // no new pid namespace: killing init does not kill the rest
    // Plan::may_trace, of the config; has_tracer() knows of processes that were added
    bool may_trace = true;
    // What standard input, output and error were at create, where a checkpoint has to know: as CRIU
    // calls it, "pipe:[4711]", "file[1a:2b3c]"; else "".
    std::vector<std::string> stdio;
    std::optional<std::uint64_t> mount_below; // without a mount namespace: what the root lay on
    bool operator==(const Record&) const = default;
};

constexpr const char* kRecordName = "record.json";

std::string write_record(const Record& record);

//   file_name  stands in front of every error
Result<Record> read_record(std::string_view text, std::string_view file_name);

// The state as `state` prints it and hooks read it. Without the owner's name, which
// costs a look into /etc/passwd: hooks do not need it.
spec::State state_of(const Record& record, spec::Status status);

} // namespace tare::runtime
