#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "plan/detail.h"
#include "plan/plan.h"

#include <string_view>
#include <sys/types.h>

namespace tare::runtime {

// Our end of the conversation with init: what it reports, as it comes.
class Report {
public:
    Report(Fd socket, const plan::Steps& steps) : socket_(std::move(socket)), steps_(&steps) {}

    struct Event {
        std::uint32_t kind = 0; // wire::k...; 0: end of file, init has executed or died
        std::int32_t code = 0;  // kForked: the pid; kListener without `fd`: its number in init
        Fd fd;                  // kConsoleFd, kListener
    };

    // Waits for the next one. Warnings are logged on the way; a kFailed message is the error.
    Result<Event> next();

    // Until next() has something to read. ESRCH: `process`, a pidfd, has ended before.
    Status wait_beside(const Fd& process) const;

    // kGo: init may go on from where it waits; `pid` is its own as we see it. No error where it has
    // ended already: why, next() tells.
    Status go(pid_t pid);

    void close() { socket_ = Fd(); }

private:
    Fd socket_;
    int untold_ = 0; // why kGo has not reached it, an errno
    const plan::Steps* steps_;
    plan::HookOutput hook_output_; // of one that has failed
};

// After init was let go: until its execve has succeeded, or with the error.
//   who      "the container's init", for the error
//   process  its pidfd
Status await_exec(Report& report, std::string_view who, const Fd& process);

// It has ended without a report: nobody has told us why, at least how.
Failure died_early(std::string_view who, const Fd& process);

} // namespace tare::runtime
