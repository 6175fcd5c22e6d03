// kill_at N COMMAND...: kills COMMAND at its Nth stop, where each system call has two: before the
// kernel performs it, and after. Only COMMAND itself counts, not what it starts. Exits with 0 when
// COMMAND was killed so, and with 3 when it came to its end before.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const int wanted = std::atoi(argv[1]);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::execv(argv[2], argv + 2);
        ::_exit(127);
    }
    int status = 0;
    ::waitpid(pid, &status, 0); // the stop at the end of execve
    ::ptrace(PTRACE_SETOPTIONS, pid, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    int signal = 0;
    for (int stop = 0; stop < wanted;) {
        ::ptrace(PTRACE_SYSCALL, pid, nullptr, reinterpret_cast<void*>(static_cast<long>(signal)));
        ::waitpid(pid, &status, 0);
        if (!WIFSTOPPED(status)) return 3;
        signal = WSTOPSIG(status);
        if (signal != (SIGTRAP | 0x80)) continue; // a signal of its own goes on to it
        signal = 0;
        ++stop;
    }
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
    return 0;
}
