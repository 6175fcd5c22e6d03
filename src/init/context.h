#pragma once

#include "init/plan_reader.h"
#include "init/status.h"

namespace tare::init {

// The directory that the last step worked in, so that a row of steps in /dev opens it once. Any new
// mount forgets it.
struct LastDirectory {
    const char* path = nullptr; // a text of the plan
    std::size_t length = 0;
    int fd = -1;
};

// What one step leaves behind for later ones.
struct Context {
    const Plan& plan;
    std::uint32_t step = 0; // the one being performed
    int report = -1;        // where messages go and come from; after kReady with a gate: -1
    int gate_in = -1, gate_out = -1;
    bool past_ready = false;
    bool settled = false; // gate.cc: settle()

    int root = -1;            // the container's root directory, O_PATH
    int proc = -1;            // a procfs that we trust: proc.h
    bool shared = true;       // mounts that we make might show up elsewhere
    unsigned umask = 022;     // of the container's process; ours is 0
    bool death_signal = true; // we still die with `tare`
    std::int32_t pid = 0;     // ours, as `tare` sees it; 0: not told yet

    bool all_or_nothing = false; // kAllOrNothing: `mounts` are to go when a step fails
    int mounts[64] = {};         // O_PATH: made since then, or found by kFindMount
    unsigned mount_count = 0;

    LastDirectory last;
    int null_mount = -1;           // kMaskPath: a read-only mount of a null device
    int empty_directory = -1;      // kMaskPath: a mount of an empty tmpfs
    bool terminal = false;         // kConsole has left it to kFork to make it the controlling one
    bool entered = false;          // kChdir
    const char* program = nullptr; // kFindExec's result
    char** env = nullptr;          // of kExec
    char** args = nullptr;
};

} // namespace tare::init
