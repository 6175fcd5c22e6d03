// executed FILE INIT_FILE COMMAND...: runs it step by step and appends to FILE the addresses below
// 2^32 that it executes, each once, in the order of its first time; to INIT_FILE those of what its
// children execute, which must end with it. "-": its children are left alone.

#include <csignal>
#include <cstddef>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unordered_set>

namespace {

constexpr auto kOptions =
    PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC;

int start(char** command) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::execv(command[0], command);
    ::_exit(127);
}

// The program that a process is in: ours, what children of ours execute, what these execute.
enum Program { kFirst, kSecond, kPrograms };

class List {
public:
    explicit List(const std::string& path) : out_(std::fopen(path.c_str(), "a")) {}
    ~List() {
        if (out_ != nullptr) std::fclose(out_);
    }
    bool good() const { return out_ != nullptr; }
    void add(unsigned long at) {
        if (at >> 32 == 0 && seen_.insert(at).second) std::fprintf(out_, "%lx\n", at);
    }

private:
    std::FILE* out_;
    std::unordered_set<unsigned long> seen_;
};

unsigned long address_of(pid_t pid) {
    return static_cast<unsigned long>(
        ::ptrace(PTRACE_PEEKUSER, pid, offsetof(user_regs_struct, rip), nullptr));
}

class Tracer {
public:
    Tracer(const std::string& ours, const std::string& of_init)
        : lists_{List(ours), List(of_init)} {}
    bool good() const { return lists_[kFirst].good() && lists_[kSecond].good(); }

    void begin(pid_t first, int options) {
        int status = 0;
        ::waitpid(first, &status, 0); // its exec
        ::ptrace(PTRACE_SETOPTIONS, first, nullptr, options);
        programs_[first] = kFirst;
        step(first, 0);
    }

    void stopped(pid_t pid, int status) {
        const auto known = programs_.find(pid);
        if (known == programs_.end()) { // goes on when the one that made it has told
            unknown_.insert(pid);
            return;
        }
        Program& program = known->second;
        const int event = status >> 16;
        if (event == PTRACE_EVENT_EXEC && program == kSecond) {
            ::ptrace(PTRACE_DETACH, pid, nullptr, 0);
            programs_.erase(known);
            return;
        }
        if (event == PTRACE_EVENT_EXEC)
            program = kSecond;
        else if (event != 0)
            meet(pid, program);
        lists_[program].add(address_of(pid));
        const int signal = WSTOPSIG(status); // passed on, but for our own steps
        step(pid, signal == SIGTRAP ? 0 : signal);
    }

private:
    void step(pid_t pid, int signal) { ::ptrace(PTRACE_SINGLESTEP, pid, nullptr, signal); }

    void meet(pid_t parent, Program program) {
        unsigned long child = 0;
        ::ptrace(PTRACE_GETEVENTMSG, parent, nullptr, &child);
        const auto pid = static_cast<pid_t>(child);
        programs_[pid] = program;
        int status = 0;
        if (unknown_.erase(pid) == 0) ::waitpid(pid, &status, __WALL); // its first stop
        step(pid, 0);
    }

    List lists_[kPrograms];
    std::map<pid_t, Program> programs_;
    std::set<pid_t> unknown_;
};

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    const std::string of_init = argv[2];
    Tracer tracer(argv[1], of_init == "-" ? "/dev/null" : of_init);
    if (!tracer.good()) return 2;
    const pid_t first = start(argv + 3);
    tracer.begin(first, of_init == "-" ? 0 : kOptions);
    int status = 0;
    for (pid_t pid; (pid = ::waitpid(-1, &status, __WALL)) > 0;) {
        if (WIFSTOPPED(status))
            tracer.stopped(pid, status);
        else if (pid == first)
            break;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
