#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

// Runs a command under ptrace(2), one of its processes at a time, so that all their system calls
// can be counted in one order that comes again in the next run; and does one thing to it there.

namespace sweep {

// Whom a kill strikes.
enum class Victim { kRuntime, kInit, kAll };

// What happens to the command, and where. Calls and stops are counted from 1 over all processes; a
// call has two stops, before the kernel performs it and after.
struct Fault {
    enum Kind { kNone, kKill, kFail, kMissing } kind = kNone;
    unsigned at = 0;                  // kKill: the stop; kFail: the call
    Victim victim = Victim::kRuntime; // kKill
    unsigned choice = 0;              // kFail: which of the errnos that the call can give
    long number = -1;                 // kMissing: the call that this kernel does not have,
    int error = 0;                    //   and what it says instead
    std::uint64_t flags = 0;          //   only with one of these in `argument`; 0: always
    unsigned argument = 0;
    const char* file = nullptr; // kMissing: only of a path that ends so
};

// Whose turn it is when several could run: the oldest process, or the youngest.
enum class Schedule { kParentFirst, kChildFirst };

struct Command {
    std::vector<std::string> arguments; // the first is the program's path
    std::string output, errors;         // files for standard output and standard error
    Schedule schedule = Schedule::kParentFirst;
    int timeout_ms = 5000; // without a system call, or until the end when nobody traces it any more
};

struct Outcome {
    bool hung = false;
    int status = 0;     // as waitpid(2) has it
    unsigned stops = 0; // how many there were until the end, or the fault
    unsigned calls = 0;
    unsigned first_child = 0;  // the stop at which there was a second process; 0: never
    bool struck = false;       // the fault has happened
    long number = -1;          // of the call it happened to
    bool by_runtime = false;   // it was the runtime's own, not its child's
    std::vector<int> errors;   // kFail: what the call could give; `choice` is an index
    int error = 0;             // the one it gave
    std::vector<long> numbers; // kNone: all calls in their order
};

Outcome trace(const Command& command, const Fault& fault);

} // namespace sweep
