// sweep --runtime PATH --work DIRECTORY --v2 CGROUP2 [--from N] [--to N] [--step N]
//     [--only CALL]... CONFIG/COMMAND/KIND...
//
// Runs COMMAND of the runtime on the bundle WORK/CONFIG again and again, each time with one fault
// at the next point, and looks at what is left. KIND:
//   kill-runtime, kill-init, kill-all   SIGKILL at each stop; then one `delete --force`
//   fail                                each call fails with each errno that it can give
//   missing                             one call of newer kernels is missing throughout
// For each point that is not as it should be one line on standard output, separated by tabs:
//   finding CONFIG COMMAND KIND POINT CALL ERRNO VERDICT TEXT
// and for each sweep: total CONFIG COMMAND KIND POINTS and the number of each VERDICT.
// --grant-memlock: setrlimit(RLIMIT_MEMLOCK) does nothing, and succeeds. For hosts where root may
// not raise it: crun wants that before it loads a program, and Linux since 5.11 does not. To be
// started by tests/integration/tools/supervise, with the CGROUP2 view that it gives.

#include "sweep.h"

#include <cstddef>
#include <cstdio>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <vector>

namespace {

void grant_memlock() {
    constexpr unsigned kNumber = offsetof(seccomp_data, nr);
    constexpr unsigned kResource = offsetof(seccomp_data, args[1]);
    constexpr unsigned kLimit = offsetof(seccomp_data, args[2]); // a pointer: its low half is not 0
    sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 0, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kResource),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RLIMIT_MEMLOCK, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kLimit),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program = {sizeof code / sizeof *code, code};
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) std::perror("seccomp");
}

} // namespace

int main(int argc, char** argv) {
    sweep::Options options;
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    std::vector<std::string> sweeps;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        const auto value = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
        const auto number = [&] { return static_cast<unsigned>(std::stoul(value())); };
        if (name == "--runtime")
            options.runtime = value();
        else if (name == "--work")
            options.work = value();
        else if (name == "--v2")
            options.v2 = value();
        else if (name == "--from")
            options.from = number();
        else if (name == "--to")
            options.to = number();
        else if (name == "--step")
            options.step = number();
        else if (name == "--only")
            options.only.push_back(value());
        else if (name == "--grant-memlock")
            grant_memlock();
        else if (name == "--verbose")
            options.verbose = true;
        else
            sweeps.push_back(name);
    }
    unsigned findings = 0;
    for (const std::string& what : sweeps)
        findings += sweep::run_sweep(options, what);
    return findings == 0 ? 0 : 1;
}
