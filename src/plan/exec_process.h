#pragma once

#include "base/result.h"
#include "plan/process_origin.h"
#include "spec/runtime/process.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tare::plan {

// What the caller of exec says about the process. Whatever is not said is as the container's own
// process has it.
struct ExecWishes {
    std::optional<spec::Process> file; // --process FILE
    std::string file_name;             // for origins
    // The command line, which has the last word.
    std::vector<std::string> args;
    std::vector<std::string> env; // added to the others
    std::string cwd;
    std::optional<std::uint32_t> uid, gid;
    std::vector<std::uint32_t> additional_gids; // added to the others
    std::vector<std::string> capabilities;      // added: "CAP_CHOWN"
    std::string apparmor_profile, selinux_label;
    bool terminal = false, no_new_privileges = false;
};

struct ExecProcess {
    spec::Process process;
    ProcessOrigin origin;
    std::vector<std::string> warnings; // a capability of the command line that is left out
};

//   own  of the container; may be absent
// With a process file, what belongs to a process as a whole (args, env, cwd, terminal) is the
// file's alone; what confines it is inherited where the file does not say: the user, capabilities,
// noNewPrivileges, labels, limits, scheduling, umask.
// Error: no args at all.
Result<ExecProcess> choose_process(const std::optional<spec::Process>& own,
                                   const ExecWishes& wishes);

} // namespace tare::plan
