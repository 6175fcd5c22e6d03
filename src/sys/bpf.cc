#include "sys/bpf.h"

#include "base/log.h"

#include <array>
#include <cerrno>
#include <linux/bpf.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tare::sys {

namespace {

constexpr std::size_t kMaxAttached = 64; // BPF_CGROUP_MAX_PROGS

int bpf(int command, bpf_attr& attr) {
    return static_cast<int>(::syscall(SYS_bpf, command, &attr, sizeof attr));
}

constexpr int kAttempts = 5;

Fd load(const std::vector<std::uint64_t>& program) {
    static constexpr char kLicense[] = "Apache-2.0"; // no helper that asks for the GPL
    bpf_attr attr = {};
    attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attr.insns = reinterpret_cast<std::uintptr_t>(program.data());
    attr.insn_cnt = static_cast<std::uint32_t>(program.size());
    attr.license = reinterpret_cast<std::uintptr_t>(kLicense);
    // EAGAIN: a signal came while the kernel looked through it. One of many would be a storm.
    for (int attempt = 1;; ++attempt) {
        Fd loaded(bpf(BPF_PROG_LOAD, attr));
        if (loaded || errno != EAGAIN || attempt == kAttempts) return loaded;
    }
}

int attach(const Fd& cgroup, int program, std::uint32_t flags) {
    bpf_attr attr = {};
    attr.target_fd = static_cast<std::uint32_t>(cgroup.get());
    attr.attach_bpf_fd = static_cast<std::uint32_t>(program);
    attr.attach_type = BPF_CGROUP_DEVICE;
    attr.attach_flags = flags;
    return bpf(BPF_PROG_ATTACH, attr);
}

struct Attached {
    std::vector<Fd> programs;
    std::size_t closed = 0; // to us: to open one by its number takes CAP_SYS_ADMIN
};

// Those attached to this cgroup itself.
Result<Attached> attached_programs(const Fd& cgroup) {
    std::array<std::uint32_t, kMaxAttached> ids = {};
    bpf_attr query = {};
    query.query.target_fd = static_cast<std::uint32_t>(cgroup.get());
    query.query.attach_type = BPF_CGROUP_DEVICE;
    query.query.prog_ids = reinterpret_cast<std::uintptr_t>(ids.data());
    query.query.prog_cnt = ids.size();
    if (bpf(BPF_PROG_QUERY, query) < 0) return sys_failure("bpf: find attached device programs");

    Attached attached;
    for (std::uint32_t i = 0; i < query.query.prog_cnt; ++i) {
        bpf_attr attr = {};
        attr.prog_id = ids[i];
        Fd program(bpf(BPF_PROG_GET_FD_BY_ID, attr));
        if (program)
            attached.programs.push_back(std::move(program));
        else if (errno == EPERM || errno == EACCES)
            ++attached.closed;
        else if (errno != ENOENT) // gone meanwhile
            return sys_failure("bpf: open an attached device program");
    }
    return attached;
}

Status detach(const Fd& cgroup, const Fd& program) {
    bpf_attr attr = {};
    attr.target_fd = static_cast<std::uint32_t>(cgroup.get());
    attr.attach_bpf_fd = static_cast<std::uint32_t>(program.get());
    attr.attach_type = BPF_CGROUP_DEVICE;
    if (bpf(BPF_PROG_DETACH, attr) < 0 && errno != ENOENT)
        return sys_failure("bpf: detach the old device program");
    return {};
}

} // namespace

// Before Linux 5.11 programs count as locked memory, and running out of that is EPERM as well.
// There a higher limit is worth a try; that it cannot be raised is no error of its own.
Result<Fd> load_device_program(const std::vector<std::uint64_t>& program) {
    Fd loaded = load(program);
    if (!loaded && errno == EPERM) {
        const rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
        rlimit before = {};
        int problem = EPERM;
        if (::prlimit(0, RLIMIT_MEMLOCK, &unlimited, &before) == 0) {
            loaded = load(program);
            problem = errno;
            ::setrlimit(RLIMIT_MEMLOCK, &before); // hooks, and the container, inherit ours
        }
        errno = problem;
    }
    if (!loaded) return sys_failure("bpf: load the device program");
    return loaded;
}

Status attach_device_program(const Fd& cgroup, const Fd& program) {
    if (attach(cgroup, program.get(), BPF_F_ALLOW_MULTI) < 0)
        return sys_failure("bpf: attach the device program");
    return {};
}

// Programs of one cgroup must all agree, so attaching first only narrows. One that was attached for
// itself alone (without a flag) does not suffer others: the kernel swaps it.
Status replace_device_programs(const Fd& cgroup, const Fd& program) {
    const Attached old = TRY(attached_programs(cgroup));
    if (attach(cgroup, program.get(), BPF_F_ALLOW_MULTI) < 0) {
        const bool is_one = old.programs.size() + old.closed == 1;
        if (errno != EPERM || !is_one || attach(cgroup, program.get(), 0) < 0)
            return sys_failure("bpf: attach the device program");
        return {};
    }
    for (const Fd& each : old.programs)
        TRY(detach(cgroup, each));
    if (old.closed > 0)
        log::warning("bpf: " + std::to_string(old.closed)
                     + " device programs that the cgroup has "
                       "already cannot be opened: they stay, and may forbid more than the config");
    return {};
}

} // namespace tare::sys
