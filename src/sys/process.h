#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <csignal>
#include <cstdint>
#include <optional>
#include <sys/types.h>
#include <vector>

// clone3(2), pidfd_open(2), waitid(2) and their kin.

namespace tare::sys {

struct Child {
    pid_t pid = -1;
    Fd pidfd;
};

// Runs `entry(argument)` in a new process with its own descriptors, on a stack of its own. Parent
// and child go on at once.
//
// With CLONE_VM in `flags` nothing is copied: the child shares our memory. So `entry` may use raw
// system calls only (see sys/raw.h): errno, the allocator and every other state of the C library
// are ours, and in use. It ends in an exec or an exit, and must not return. What `argument` points
// to has to live until then.
//   flags      CLONE_NEW* and others of clone3(2); CLONE_PIDFD is added
//   cgroup_fd  the child starts in that cgroup (CLONE_INTO_CGROUP); -1: in ours
// The error's code is ENOSYS where the kernel lacks clone3, or EPERM also where a seccomp filter
// refuses it.
Result<Child> spawn(std::uint64_t flags, int cgroup_fd, void (*entry)(void*), void* argument);

// The same with clone(2): no cgroup, and flags of 32 bits.
Result<Child> spawn_classic(std::uint64_t flags, void (*entry)(void*), void* argument);

Result<Fd> open_pidfd(pid_t pid);

// Kills and reaps it.
void end_child(const Child& child);

// ESRCH: the process has ended.
Status send_signal(const Fd& pidfd, int signal);

// Whether the process has ended (a zombie has); never blocks.
bool has_ended(const Fd& pidfd);

// Blocks until the process has ended; true then, false after `timeout_ms` (-1: none).
Result<bool> wait_for_end(const Fd& pidfd, int timeout_ms);

// Reaps a child. The result is a wait status as in wait(2), not an exit code.
Result<int> reap(const Fd& pidfd);
// ECHILD where we could not reap it, now or later.
Status check_own_child(const Fd& pidfd);

// What a shell would make of a wait status: the exit code, or 128 plus the signal.
int exit_code(int wait_status);

// Our effective user and group as the kernel gave them to us, without asking again: `tare` itself
// never changes them. getauxval(3).
uid_t effective_uid();
gid_t effective_gid();

// The CPUs that we may run on, a bit each: sched_setaffinity(2).
Result<std::vector<std::uint64_t>> own_affinity();
Status set_affinity(const std::vector<std::uint64_t>& cpus);

// The signals that we ignore, as children do too then; bit N-1 is signal N. All, where procfs does
// not tell.
std::uint64_t ignored_signals();

// Field 22 of /proc/PID/stat, "starttime", in clock ticks after boot: proc(5). Tells a process from
// a later one with the same pid. Of a zombie as well. ENOENT or ESRCH: no such process.
struct ProcessStat {
    char state = '?'; // 'Z' and 'X' have ended
    std::uint64_t start_time = 0;
};
Result<ProcessStat> read_stat(pid_t pid);
std::optional<ProcessStat> parse_stat(std::string_view text);

} // namespace tare::sys
