#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "plan/criu.h"
#include "sys/process.h"

#include <string>
#include <string_view>
#include <vector>

// CRIU as a worker of ours: `criu swrk FD` takes requests over a socket and asks back at each stage
// (criu.org, "RPC").

namespace tare::runtime {

// The program, found along $PATH. "criu is not installed ...", with the package's name.
Result<std::string> find_criu();

// How a worker is started.
struct CriuPlace {
    const Fd* cgroup = nullptr; // it starts there, and so does all that it restores; null: in ours

    std::vector<int> inherited; // kept open under their numbers, besides 0, 1 and 2
    bool dies_with_us = false;
    bool own_session = false; // signals of our terminal do not reach it
};

class Criu {
public:
    static Result<Criu> start(const CriuPlace& place);
    ~Criu(); // closes the socket, which ends it, and reaps it
    Criu(Criu&& other) noexcept = default;
    Criu& operator=(Criu&&) = delete;

    pid_t pid() const { return child_.pid; }

    // What criu tells on the way.
    class Stages {
    public:
        //   stage  `notification` says which: "post-restore"; `pid` is the root task where there is
        //   one fd     comes with "orphan-pts-master" alone
        // An error makes criu undo what it has done, and is then the result of call().
        virtual Status reached(const plan::CriuAnswer& stage, Fd fd) = 0;

        // A pidfd of what is being restored: were it killed meanwhile, criu might wait for it for
        // ever. -1: none yet.
        virtual int watched() const { return -1; }

    protected:
        ~Stages() = default;
    };

    // One request, until its answer. `message` from plan/criu.h.
    // Errors: criu refuses (`text` is what it says itself), or ends without an answer.
    Result<plan::CriuAnswer> call(std::string_view message, Stages* stages);

    // Lets it end, and waits for that.
    Status finish();

private:
    Criu(sys::Child child, Fd socket) : child_(std::move(child)), socket_(std::move(socket)) {}
    Status send(std::string_view message) const;
    Status await_message(int watched) const;

    sys::Child child_;
    Fd socket_;
};

// Questions that take a worker each.
Result<plan::CriuFeatures> criu_features();
Result<unsigned> criu_version(); // 40201 is 4.2.1

// The error `cause` of a dump or a restore, with what criu's log says of it: its first "Error" that
// is not a mere consequence, and where the rest is.
Error explain_with_log(Error cause, const std::string& directory, const std::string& log_file);

// The lines of a criu log that tell why: at most `most`, without time stamps.
std::vector<std::string> errors_of_log(std::string_view log, std::size_t most);

// A program of that name is in $PATH, or where administrators' programs are.
bool has_program(std::string_view name);

} // namespace tare::runtime
