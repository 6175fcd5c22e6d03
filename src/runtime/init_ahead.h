#pragma once

#include "runtime/launch.h"
#include "sys/child_signal.h"
#include "sys/process.h"

#include <optional>
#include <string>

namespace tare::runtime {

// The init of an exec, cloned right into the container's pid namespace and cgroup before there is a
// plan: while it is executed, on another CPU, the config is read and planned. It waits for its plan
// with our namespaces and privileges, undumpable: so not among processes that may trace it all the
// same, and not for anything that may take long.
//
// What fails here is no error: launch() can do without, and reports whatever is wrong.
class InitAhead {
public:
    // From here on all children of ours are born in that pid namespace.
    //   container  the init whose container it joins, by a pidfd that stays open
    //   cgroup     the directory of its cgroup; empty: ours
    static InitAhead start(const sys::Child& container, const std::string& cgroup);

    InitAhead() = default;
    InitAhead(InitAhead&&) = default;
    InitAhead& operator=(InitAhead&&) = delete;
    ~InitAhead() { end(); }

    explicit operator bool() const { return static_cast<bool>(ours_); }

    // Once. Nothing: the plan asks for more than it can do, or it is gone.
    //   header  without descriptors
    std::optional<Launched> give(const plan::Plan& plan, wire::Header header);

    // Ends and reaps it, where it has no plan.
    void end();

private:
    InitAhead(sys::Child process, Fd ours, int container, int report)
        : process_(std::move(process)), ours_(std::move(ours)), container_(container),
          report_(report), ignored_(sys::ignored_signals()) {
        sys::keep_ended_children(ignored_);
    }

    sys::Child process_;
    Fd ours_;                          // our end of its socket
    int container_ = -1, report_ = -1; // the numbers of its descriptors
    std::uint64_t ignored_ = 0;        // signals, when it began
};

} // namespace tare::runtime
