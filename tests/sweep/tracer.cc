#include "tracer.h"

#include "calls.h"
#include "tracee.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <map>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc's <sys/ptrace.h> and <linux/ptrace.h> do not go together.
#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP 128
#endif

namespace sweep {

namespace {

constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE
                          | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC;

std::int64_t now_ms() {
    timespec now = {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

class Tracer {
public:
    Tracer(const Command& command, const Fault& fault) : command_(command), fault_(fault) {}

    Outcome run() {
        latest_ = now_ms() + 20 * command_.timeout_ms;
        there_is_progress();
        start();
        while (!main_ended_ && !out_.hung) {
            if (released_)
                wait_for_main();
            else if (Tracee* tracee = next())
                advance(*tracee);
            else
                wait_for_any();
        }
        release();
        if (out_.hung) put_down();
        for (auto& [pid, tracee] : tracees_)
            ::close(tracee.stat);
        return out_;
    }

private:
    void start() {
        int gate[2];
        if (::pipe2(gate, O_CLOEXEC) != 0) std::abort();
        main_ = ::fork();
        if (main_ == 0) become_command(gate[0], gate[1]);
        ::close(gate[0]);
        if (::ptrace(PTRACE_SEIZE, main_, nullptr, kOptions) != 0) std::abort();
        ::close(gate[1]); // end of file: go on
        int status = 0;
        ::waitpid(main_, &status, __WALL); // PTRACE_EVENT_EXEC
        add(main_);
        program_ = link_of(main_);
    }

    [[noreturn]] void become_command(int gate, int other) {
        ::close(other);
        char nothing;
        if (::read(gate, &nothing, 1) < 0) ::_exit(126);
        ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
        for (int fd = 1; fd <= 2; ++fd)
            ::dup2(::open((fd == 1 ? command_.output : command_.errors).c_str(),
                          O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644),
                   fd);
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        std::vector<char*> arguments;
        for (const std::string& argument : command_.arguments)
            arguments.push_back(const_cast<char*>(argument.c_str()));
        arguments.push_back(nullptr);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }

    static std::string link_of(pid_t pid) {
        char target[4096] = "";
        ::readlink(("/proc/" + std::to_string(pid) + "/exe").c_str(), target, sizeof target - 1);
        return target;
    }

    Tracee& add(pid_t pid) {
        Tracee& tracee = tracees_[pid];
        tracee.pid = pid;
        tracee.process = process_of(pid);
        threads_ = threads_ || tracee.process != pid;
        tracee.age = births_++;
        tracee.stat = open_stat(pid);
        if (tracee.process != main_ && out_.first_child == 0) out_.first_child = out_.stops + 1;
        return tracee;
    }

    void forget(pid_t pid) {
        const auto found = tracees_.find(pid);
        if (found == tracees_.end()) return;
        ::close(found->second.stat);
        tracees_.erase(found);
    }

    Tracee* next() {
        Tracee* chosen = nullptr;
        for (auto& [pid, tracee] : tracees_) {
            if (!tracee.stopped) continue;
            if (!chosen || goes_before(tracee, *chosen)) chosen = &tracee;
        }
        return chosen;
    }

    bool goes_before(const Tracee& one, const Tracee& other) const {
        if (one.yields != other.yields) return one.yields < other.yields;
        return (one.age > other.age) == (command_.schedule == Schedule::kChildFirst);
    }

    // Lets it run to its next stop, or until it sleeps.
    void advance(Tracee& tracee) {
        const pid_t pid = tracee.pid;
        const long signal = tracee.signal;
        tracee.signal = 0;
        tracee.stopped = false;
        if (::ptrace(PTRACE_SYSCALL, pid, nullptr, signal) != 0 && errno != ESRCH) std::abort();
        // A thread may also wait for another one without a system call.
        const bool may_sleep =
            threads_ || tracee.vforking || (tracee.inside && may_block(tracee.number));
        for (int status = 0; !out_.hung; check_time()) {
            const pid_t got = ::waitpid(pid, &status, __WALL | (may_sleep ? WNOHANG : 0));
            if (got == pid) {
                handle(pid, status);
                break;
            }
            if (got < 0) {
                if (errno == EINTR) continue;
                forget(pid);
                break;
            }
            const char state = state_of(tracee);
            // Z: the first of several threads, whose end shows when the others' has been seen.
            if (state == 'S' || state == 'Z' || (tracee.vforking && state == 'D')) return;
            ::sched_yield();
        }
        wait_for_woken();
    }

    // What this has woken takes its next stop now, and not whenever it comes to it.
    void wait_for_woken() {
        std::vector<pid_t> awake;
        for (const auto& [pid, tracee] : tracees_)
            if (!tracee.stopped)
                if (const char state = state_of(tracee);
                    state != 'S' && state != 'D' && state != 'Z')
                    awake.push_back(pid);
        for (const pid_t pid : awake)
            for (int status = 0; !out_.hung; check_time()) {
                const pid_t got = ::waitpid(pid, &status, __WALL | WNOHANG);
                if (got == pid) handle(pid, status);
                if (got != 0) break;
                const auto found = tracees_.find(pid);
                if (found == tracees_.end() || state_of(found->second) == 'S') break;
                ::sched_yield();
            }
    }

    // Tracing is slow on a busy machine: it hangs when nothing moves, or when it never ends.
    void there_is_progress() { deadline_ = now_ms() + command_.timeout_ms; }
    void check_time() {
        const std::int64_t now = now_ms();
        if (now > deadline_ || now > latest_) out_.hung = true;
    }

    // All sleep: somebody else has to do something.
    void wait_for_any() {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, __WALL | WNOHANG);
        if (pid > 0) return handle(pid, status);
        if (pid < 0 && errno == ECHILD) main_ended_ = true;
        ::usleep(200);
        check_time();
    }

    void wait_for_main() {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, __WALL | WNOHANG);
        if (pid == main_ && (WIFEXITED(status) || WIFSIGNALED(status))) return end(status);
        if (pid > 0) { // born while we let go of its parent
            if (WIFSTOPPED(status)) ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
            return;
        }
        if (pid < 0) main_ended_ = true;
        ::usleep(200);
        check_time();
    }

    void end(int status) {
        main_ended_ = true;
        out_.status = status;
    }

    void handle(pid_t pid, int status) {
        if (!WIFSTOPPED(status)) {
            forget(pid);
            if (pid == main_) end(status);
            return;
        }
        const auto found = tracees_.find(pid);
        if (found == tracees_.end()) return; // an orphan of a detached process
        Tracee& tracee = found->second;
        tracee.stopped = true;
        const int signal = WSTOPSIG(status), event = status >> 16;
        if (signal == (SIGTRAP | 0x80)) return at_call(tracee);
        switch (event) {
        case PTRACE_EVENT_CLONE:
        case PTRACE_EVENT_FORK:
        case PTRACE_EVENT_VFORK:
            tracee.vforking = event == PTRACE_EVENT_VFORK;
            return born(pid);
        case PTRACE_EVENT_EXEC:
            return executed(tracee);
        case 0:
            tracee.signal = signal;
        }
    }

    void born(pid_t parent) {
        unsigned long pid = 0;
        ::ptrace(PTRACE_GETEVENTMSG, parent, nullptr, &pid);
        int status = 0;
        ::waitpid(static_cast<pid_t>(pid), &status, __WALL); // PTRACE_EVENT_STOP
        if (WIFSTOPPED(status)) add(static_cast<pid_t>(pid));
    }

    // A program that is none of the runtime's runs on its own: a hook, the container's.
    void executed(Tracee& tracee) {
        unsigned long former = 0;
        ::ptrace(PTRACE_GETEVENTMSG, tracee.pid, nullptr, &former);
        if (static_cast<pid_t>(former) != tracee.pid) forget(static_cast<pid_t>(former));
        const std::string program = link_of(tracee.pid);
        if (tracee.pid == main_ || program == program_ || program.starts_with("/memfd:")
            || program == "/tare-init" || program.find("runc") != std::string::npos)
            return;
        ::ptrace(PTRACE_DETACH, tracee.pid, nullptr, nullptr);
        forget(tracee.pid);
    }

    void at_call(Tracee& tracee) {
        __ptrace_syscall_info call = {};
        ::ptrace(PTRACE_GET_SYSCALL_INFO, tracee.pid, sizeof call, &call);
        tracee.inside = call.op == PTRACE_SYSCALL_INFO_ENTRY;
        tracee.vforking = false;
        there_is_progress();
        ++out_.stops;
        if (tracee.inside) {
            tracee.number = static_cast<long>(call.entry.nr);
            if (tracee.number == SYS_sched_yield) ++tracee.yields;
            ++out_.calls;
            at_entry(tracee, call.entry.args);
        } else if (tracee.failing != 0) {
            answer(tracee);
        }
        if (fault_.kind == Fault::kKill && out_.stops == fault_.at) strike(tracee);
    }

    void at_entry(Tracee& tracee, const std::uint64_t* arguments) {
        int error = 0;
        if (fault_.kind == Fault::kNone) out_.numbers.push_back(tracee.number);
        if (fault_.kind == Fault::kFail && out_.calls == fault_.at) {
            remember(tracee);
            out_.errors = errors_of(tracee.number);
            if (fault_.choice >= out_.errors.size()) return release();
            error = out_.error = out_.errors[fault_.choice];
        } else if (fault_.kind == Fault::kMissing && is_missing(tracee, arguments)) {
            remember(tracee);
            error = out_.error = fault_.error;
        }
        if (error == 0) return;
        out_.struck = true;
        tracee.failing = error;
        if (fails_afterwards(tracee.number)) return;
        user_regs_struct registers = {};
        ::ptrace(PTRACE_GETREGS, tracee.pid, nullptr, &registers);
        registers.orig_rax = ~0ULL;
        ::ptrace(PTRACE_SETREGS, tracee.pid, nullptr, &registers);
    }

    void remember(const Tracee& tracee) {
        out_.number = tracee.number;
        out_.by_runtime = tracee.process == main_;
    }

    bool is_missing(const Tracee& tracee, const std::uint64_t* arguments) const {
        if (tracee.number != fault_.number) return false;
        if (fault_.flags != 0 && (arguments[fault_.argument] & fault_.flags) == 0) return false;
        if (!fault_.file) return true;
        char path[4096] = "";
        const iovec here = {path, sizeof path - 1};
        const iovec there = {reinterpret_cast<void*>(arguments[fault_.argument]), sizeof path - 1};
        ::process_vm_readv(tracee.pid, &here, 1, &there, 1, 0);
        return std::string_view(path).ends_with(fault_.file);
    }

    void answer(Tracee& tracee) {
        user_regs_struct registers = {};
        ::ptrace(PTRACE_GETREGS, tracee.pid, nullptr, &registers);
        registers.rax = static_cast<unsigned long long>(-tracee.failing);
        ::ptrace(PTRACE_SETREGS, tracee.pid, nullptr, &registers);
        tracee.failing = 0;
        if (fault_.kind == Fault::kFail) release();
    }

    void strike(const Tracee& tracee) {
        remember(tracee);
        out_.number = tracee.number;
        std::vector<pid_t> victims;
        for (const auto& [pid, each] : tracees_)
            if (fault_.victim == Victim::kAll
                || (each.process == main_) == (fault_.victim == Victim::kRuntime))
                victims.push_back(pid);
        out_.struck = !victims.empty();
        for (const pid_t pid : victims)
            ::kill(pid, SIGKILL);
        release();
    }

    // Everything goes on without us.
    void release() {
        released_ = true;
        std::vector<pid_t> waiting;
        for (const auto& [pid, tracee] : tracees_)
            if (tracee.stopped) waiting.push_back(pid);
        // First those that wait for us: a parent that sleeps in vfork(2) stops only after its
        // child.
        for (const pid_t pid : waiting)
            let_go(pid);
        for (const auto& [pid, tracee] : tracees_)
            ::ptrace(PTRACE_INTERRUPT, pid, nullptr, nullptr);
        // Whoever comes first: a pid namespace's first process ends after all others in it.
        for (; !tracees_.empty() && !out_.hung; check_time()) {
            int status = 0;
            const pid_t pid = ::waitpid(-1, &status, __WALL | WNOHANG);
            if (pid > 0)
                settle(pid, status);
            else if (!forget_ended())
                ::sched_yield();
        }
    }

    // What is being killed stays: its end is ours to see.
    void let_go(pid_t pid) {
        const long signal = tracees_[pid].signal;
        if (::ptrace(PTRACE_DETACH, pid, nullptr, signal) == 0 || errno != ESRCH) forget(pid);
    }

    void settle(pid_t pid, int status) {
        if (!WIFSTOPPED(status)) {
            if (pid == main_) end(status);
            return forget(pid);
        }
        Tracee& tracee = tracees_[pid]; // or one born just now
        tracee.pid = pid;
        if (status >> 16 == 0 && WSTOPSIG(status) != (SIGTRAP | 0x80))
            tracee.signal = WSTOPSIG(status);
        let_go(pid);
    }

    // Z: a first thread, whose end shows when that of the others has been seen. X: gone.
    bool forget_ended() {
        std::vector<pid_t> ended;
        for (const auto& [pid, tracee] : tracees_)
            if (const char state = state_of(tracee); state == 'Z' || state == 'X')
                ended.push_back(pid);
        for (const pid_t pid : ended)
            forget(pid);
        return !ended.empty();
    }

    // What hangs may have threads that have ended, and that nobody has waited for.
    void put_down() {
        if (main_ended_) return;
        ::kill(main_, SIGKILL);
        for (int status = 0;;)
            if (const pid_t pid = ::waitpid(-1, &status, __WALL); pid < 0 || pid == main_) return;
    }

    const Command& command_;
    const Fault& fault_;
    std::map<pid_t, Tracee> tracees_;
    pid_t main_ = -1;
    std::string program_;
    unsigned births_ = 0;
    std::int64_t deadline_ = 0, latest_ = 0; // milliseconds
    bool threads_ = false;                   // somebody has more than one
    bool released_ = false, main_ended_ = false;
    Outcome out_;
};

} // namespace

Outcome trace(const Command& command, const Fault& fault) {
    return Tracer(command, fault).run();
}

} // namespace sweep
