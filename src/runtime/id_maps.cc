#include "runtime/id_maps.h"

#include "base/text.h"
#include "sys/child_signal.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/raw.h"
#include "sys/retry.h"

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace tare::runtime {

namespace {

std::string process_file(pid_t pid, const char* name) {
    return "/proc/" + std::to_string(pid) + "/" + name;
}

// newuidmap PID INSIDE OUTSIDE SIZE ...: the words of the map's lines in their order.
std::vector<std::string> helper_words(const char* program, pid_t pid, std::string_view map) {
    std::vector<std::string> words = {program, std::to_string(pid)};
    for (const std::string_view line : split(map, '\n'))
        for (const std::string_view word : split(line, ' '))
            if (!word.empty()) words.emplace_back(word);
    return words;
}

Status run_helper(const char* program, pid_t pid, std::string_view map) {
    std::vector<std::string> words = helper_words(program, pid, map);
    std::vector<char*> args;
    for (std::string& word : words)
        args.push_back(word.data());
    args.push_back(nullptr);

    sys::keep_ended_children();
    pid_t helper = -1;
    const int problem = ::posix_spawnp(&helper, program, nullptr, nullptr, args.data(), environ);
    if (problem == ENOENT)
        return Failure({ENOENT, std::string(program)
                                    + ": not found in $PATH; a user namespace of several ranges "
                                      "needs it without privileges (package uidmap)"});
    if (problem != 0) return sys_failure(program, problem);
    int status = 0;
    if (sys::retry_eintr([&] { return ::waitpid(helper, &status, 0); }) < 0)
        return sys_failure(std::string("wait for ") + program);
    if (status != 0)
        return Failure({EPERM, joined(words, " ") + ": exit status "
                                   + std::to_string(sys::exit_code(status))
                                   + "; are the ranges ours in /etc/subuid and /etc/subgid?"});
    return {};
}

void wait_to_be_killed(void*) {
    sys::raw::call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
        sys::raw::call(SYS_ppoll);
}

} // namespace

Status write_id_maps(pid_t pid, const IdMaps& maps) {
    if (maps.deny_setgroups) TRY(sys::write_control(process_file(pid, "setgroups"), "deny"));
    if (maps.by_helper) {
        TRY(run_helper("newuidmap", pid, maps.uid_map));
        return run_helper("newgidmap", pid, maps.gid_map);
    }
    TRY(sys::write_control(process_file(pid, "uid_map"), maps.uid_map));
    return sys::write_control(process_file(pid, "gid_map"), maps.gid_map);
}

Result<Fd> make_id_map_namespace(const IdMaps& maps) {
    sys::keep_ended_children();
    const sys::Child carrier =
        TRY(sys::spawn(CLONE_VM | CLONE_NEWUSER, -1, wait_to_be_killed, nullptr));
    const Status written = write_id_maps(carrier.pid, maps);
    auto file = sys::open_file(process_file(carrier.pid, "ns/user"), O_RDONLY);
    TRY(sys::send_signal(carrier.pidfd, SIGKILL));
    TRY(sys::reap(carrier.pidfd));
    TRY(Status(written));
    return file;
}

} // namespace tare::runtime
