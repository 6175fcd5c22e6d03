#pragma once

#include <string>
#include <vector>

namespace sweep {

// What no command may leave: mounts, cgroups, processes, files of the state directory and of the
// folder that we work in. The same lines mean the same state.
class Leftovers {
public:
    Leftovers(std::string v2, std::string work);

    // Waits a moment for what the kernel does late; then the lines that are new, or that are
    // missing. One like `allowed` may be new.
    std::vector<std::string> changes(int patience_ms, const std::string& allowed = "");

    // Takes all of it away by force.
    void clean();

    // Kills what is in our cgroup besides us.
    void kill_processes();

private:
    std::vector<std::string> look() const;

    std::string v2_, work_;
    std::vector<std::string> start_;
};

// The processes that we inherited as their subreaper.
void reap_orphans();

} // namespace sweep
