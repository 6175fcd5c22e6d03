#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "sys/process.h"

#include <cstdint>
#include <string>

namespace tare::runtime {

// build/tare-init, which this program carries, as a file that nobody can change: executed with
// execveat(2), it is all of ours that a container ever sees (/proc/PID/exe leads to it).
//
// A sealed memfd where memfds may be executed. Where they may not (sysctl vm.memfd_noexec=2) a file
// on a tmpfs of its own that is mounted nowhere and read-only: needs CAP_SYS_ADMIN.
Result<Fd> open_init_program();

// Executes it, with the number of a descriptor that it inherits: of its plan or, in a mode, of a
// socket that brings the plan ("ahead") or a wire::Launch ("early"). With `places` it is told to
// set back our ADDR_NO_RANDOMIZE. Returns the kernel's refusal, minus an errno.
//   Runs in  a child that may share our memory: nothing but raw system calls
long execute_init(int program, const char* number, const char* mode = nullptr,
                  const char* places = nullptr);

// A kFailed message whose `step` is this comes from before init was executed; `detail` is a
// ChildCall.
constexpr std::uint32_t kBeforeInit = UINT32_MAX;
enum class ChildCall : std::uint32_t {
    kWait,
    kSetGroupId,
    kSetUserId,
    kRaiseCapabilities,
    kInherit,
    kExecute,
};
std::string describe(ChildCall call);

// Reports that, and ends.
//   Runs in  a child that may share our memory
[[noreturn]] void child_fails(int report, ChildCall where, long result);

// A child that executes it in that mode, and dies with us. Where it cannot, it reports that to the
// socket.
struct InitToSpawn {
    const char* mode;
    const Fd& socket;
    int other = -1;  // one more descriptor that it inherits
    int cgroup = -1; // a directory
};
Result<sys::Child> spawn_init(const InitToSpawn& wanted);

} // namespace tare::runtime
