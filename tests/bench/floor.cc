// floor exec PID CGROUP: the same for one more process in a container whose init is PID: clone3
// into its cgroup, setns, seccomp, capabilities, exec, wait. floor ROOTFS DATA CGROUP: what the
// kernel alone costs for the docker-default bundle. The bare system calls that no runtime can leave
// out: a cgroup with a device program, clone3 into it with six namespaces, the mounts, devices,
// masks, sysctls, pivot_root, seccomp, capabilities, exec, wait, rmdir. No JSON, no state, no error
// reports, no checks of what an attacker could have put in the way. DATA holds etc files for the
// bind mounts. Freestanding: its own start-up costs nothing.

#include <asm/unistd.h>
#include <fcntl.h>
#include <initializer_list>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

// The Docker profile's program, exported by export_seccomp.cc.
asm(".section .rodata\n.balign 8\nfilter_begin: .incbin \"" SECCOMP_PROGRAM
    "\"\nfilter_end:\n.text");
extern "C" const sock_filter filter_begin[], filter_end[];

extern "C" void* memset(void* to, int byte, size_t n) {
    for (auto* at = static_cast<volatile char*>(to); n > 0; --n)
        *at++ = static_cast<char>(byte);
    return to;
}

namespace {

long call6(long number, long a, long b, long c, long d, long e, long f) {
    long result;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

template <class... A>
long call(long number, A... arguments) {
    const long all[6] = {(long)arguments...};
    return call6(number, all[0], all[1], all[2], all[3], all[4], all[5]);
}

size_t length(const char* text) {
    size_t n = 0;
    while (text[n])
        ++n;
    return n;
}

[[noreturn]] void die(const char* what) {
    call(__NR_write, 2, "floor: ", 7);
    call(__NR_write, 2, what, length(what));
    call(__NR_write, 2, "\n", 1);
    call(__NR_exit_group, 1);
    __builtin_unreachable();
}

long check(const char* what, long result) {
    if (result < 0) die(what);
    return result;
}

// DATA or CGROUP with something appended; lives until the next call.
const char* join(const char* a, const char* b) {
    static char path[4096];
    char* at = path;
    while (*a)
        *at++ = *a++;
    *at++ = '/';
    while (*b)
        *at++ = *b++;
    *at = '\0';
    return path;
}

constexpr unsigned kAtEmptyPath = 0x1000;
constexpr unsigned kTree = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;

struct Option {
    const char* key;
    const char* value;
};

void attach(long tree, long root, const char* to) {
    check(to, call(__NR_move_mount, tree, "", root, to, MOVE_MOUNT_F_EMPTY_PATH));
    call(__NR_close, tree);
}

long new_mount(const char* type, unsigned attributes, const Option* options, int count) {
    const long fs = check(type, call(__NR_fsopen, type, FSOPEN_CLOEXEC));
    for (int i = 0; i < count; ++i)
        check(options[i].key,
              call(__NR_fsconfig, fs, options[i].value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
                   options[i].key, options[i].value, 0));
    check(type, call(__NR_fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0));
    const long tree = check(type, call(__NR_fsmount, fs, FSMOUNT_CLOEXEC, attributes));
    call(__NR_close, fs);
    return tree;
}

constexpr unsigned kNoSuid = MOUNT_ATTR_NOSUID, kNoDev = MOUNT_ATTR_NODEV,
                   kNoExec = MOUNT_ATTR_NOEXEC;
constexpr unsigned kSafe = kNoSuid | kNoDev | kNoExec;

void make_mounts(long root, const char* data) {
    const Option dev[] = {{"mode", "755"}, {"size", "65536k"}};
    const Option pts[] = {
        {"newinstance", nullptr}, {"ptmxmode", "0666"}, {"mode", "0620"}, {"gid", "5"}};
    const Option shm[] = {{"mode", "1777"}, {"size", "67108864"}};
    attach(new_mount("proc", kSafe, nullptr, 0), root, "proc");
    attach(new_mount("tmpfs", kNoSuid | MOUNT_ATTR_STRICTATIME, dev, 2), root, "dev");
    for (const char* name : {"dev/pts", "dev/shm", "dev/mqueue"})
        call(__NR_mkdirat, root, name, 0755);
    attach(new_mount("devpts", kNoSuid | kNoExec, pts, 4), root, "dev/pts");
    attach(new_mount("sysfs", kSafe | MOUNT_ATTR_RDONLY, nullptr, 0), root, "sys");
    attach(new_mount("cgroup2", kSafe | MOUNT_ATTR_RDONLY, nullptr, 0), root, "sys/fs/cgroup");
    attach(new_mount("mqueue", kSafe, nullptr, 0), root, "dev/mqueue");
    attach(new_mount("tmpfs", kSafe, shm, 2), root, "dev/shm");
    for (const char* name : {"resolv.conf", "hostname", "hosts"}) {
        const long tree = check(name, call(__NR_open_tree, AT_FDCWD, join(data, name),
                                           kTree | 0x8000 /* AT_RECURSIVE */));
        attach(tree, root, join("etc", name));
    }
}

void make_devices(long root) {
    const struct {
        const char* path;
        int major, minor;
    } nodes[] = {{"dev/null", 1, 3}, {"dev/zero", 1, 5},   {"dev/full", 1, 7},
                 {"dev/tty", 5, 0},  {"dev/random", 1, 8}, {"dev/urandom", 1, 9}};
    const char* links[][2] = {{"/proc/self/fd", "dev/fd"},       {"/proc/self/fd/0", "dev/stdin"},
                              {"/proc/self/fd/1", "dev/stdout"}, {"/proc/self/fd/2", "dev/stderr"},
                              {"/proc/kcore", "dev/core"},       {"pts/ptmx", "dev/ptmx"}};
    call(__NR_umask, 0);
    for (const auto& node : nodes)
        check(node.path, call(__NR_mknodat, root, node.path, 020666, node.major << 8 | node.minor));
    for (const auto& link : links)
        call(__NR_symlinkat, link[0], root, link[1]);
    call(__NR_umask, 022);
}

void set_sysctls(long root) {
    const char* values[][2] = {{"proc/sys/net/ipv4/ip_unprivileged_port_start", "0"},
                               {"proc/sys/net/ipv4/ping_group_range", "0 2147483647"}};
    for (const auto& value : values) {
        const long file = check(value[0], call(__NR_openat, root, value[0], O_WRONLY | O_CLOEXEC));
        call(__NR_write, file, value[1], length(value[1]));
        call(__NR_close, file);
    }
}

void hide_paths(long root) {
    const char* masked[] = {"proc/asound",     "proc/acpi",        "proc/interrupts",
                            "proc/kcore",      "proc/keys",        "proc/latency_stats",
                            "proc/timer_list", "proc/timer_stats", "proc/sched_debug",
                            "proc/scsi",       "sys/firmware",     "sys/devices/virtual/powercap"};
    const char* read_only[] = {"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"};
    long empty = -1; // the first hidden directory's cover, which the others get a clone of
    for (const char* path : masked) {
        const long target = call(__NR_openat, root, path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
        if (target < 0) continue;
        const long below = call(__NR_openat, target, ".", O_PATH | O_CLOEXEC);
        long cover;
        if (below < 0)
            cover = check(path, call(__NR_open_tree, AT_FDCWD, "/dev/null", kTree));
        else if (empty < 0)
            cover = empty = new_mount("tmpfs", MOUNT_ATTR_RDONLY, nullptr, 0);
        else
            cover = check(path, call(__NR_open_tree, empty, "", kTree | kAtEmptyPath));
        check(path, call(__NR_move_mount, cover, "", target, "",
                         MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
    }
    mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
    for (const char* path : read_only) {
        const long tree = call(__NR_open_tree, root, path, kTree | 0x8000);
        if (tree < 0) continue;
        check(path, call(__NR_mount_setattr, tree, "", kAtEmptyPath | 0x8000, &attributes,
                         sizeof attributes));
        attach(tree, root, path);
    }
}

void drop_privileges() {
    constexpr uint64_t kKept = 0xa80425fb; // Docker's fourteen
    const int groups[] = {0, 1, 2, 3, 4, 6, 10};
    call(__NR_setgroups, 7, groups);
    const sock_fprog program = {static_cast<unsigned short>(filter_end - filter_begin),
                                const_cast<sock_filter*>(filter_begin)};
    check("seccomp",
          call(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program));
    for (int bit = 0; bit <= 40; ++bit)
        if (!(kKept >> bit & 1)) call(__NR_prctl, PR_CAPBSET_DROP, bit, 0, 0, 0);
    call(__NR_setresgid, 0, 0, 0);
    call(__NR_setresuid, 0, 0, 0);
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct sets[2] = {{uint32_t(kKept), uint32_t(kKept), 0}, {0, 0, 0}};
    check("capset", call(__NR_capset, &header, sets));
}

[[noreturn]] void become_true() {
    call(__NR_chdir, "/");
    call(__NR_setsid);
    drop_privileges();
    call(__NR_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC);
    const char* arguments[] = {"/bin/true", nullptr};
    const char* environment[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOSTNAME=3f1c2d4e5a6b", "HOME=/root", nullptr};
    call(__NR_execve, "/bin/true", arguments, environment);
    die("exec");
}

const char* rootfs;
const char* data;

[[noreturn]] void child() {
    check("cgroup namespace", call(__NR_unshare, CLONE_NEWCGROUP));
    call(__NR_sethostname, "3f1c2d4e5a6b", 12);
    constexpr long kRecursiveSlave = (1 << 19) | (1 << 14);
    check("propagation", call(__NR_mount, 0, "/", 0, kRecursiveSlave, 0));
    const long root =
        check("the root's tree", call(__NR_open_tree, AT_FDCWD, rootfs, kTree | 0x8000));
    check("the root", call(__NR_move_mount, root, "", AT_FDCWD, rootfs, MOVE_MOUNT_F_EMPTY_PATH));
    call(__NR_fchdir, root);
    make_mounts(root, data);
    make_devices(root);
    set_sysctls(root);
    hide_paths(root);
    check("pivot_root", call(__NR_pivot_root, ".", "."));
    check("umount", call(__NR_umount2, ".", 2 /* MNT_DETACH */));
    become_true();
}

long init_pidfd;

[[noreturn]] void joining_child() {
    check("setns",
          call(__NR_setns, init_pidfd,
               CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP));
    become_true();
}

// As many instructions as a compact program for Docker's device rules has.
void attach_device_program(long cgroup) {
    static bpf_insn code[24];
    for (auto& instruction : code)
        instruction = {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1};
    code[23] = {.code = BPF_JMP | BPF_EXIT};
    static bpf_attr load, attachment;
    load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    load.insn_cnt = 24;
    load.insns = reinterpret_cast<uint64_t>(code);
    load.license = reinterpret_cast<uint64_t>("GPL");
    const long program = check("bpf load", call(__NR_bpf, BPF_PROG_LOAD, &load, sizeof load));
    attachment.target_fd = static_cast<uint32_t>(cgroup);
    attachment.attach_bpf_fd = static_cast<uint32_t>(program);
    attachment.attach_type = BPF_CGROUP_DEVICE;
    attachment.attach_flags = BPF_F_ALLOW_MULTI;
    check("bpf attach", call(__NR_bpf, BPF_PROG_ATTACH, &attachment, sizeof attachment));
    call(__NR_close, program);
}

// vfork's way: the child runs in our memory, on a stack of its own, while we wait for its exec.
long start_child(clone_args& arguments, void (*child_main)()) {
    alignas(16) static char stack[65536];
    arguments.flags |= CLONE_VM | CLONE_VFORK;
    arguments.stack = reinterpret_cast<uint64_t>(stack);
    arguments.stack_size = sizeof stack;
    long pid;
    asm volatile("syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n\txor %%ebp, %%ebp\n\tcall *%3\n1:"
                 : "=a"(pid)
                 : "a"(long(__NR_clone3)), "D"(&arguments), "r"(child_main), "S"(sizeof arguments)
                 : "rcx", "r11", "memory");
    return pid;
}

[[noreturn]] void exec_floor(const char* digits, const char* cgroup) {
    long pid = 0;
    for (; *digits; ++digits)
        pid = pid * 10 + (*digits - '0');
    init_pidfd = check("pidfd_open", call(__NR_pidfd_open, pid, 0));
    const long directory =
        check("open the cgroup", call(__NR_open, cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    check("setns", call(__NR_setns, init_pidfd, CLONE_NEWPID));
    clone_args clone = {};
    clone.flags = CLONE_INTO_CGROUP;
    clone.exit_signal = 17;
    clone.cgroup = static_cast<uint64_t>(directory);
    const long child_pid = check("clone3", start_child(clone, joining_child));
    int status = 0;
    check("wait", call(__NR_wait4, child_pid, &status, 0, 0));
    call(__NR_exit_group, status ? 1 : 0);
    __builtin_unreachable();
}

} // namespace

extern "C" [[noreturn]] void floor_main(long* stack) {
    if (stack[0] < 4) die("usage: floor ROOTFS DATA CGROUP");
    char** arguments = reinterpret_cast<char**>(stack + 1);
    if (arguments[1][0] == 'e' && length(arguments[1]) == 4) exec_floor(arguments[2], arguments[3]);
    rootfs = arguments[1];
    data = arguments[2];
    const char* cgroup = arguments[3];

    check("make the cgroup", call(__NR_mkdir, cgroup, 0755));
    const long directory =
        check("open the cgroup", call(__NR_open, cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    attach_device_program(directory);

    clone_args clone = {};
    clone.flags =
        CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_INTO_CGROUP;
    clone.exit_signal = 17;
    clone.cgroup = static_cast<uint64_t>(directory);
    const long pid = check("clone3", start_child(clone, child));
    int status = 0;
    check("wait", call(__NR_wait4, pid, &status, 0, 0));
    check("remove the cgroup", call(__NR_rmdir, cgroup));
    call(__NR_exit_group, status ? 1 : 0);
    __builtin_unreachable();
}

asm(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call floor_main\n");
