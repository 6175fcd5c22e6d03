// executed FILE COMMAND...: runs it step by step and appends to FILE the addresses below 2^32 that
// it executes, each once, in the order of its first time. Its children are left alone.

#include <cstddef>
#include <cstdio>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unordered_set>

namespace {

int start(char** command) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::execv(command[0], command);
    ::_exit(127);
}

// What stops it is passed on, but for our own steps.
int signal_of(int status) {
    return WIFSTOPPED(status) && WSTOPSIG(status) != SIGTRAP ? WSTOPSIG(status) : 0;
}

} // namespace

int main(int argc, char** argv) {
    std::FILE* const out = argc > 2 ? std::fopen(argv[1], "a") : nullptr;
    if (out == nullptr) return 2;
    const pid_t pid = start(argv + 2);
    std::unordered_set<unsigned long> seen;
    int status = 0;
    while (::waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
        const auto at = static_cast<unsigned long>(
            ::ptrace(PTRACE_PEEKUSER, pid, offsetof(user_regs_struct, rip), nullptr));
        if (at >> 32 == 0 && seen.insert(at).second) std::fprintf(out, "%lx\n", at);
        ::ptrace(PTRACE_SINGLESTEP, pid, nullptr, signal_of(status));
    }
    std::fclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
