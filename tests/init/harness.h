#pragma once

#include "plan/detail.h"
#include "plan/steps.h"
#include "plan/wire.h"

#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace tare::init {

// Runs the real build/tare-init with a plan of the test's, in new namespaces: of the caller's own
// user namespace as root, else in a new one where the caller is root.

struct Outcome {
    std::vector<wire::Message> messages; // all that came, in order
    int wait_status = -1;
    pid_t pid = 0;                // as the test sees it
    std::string output;           // of its stdout
    std::vector<int> descriptors; // that messages brought; the test closes them

    bool exited(int code) const;
    // "step 3: errno 1, detail 0" of the kFailed message; "" without one.
    std::string refusal() const;
    bool has(std::uint32_t kind) const;
    std::string hook_output() const; // "stdout: a, stderr: b"
};

struct Spawn {
    std::uint64_t namespaces = 0; // CLONE_NEW*
    std::uint32_t keep_fds = 0;
    std::vector<int> slots;
    bool gate = false;
    bool new_user_namespace = false;    // also for root
    std::vector<long> missing;          // system calls that answer ENOSYS
    std::function<void()> before_exec;  // in the child
    std::function<void(pid_t)> waiting; // when kReadyNow has come, before kGo
};

// False where this host grants no namespaces at all; the test is then skipped.
bool may_use_namespaces();

Outcome run_init(const plan::Steps& steps, Spawn spawn = {});

// A directory that goes away with the test, with what a minimal root file system needs: empty proc,
// sys, dev, tmp and etc, and a static shell as /bin/sh where busybox is installed.
class Root {
public:
    Root();
    ~Root();
    Root(const Root&) = delete;

    const std::string& path() const { return path_; }
    std::string operator/(const std::string& below) const { return path_ + "/" + below; }
    void directory(const std::string& below) const;
    void file(const std::string& below, const std::string& text) const;
    void link(const std::string& target, const std::string& below) const;

private:
    std::string path_;
};

bool has_shell();

#define NEEDS_NAMESPACES()                                                                         \
    if (!::tare::init::may_use_namespaces()) GTEST_SKIP() << "this host grants no namespaces";     \
    if (!::tare::init::has_shell()) GTEST_SKIP() << "busybox-static is not installed"

// The steps that every container begins with: "/" a slave, the root bound.
void begin(plan::Steps& steps, const Root& root);
// The steps that every container ends with: pivot, ready, and a shell that runs `script`.
void end(plan::Steps& steps, const std::string& script);
void shell(plan::Steps& steps, const std::string& script);

// A wire::Mount with what most have.
wire::Mount file_system(plan::Steps& steps, const std::string& type, const std::string& target,
                        std::uint64_t attributes = 0, const std::vector<std::string>& options = {});

} // namespace tare::init
