#include "sys/program.h"

#include "base/text.h"
#include "sys/child_signal.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/retry.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace tare::sys {

namespace {

constexpr std::size_t kMostOutput = std::size_t{64} << 20;

// posix_spawn_file_actions_t, which has to be destroyed.
class FileActions {
public:
    FileActions() { ::posix_spawn_file_actions_init(&actions_); }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    posix_spawn_file_actions_t* get() { return &actions_; }

private:
    posix_spawn_file_actions_t actions_;
};

Result<pid_t> spawn_with_output(std::vector<std::string>& words, const Fd& output) {
    std::vector<char*> args;
    for (std::string& word : words)
        args.push_back(word.data());
    args.push_back(nullptr);
    keep_ended_children();
    FileActions actions;
    ::posix_spawn_file_actions_adddup2(actions.get(), output.get(), STDOUT_FILENO);
    pid_t pid = -1;
    const int problem = ::posix_spawnp(&pid, args[0], actions.get(), nullptr, args.data(), environ);
    if (problem == ENOENT)
        return Failure({ENOENT, words[0] + ": executable file not found in $PATH"});
    if (problem != 0) return sys_failure("execute " + quote(words[0]), problem);
    return pid;
}

} // namespace

Result<std::string> output_of(std::vector<std::string> words) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return sys_failure("pipe");
    Fd in(ends[0]), out(ends[1]);
    const pid_t pid = TRY(spawn_with_output(words, out));
    out = Fd(); // else the end of the file would never come
    auto text = read_all(in, kMostOutput, "the output of " + words[0]);
    in = Fd();
    int status = 0;
    if (retry_eintr([&] { return ::waitpid(pid, &status, 0); }) < 0)
        return sys_failure("wait for " + words[0]);
    if (text && status != 0)
        return Failure(
            {ECHILD, joined(words, " ") + ": exit status " + std::to_string(exit_code(status))});
    return text;
}

} // namespace tare::sys
