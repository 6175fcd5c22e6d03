#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "plan/checkpoint.h"
#include "plan/exec_process.h"
#include "plan/plan.h"
#include "spec/runtime/config.h"
#include "spec/runtime/features.h"
#include "spec/runtime/resources.h"
#include "spec/runtime/state.h"

#include <string>
#include <sys/types.h>
#include <vector>

// The operations of a low-level runtime: runtime-spec, runtime.md, "Operations". The command line
// is a thin layer above; no function here prints or exits.

namespace tare::runtime {

enum class CgroupManager { kCgroupfs, kSystemd, kDisabled };

// The global options.
struct Settings {
    std::string root; // absolute; where state lives
    bool root_is_default = true;
    CgroupManager cgroup_manager = CgroupManager::kCgroupfs;
    std::string resctrl;           // where the resctrl file system is; empty: where it is mounted
    bool unit_annotations = false; // annotations may set properties of the container's unit
};

struct CreateRequest {
    std::string id;
    std::string bundle = ".";
    std::string config; // file name or path; empty: config.json in the bundle
    std::string console_socket, pidfd_socket, pid_file;
    bool no_pivot = false;
    bool no_new_keyring = false;
    unsigned preserve_fds = 0;
};

struct RunRequest {
    CreateRequest create;
    bool detach = false;
    bool keep = false;
};

struct UpdateRequest {
    std::string id;
    spec::Resources resources;                  // just the changes; absent: as it was
    std::string origin;                         // in front of a field in errors: "resources.json#"
    std::string l3_cache_schema, mem_bw_schema; // of linux.intelRdt; empty: as it was
};

// What create would do, without touching anything: reads the bundle, asks for the host's facts,
// compiles. The id need not be given.
Result<plan::Plan> plan_bundle(const Settings& settings, const CreateRequest& request);

// Leaves a container whose init waits at the start gate, or nothing at all.
Status create(const Settings& settings, const CreateRequest& request);

// Lets init go on to execve; an error of execve comes back here.
Status start(const Settings& settings, const std::string& id);

// create and start in one, without a gate; in the foreground also waits, forwards signals, relays
// the terminal, and deletes. The result is the exit status: the process's, or 128+N.
Result<int> run(const Settings& settings, const RunRequest& request);

struct ExecRequest {
    std::string id;
    std::string process_file; // --process; empty: as the container's own process, but for `wishes`
    plan::ExecWishes wishes;  // without the file's
    std::string console_socket, pidfd_socket, pid_file;
    std::string cgroup; // below the container's, which must exist; empty: that of its init
    unsigned preserve_fds = 0;
    bool detach = false;
    bool ignore_paused = false;
};

// One more process in a container that is created or running. In the foreground also waits,
// forwards signals and relays the terminal. The result is the exit status: the process's, or 128+N;
// 0 with `detach`, when the process runs.
Result<int> exec(const Settings& settings, const ExecRequest& request);

// Status is derived from the kernel, never from a stored word alone.
Result<spec::State> state(const Settings& settings, const std::string& id);

// Containers that can be read, sorted by id; those that vanish meanwhile are left out.
Result<std::vector<spec::State>> list(const Settings& settings);

Status kill(const Settings& settings, const std::string& id, int signal, bool all);

// Stops every process of a created or running container until `resume`: all of them or none.
// Errors: "container not running", "container not paused", and a container without a cgroup.
Status pause(const Settings& settings, const std::string& id);
Status resume(const Settings& settings, const std::string& id);

// Changes limits of a container that is not stopped: all that are asked for, or none. They are kept
// for later updates. Device rules never change.
Status update(const Settings& settings, const UpdateRequest& request);

struct MountsRequest {
    std::string id;
    spec::MountList list; // for remove only the destinations count
};

// Mounts for a container that is created or running: all of them, or none. They are not part of its
// configuration: whoever restarts it does not have them. Removing takes what is mounted on each
// destination, with everything below it.
Status add_mounts(const Settings& settings, const MountsRequest& request);
Status remove_mounts(const Settings& settings, const MountsRequest& request);

// All processes of a container, sorted, in our pid namespace; none when it has stopped.
Result<std::vector<pid_t>> processes(const Settings& settings, const std::string& id);

// Also cleans what a creator that was killed left behind (`force`).
Status remove(const Settings& settings, const std::string& id, bool force);

struct CheckpointRequest {
    std::string id;
    std::string image_path; // made if missing
    std::string work_path;  // where the log goes; empty: beside the images
    plan::CheckpointFlags flags;
    int status_fd = -1; // gets one zero byte when the server of lazy pages is ready
};

// Writes the state of all processes of a container into images, through CRIU. Afterwards the
// container has stopped, unless it was a pre-dump or is left running. Errors come with what CRIU's
// log says; the container then runs on.
Status checkpoint(const Settings& settings, const CheckpointRequest& request);

struct RestoreRequest {
    CreateRequest create; // no gate, no preserved descriptors
    bool detach = false;
    std::string image_path, work_path;
    plan::RestoreFlags flags;
};

// Makes a container whose processes go on where the images left them. A stopped container of that
// id is replaced when a checkpoint stopped it. The result is as that of run().
Result<int> restore(const Settings& settings, const RestoreRequest& request);

// What the runtime and this host can do.
spec::Features features();

} // namespace tare::runtime
