#include "tests/init/harness.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <ftw.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" const char tare_init_begin[];
extern "C" const char tare_init_end[];

namespace tare::init {

using wire::Op;

namespace {

constexpr const char* kShell = "/bin/busybox";

int memory_file(const char* name, const void* data, std::size_t size) {
    const int fd = ::memfd_create(name, MFD_CLOEXEC);
    EXPECT_GE(fd, 0);
    EXPECT_EQ(::write(fd, data, size), static_cast<ssize_t>(size));
    return fd;
}

void write_file(const std::string& path, const std::string& text) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    EXPECT_GE(fd, 0) << path;
    EXPECT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size())) << path;
    ::close(fd);
}

std::string read_all(int fd) {
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = ::read(fd, buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(n));
    return text;
}

pid_t clone_child(std::uint64_t flags) {
    return static_cast<pid_t>(::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, 0));
}

// As an old kernel would answer.
void deny(const std::vector<long>& calls) {
    std::vector<sock_filter> filter = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const long call : calls) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
    }
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog program = {static_cast<unsigned short>(filter.size()), filter.data()};
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) ::_exit(97);
}

// A copy of the host's, for all roots of the test program.
struct Shell {
    Shell() {
        const int to = ::mkstemp(path);
        const int from = ::open(kShell, O_RDONLY | O_CLOEXEC);
        EXPECT_GT(::sendfile(to, from, nullptr, std::size_t{1} << 30), 0);
        ::fchmod(to, 0755);
        ::close(from);
        ::close(to);
    }
    ~Shell() { ::unlink(path); }
    Shell(const Shell&) = delete;

    char path[32] = "/tmp/init-test-shell-XXXXXX";
};

bool receive(int from, wire::Message& message, std::vector<int>& descriptors) {
    iovec part = {&message, sizeof message};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    msghdr header = {};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    if (::recvmsg(from, &header, MSG_CMSG_CLOEXEC) != sizeof message) return false;
    if (const cmsghdr* rights = CMSG_FIRSTHDR(&header)) {
        int fd;
        std::memcpy(&fd, CMSG_DATA(rights), sizeof fd);
        descriptors.push_back(fd);
    }
    return true;
}

// Leaves the low numbers to the tests.
class Reserved {
public:
    Reserved() {
        do
            held_.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        while (held_.back() < 16);
    }
    ~Reserved() {
        for (const int fd : held_)
            ::close(fd);
    }
    Reserved(const Reserved&) = delete;

private:
    std::vector<int> held_;
};

void keep_open(int fd) {
    ::fcntl(fd, F_SETFD, 0);
}

} // namespace

bool Outcome::exited(int code) const {
    return WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == code;
}

std::string Outcome::refusal() const {
    for (const wire::Message& message : messages)
        if (message.kind == wire::kFailed)
            return "step " + std::to_string(message.step) + ": errno "
                   + std::to_string(message.code) + ", detail " + std::to_string(message.detail);
    return "";
}

bool Outcome::has(std::uint32_t kind) const {
    for (const wire::Message& message : messages)
        if (message.kind == kind) return true;
    return false;
}

std::string Outcome::hook_output() const {
    plan::HookOutput said;
    for (const wire::Message& message : messages)
        said.take(message);
    return said.text();
}

bool may_use_namespaces() {
    static const bool may = [] {
        const std::uint64_t user = ::geteuid() == 0 ? 0 : CLONE_NEWUSER;
        const pid_t pid = clone_child(CLONE_NEWNS | user);
        if (pid == 0) ::_exit(0);
        if (pid > 0) ::waitpid(pid, nullptr, 0);
        return pid > 0;
    }();
    return may;
}

Outcome run_init(const plan::Steps& steps, Spawn spawn) {
    const bool maps = ::geteuid() != 0 || spawn.new_user_namespace;
    const Reserved low_numbers;
    int report[2], output[2], mapped[2], gate[2] = {-1, -1}, gate_error[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, report), 0);
    EXPECT_EQ(::pipe2(output, O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(mapped, O_CLOEXEC), 0);
    if (spawn.gate) {
        EXPECT_EQ(::pipe2(gate, O_CLOEXEC), 0);
        EXPECT_EQ(::pipe2(gate_error, O_CLOEXEC), 0);
    }
    wire::Header header;
    header.report_fd = report[1];
    header.gate_in_fd = gate[0];
    header.gate_out_fd = gate_error[1];
    header.keep_fds = spawn.keep_fds;
    const std::string plan = steps.encode(header, spawn.slots);
    const int plan_fd = memory_file("plan", plan.data(), plan.size());
    const int program = memory_file("tare-init", tare_init_begin,
                                    static_cast<std::size_t>(tare_init_end - tare_init_begin));

    pid_t pid = clone_child(spawn.namespaces | (maps ? CLONE_NEWUSER : 0));
    if (pid == 0) {
        char go;
        if (::read(mapped[0], &go, 1) != 1) ::_exit(99);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(output[1], 1);
        if (spawn.before_exec) spawn.before_exec();
        if (!spawn.missing.empty()) deny(spawn.missing);
        for (const int fd : {report[1], plan_fd, gate[0], gate_error[1]})
            if (fd >= 0) keep_open(fd);
        for (const int fd : spawn.slots)
            if (fd >= 0) keep_open(fd);
        const std::string number = std::to_string(plan_fd);
        const char* args[] = {"tare-init", number.c_str(), nullptr};
        const char* env[] = {nullptr};
        ::syscall(SYS_execveat, program, "", args, env, AT_EMPTY_PATH);
        ::_exit(98);
    }
    EXPECT_GT(pid, 0) << std::strerror(errno);
    if (maps) {
        const std::string proc = "/proc/" + std::to_string(pid);
        write_file(proc + "/setgroups", "deny");
        write_file(proc + "/uid_map", "0 " + std::to_string(::geteuid()) + " 1");
        write_file(proc + "/gid_map", "0 " + std::to_string(::getegid()) + " 1");
    }
    EXPECT_EQ(::write(mapped[1], "x", 1), 1);
    for (const int fd : {report[1], output[1], plan_fd, program, gate[0], gate_error[1]})
        if (fd >= 0) ::close(fd);

    Outcome outcome;
    outcome.pid = pid;
    for (wire::Message message; receive(report[0], message, outcome.descriptors);) {
        outcome.messages.push_back(message);
        if (message.kind == wire::kForked) { // as by CLONE_PARENT, the other is our child as well
            EXPECT_EQ(::waitpid(pid, &outcome.wait_status, 0), pid);
            outcome.pid = pid = message.code;
        }
        const bool ready = message.kind == wire::kReadyNow;
        if (ready && spawn.gate) { // it closes the socket behind the message
            pollfd closed = {.fd = report[0]};
            ::poll(&closed, 1, 5000);
        }
        if (ready && spawn.waiting) spawn.waiting(pid);
        if (ready || message.kind == wire::kSynced) {
            const wire::Message go{.kind = wire::kGo, .code = pid};
            const int to = ready && spawn.gate ? gate[1] : report[0];
            EXPECT_EQ(::write(to, &go, sizeof go), static_cast<ssize_t>(sizeof go));
        }
    }
    outcome.output = read_all(output[0]);
    if (spawn.gate)
        for (wire::Message message;
             ::read(gate_error[0], &message, sizeof message) == sizeof message;)
            outcome.messages.push_back(message);
    EXPECT_EQ(::waitpid(pid, &outcome.wait_status, 0), pid);
    for (const int fd : {report[0], output[0], mapped[0], mapped[1], gate[1], gate_error[0]})
        if (fd >= 0) ::close(fd);
    return outcome;
}

Root::Root() {
    char name[] = "/tmp/init-test-XXXXXX";
    path_ = ::mkdtemp(name);
    ::chmod(name, 0755);
    for (const char* below : {"proc", "sys", "dev", "tmp", "etc", "bin"})
        directory(below);
    if (!has_shell()) return;
    static const Shell shell;
    EXPECT_EQ(::link(shell.path, (*this / "bin/busybox").c_str()), 0);
    for (const char* name_of : {"sh", "cat", "ls", "stat", "id", "readlink", "true", "grep", "wc",
                                "tr", "sleep", "stty", "tty", "nice"})
        link("busybox", std::string("bin/") + name_of);
}

Root::~Root() {
    const auto remove = [](const char* path, const struct stat*, int, FTW*) {
        return ::remove(path);
    };
    EXPECT_EQ(::nftw(path_.c_str(), remove, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT), 0) << path_;
}

void Root::directory(const std::string& below) const {
    EXPECT_EQ(::mkdir((*this / below).c_str(), 0755), 0) << below;
}

void Root::file(const std::string& below, const std::string& text) const {
    write_file(*this / below, text);
}

void Root::link(const std::string& target, const std::string& below) const {
    EXPECT_EQ(::symlink(target.c_str(), (*this / below).c_str()), 0) << below;
}

bool has_shell() {
    return ::access(kShell, X_OK) == 0;
}

void begin(plan::Steps& steps, const Root& root) {
    steps.add(Op::kPropagation, wire::Propagation{MS_SLAVE | MS_REC}, {});
    steps.add(Op::kBindRoot, wire::BindRoot{.path = steps.text(root.path())}, {});
}

void end(plan::Steps& steps, const std::string& script) {
    steps.add(Op::kPivot, wire::Pivot{}, {});
    shell(steps, script);
}

void shell(plan::Steps& steps, const std::string& script) {
    const wire::Text name = steps.text("sh");
    const wire::Exec exec{.args = steps.texts({"sh", "-c", script}),
                          .env = steps.texts({"PATH=/bin", "A=b"})};
    steps.add(Op::kFindExec, wire::FindExec{name, steps.text("/nowhere:/bin")}, {});
    steps.add(Op::kReady, {});
    steps.add(Op::kExec, exec, {});
}

wire::Mount file_system(plan::Steps& steps, const std::string& type, const std::string& target,
                        std::uint64_t attributes, const std::vector<std::string>& options) {
    wire::Mount mount;
    mount.type = steps.text(type);
    mount.source = steps.text(type);
    mount.target = steps.text(target);
    mount.options = steps.texts(options);
    mount.attributes.set = attributes;
    return mount;
}

} // namespace tare::init
