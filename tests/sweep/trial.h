#pragma once

#include <string>
#include <sys/wait.h>
#include <vector>

namespace sweep {

using Words = std::vector<std::string>;

struct Options {
    std::string runtime, work, v2;
    unsigned from = 1, to = 1'000'000, step = 1;
    std::vector<std::string> only; // of `fail`: these calls
    bool verbose = false;
};

// How one command of the runtime is tried.
struct Trial {
    std::vector<Words> before; // what has to be there already; untraced
    Words command;
    std::vector<Words> after; // what makes a container show itself when the command has succeeded
    bool shows = true;        // then it does
    bool makes = true;        // a failure leaves nothing of it
    bool visits = false;      // it leaves a container that was there as it was
    std::string value_file;   // what it changes; empty: nothing
    std::string old_value, new_value;
};

// One of `create`, `start`, `run`, `run-detached`, `kill`, `delete`, `delete-force`, `pause`,
// `resume`, `exec`, `exec-detached` and `update` on the bundle WORK/config; container `a`. A
// terminal goes to the socket `console`; empty: there is none.
Trial plan_trial(const Options& options, const std::string& config, const std::string& command,
                 const std::string& console);

// The runtime with our state directory and these words.
Words words(const Options& options, std::initializer_list<std::string> more);

struct Finished {
    int status = 0;
    int milliseconds = 0;
    std::string errors;
    bool good() const { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }
};

// Runs it untraced; its output goes to WORK/name.out and .err.
Finished execute(const Options& options, const Words& command, const std::string& name);

std::string read_file(const std::string& path);

// What takes longer hangs. SLOWNESS=5: so many times longer may things take.
int hang_ms();

} // namespace sweep
