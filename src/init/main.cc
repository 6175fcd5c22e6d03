#include "init/decimal.h"
#include "init/descriptors.h"
#include "init/early.h"
#include "init/report.h"
#include "init/signals.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <cstring>
#include <linux/personality.h>
#include <linux/prctl.h>
#include <sys/mman.h>
#if defined(__x86_64__)
#include <asm/prctl.h>
#endif

// tare-init: the only program of ours that ever runs in a container. It performs the steps of a
// plan in order, and becomes the container's process. plan/wire.h is its whole interface.

namespace tare::init {

namespace {

using wire::Op;

// The table of contents. Where an op lives says steps.h.
Status perform(Context& context, const wire::Step& step) {
    const Plan& plan = context.plan;
    const auto value = [&] { return plan.text(plan.body<wire::Value>(step).value); };
    switch (step.op) {
    case Op::kJoin:
        return join(context, plan.body<wire::Join>(step));
    case Op::kUnshare:
        return unshare(context, plan.body<wire::Unshare>(step));
    case Op::kFork:
        return fork_once(context, plan.body<wire::Fork>(step));
    case Op::kTimeOffsets:
        return write_self(context, "timens_offsets", value());
    case Op::kLoopbackUp:
        return loopback_up();
    case Op::kNetDevices:
        return sync(context, wire::kInNamespaces);
    case Op::kEnterRoot:
        return enter_root(context, plan.body<wire::EnterRoot>(step));

    case Op::kPropagation:
        return propagation(context, plan.body<wire::Propagation>(step));
    case Op::kBindRoot:
        return bind_root(context, plan.body<wire::BindRoot>(step));
    case Op::kMount:
        return mount(context, plan.body<wire::Mount>(step));
    case Op::kBind:
        return bind(context, plan.body<wire::Bind>(step));
    case Op::kRemount:
        return remount(context, plan.body<wire::Mount>(step));
    case Op::kMountCgroup:
        return mount_cgroup(context, plan.body<wire::Mount>(step));
    case Op::kDevice:
        return device(context, plan.body<wire::Device>(step));
    case Op::kSymlink:
        return link(context, plan.body<wire::Symlink>(step));
    case Op::kCopyMounts:
        return copy_mounts(context);
    case Op::kMakeDirectory:
        return make_directory(context, plan.body<wire::Path>(step));
    case Op::kMaskPath:
        return mask_path(context, plan.body<wire::Path>(step));
    case Op::kReadonlyPath:
        return readonly_path(context, plan.body<wire::Path>(step));
    case Op::kPivot:
        return pivot(context, plan.body<wire::Pivot>(step));
    case Op::kRootPropagation:
        return root_propagation(plan.body<wire::Propagation>(step));
    case Op::kRootReadonly:
        return root_readonly(context);

    case Op::kAllOrNothing:
        context.all_or_nothing = true;
        return {};
    case Op::kFindMount:
        return find_mount(context, plan.body<wire::Path>(step));
    case Op::kUnmount:
        return unmount(context);

    case Op::kSysctl:
        return sysctl(context, plan.body<wire::Sysctl>(step));
    case Op::kHostname:
        return hostname(value());
    case Op::kDomainname:
        return domainname(value());

    case Op::kSync:
        return sync(context, wire::kSynced);
    case Op::kHook:
        return hook(context, plan.body<wire::Hook>(step));
    case Op::kReady:
        return ready(context);

    case Op::kConsole:
        return console(context, plan.body<wire::Console>(step));
    case Op::kKeyring:
        return keyring(value());
    case Op::kApparmor:
        return apparmor(context, value());
    case Op::kSelinux:
        return write_self(context, "attr/exec", value());
    case Op::kSelinuxKey:
        return write_self(context, "attr/keycreate", value());
    case Op::kOomScore:
        return write_self(context, "oom_score_adj", value());
    case Op::kRlimit:
        return rlimit(context, plan.body<wire::Rlimit>(step));
    case Op::kPersonality:
        return personality(plan.body<wire::Number>(step));
    case Op::kScheduler:
        return scheduler(plan.body<wire::Scheduler>(step));
    case Op::kIoPriority:
        return io_priority(plan.body<wire::Number>(step));
    case Op::kMemoryPolicy:
        return memory_policy(context, plan.body<wire::MemoryPolicy>(step));
    case Op::kAffinity:
        return affinity(context, plan.body<wire::Affinity>(step));
    case Op::kUmask:
        return set_umask(context, plan.body<wire::Number>(step));
    case Op::kGroups:
        return groups(context, plan.body<wire::Bytes>(step));
    case Op::kBounding:
        return bounding(plan.body<wire::Number>(step));
    case Op::kIds:
        return ids(context, plan.body<wire::Ids>(step));
    case Op::kCapabilities:
        return capabilities(plan.body<wire::Capabilities>(step));
    case Op::kNoNewPrivileges:
        return no_new_privileges();
    case Op::kSeccomp:
        return seccomp(context, plan.body<wire::Seccomp>(step));
    case Op::kChdir:
        return change_directory(context, plan.body<wire::Chdir>(step));
    case Op::kFindExec:
        return find_exec(context, plan.body<wire::FindExec>(step));
    case Op::kExec:
        return exec(context);
    }
    return {ENOSYS};
}

// Leaves: not dumpable, a session of our own, default signals, umask 0 (modes are exact), and every
// descriptor but the preserved ones O_CLOEXEC.
Status set_up(Context& context) {
    REQUIRE(new_session());
    if (!context.plan.is_early()) reset_signals(context.plan.header().ignored);
    context.umask = static_cast<unsigned>(sys(__NR_umask, 0));
    close_at_exec(3 + context.plan.header().keep_fds);
    return {};
}

[[noreturn]] void perform_all(const Plan& plan) {
    if (!plan.valid()) quit(EBADMSG);
    Context context{.plan = plan};
    context.report = plan.number(plan.header().report_fd);
    context.gate_in = plan.number(plan.header().gate_in_fd);
    context.gate_out = plan.number(plan.header().gate_out_fd);
    context.step = plan.count(); // of none yet
    Status status = set_up(context);
    if (!status.refused()) status = prepare_exec(context);
    if (!status.refused()) context.step = 0;
    for (; !status.refused() && context.step < plan.count(); ++context.step) {
        status = perform(context, plan.step(context.step));
        if (!status.refused() && plan.broken()) status = {EBADMSG};
        if (status.refused()) break;
    }
    if (status.refused()) {
        undo_mounts(context);
        fail(context, status);
    }
    quit(0); // a plan without kExec
}

constexpr std::size_t kMostPlan = 64U << 20; // several times the largest config

// What every init touches: an exec's plan with Docker's filter, 3.5 KB, leaves it in one page. A
// page fault costs more than most system calls. Most plans for containers fit as well.
struct Working {
    char thread[64]; // x86 keeps the thread's data there
    alignas(8) char plan[wire::kMostSent];
};
alignas(4096) Working working;

// Where the plan says how to report is not known yet: the exit status tells `tare` the errno.
Plan receive_plan(int socket) {
    const long got = sys_again(__NR_read, socket, working.plan, sizeof working.plan);
    if (got <= 0) quit(static_cast<int>(-got)); // `tare` does without us, or is dead
    return {working.plan, static_cast<std::size_t>(got)};
}

Plan load_plan(int fd, const Descriptors& handed) {
    const long got = sys(__NR_pread64, fd, working.plan, sizeof working.plan, 0);
    if (got < 0) quit(static_cast<int>(-got));
    const auto size = static_cast<std::size_t>(got);
    if (size < sizeof working.plan) return Plan(working.plan, size, handed);
    // Its size is in its header: nothing behind the end is touched.
    const long mapped = sys(__NR_mmap, nullptr, kMostPlan, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapped < 0 && mapped > -4096) quit(static_cast<int>(-mapped));
    return Plan(reinterpret_cast<const void*>(mapped), kMostPlan, handed);
}

// What the container executes has its places at random, unless that is how `tare` was called.
void have_random_places_again() {
    const long now = sys(__NR_personality, 0xffffffff); // asks
    const long set = now < 0 ? now : sys(__NR_personality, now & ~ADDR_NO_RANDOMIZE);
    if (set < 0) quit(static_cast<int>(-set));
}

[[noreturn]] void run(int argc, char* const* argv) {
    // First of all: nothing that shares our user id may look into us or our descriptors.
    sys(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (argc < 2) quit(EINVAL);
    if (argc > 3) have_random_places_again();
    const int fd = static_cast<int>(number_of(argv[1]));
    if (argc < 3) perform_all(load_plan(fd, {}));
    if (std::strcmp(argv[2], "ahead") == 0) perform_all(receive_plan(fd));
    const Descriptors handed = fork_when_told(fd);
    perform_all(load_plan(handed.at(0), handed));
}

} // namespace

} // namespace tare::init

// Where the kernel begins, without a C library's start: it would set up what nothing here uses, in
// pages that are touched for nothing else. Of the library there is only <cstring>, whose functions
// may look for a stack guard where x86 keeps the thread's data.
#if defined(TARE_INIT_WITHOUT_START)
#if defined(__x86_64__)
__asm__(
    ".globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call tare_start");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start: mov x29, #0\n mov x0, sp\n bl tare_start");
#endif
extern "C" [[noreturn, gnu::used]] void tare_start(const long* stack) {
#if defined(__x86_64__)
    tare::init::sys(__NR_arch_prctl, ARCH_SET_FS, tare::init::working.thread);
#endif
    tare::init::run(static_cast<int>(*stack), reinterpret_cast<char* const*>(stack + 1));
}
#else
int main(int argc, char** argv) {
    tare::init::run(argc, argv);
}
#endif
