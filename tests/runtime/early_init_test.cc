#include "runtime/early_init.h"

#include "plan/steps.h"
#include "sys/file.h"
#include "sys/socket.h"
#include "tests/init/harness.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <iterator>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tare::runtime {
namespace {

class EarlyInitTest : public testing::Test {
protected:
    void SetUp() override {
        NEEDS_NAMESPACES();
        if (::geteuid() != 0) GTEST_SKIP() << "only root has one";
        sockets = sys::socket_pair(SOCK_SEQPACKET).value();
    }

    // The plan, the report socket, and then `more`.
    std::optional<sys::Child> fork(EarlyInit& early, wire::Launch launch,
                                   const std::vector<int>& more = {}) {
        const std::string plan = steps.encode({.report_fd = 1}, {});
        const Fd memory = sys::sealed_memory("plan", plan, false).value();
        std::vector<int> row = {memory.get(), sockets.theirs.get()};
        row.insert(row.end(), more.begin(), more.end());
        auto child = early.fork(launch, row);
        sockets.theirs = Fd();
        return std::move(child).value();
    }

    std::uint32_t next_kind() {
        wire::Message message;
        const ssize_t size = ::read(sockets.ours.get(), &message, sizeof message);
        return size == sizeof message ? message.kind : 0;
    }

    void go() {
        const wire::Message message = {.kind = wire::kGo};
        ASSERT_EQ(::write(sockets.ours.get(), &message, sizeof message), sizeof message);
    }

    bool is_silent() {
        pollfd report = {.fd = sockets.ours.get(), .events = POLLIN, .revents = 0};
        return ::poll(&report, 1, 50) == 0;
    }

    static bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

    // From now on, in this process.
    static void refuse(std::uint32_t number, std::uint32_t error) {
        sock_filter code[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const sock_fprog program = {std::size(code), code};
        ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
    }

    plan::Steps steps;
    sys::SocketPair sockets;
};

TEST_F(EarlyInitTest, TheProcessIsAChildOfOursInNewNamespaces) {
    const init::Root root;
    init::begin(steps, root);
    init::end(steps, "exit $((6 + $$))");
    EarlyInit early = EarlyInit::start(0).value();
    ASSERT_TRUE(early);
    const auto child = fork(early, {.namespaces = CLONE_NEWNS | CLONE_NEWPID});
    ASSERT_TRUE(child);
    EXPECT_EQ(next_kind(), wire::kReadyNow);
    go();
    EXPECT_EQ(next_kind(), wire::kExecuting);
    EXPECT_EQ(next_kind(), 0u);
    EXPECT_EQ(sys::exit_code(sys::reap(child->pidfd).value()), 7);
    early.end();
    EXPECT_FALSE(has_children());
}

TEST_F(EarlyInitTest, IgnoredSigchldOfTheCallerDoesNotCostTheStatus) {
    const init::Root root;
    init::begin(steps, root);
    init::end(steps, "grep -q '^SigIgn:.*[^0]$' /proc/self/status && exit 1; exit 7");
    ::signal(SIGCHLD, SIG_IGN);
    EarlyInit early = EarlyInit::start(0).value();
    EXPECT_EQ(::signal(SIGCHLD, SIG_DFL), SIG_DFL);
    const auto child = fork(early, {.namespaces = CLONE_NEWNS});
    ASSERT_TRUE(child);
    go();
    const auto status = sys::reap(child->pidfd);
    EXPECT_EQ(status ? sys::exit_code(*status) : -1, 7);
}

TEST_F(EarlyInitTest, NamespacesThatWereMadeAheadAreThoseOfTheProcess) {
    const init::Root root;
    init::begin(steps, root);
    steps.add(wire::Op::kHostname, wire::Value{steps.text("ahead")}, {});
    init::end(steps, "[ $(hostname) = ahead ] && exit $((6 + $$))");
    EarlyInit early = EarlyInit::start(0).value();
    early.unshare(CLONE_NEWNS | CLONE_NEWUTS);
    const auto child = fork(early, {.namespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID});
    ASSERT_TRUE(child);
    EXPECT_EQ(next_kind(), wire::kReadyNow);
    go();
    EXPECT_EQ(sys::exit_code(sys::reap(child->pidfd).value()), 7);
    char name[64];
    ASSERT_EQ(::gethostname(name, sizeof name), 0);
    EXPECT_STRNE(name, "ahead");
}

TEST_F(EarlyInitTest, NoProcessWhereMoreWasMadeThanIsWanted) {
    EarlyInit early = EarlyInit::start(0).value();
    early.unshare(CLONE_NEWNS | CLONE_NEWUTS);
    EXPECT_FALSE(fork(early, {.namespaces = CLONE_NEWUTS}));
}

TEST_F(EarlyInitTest, WaitsWhereItIsToWait) {
    steps.add(wire::Op::kReady, {});
    EarlyInit early = EarlyInit::start(0).value();
    const auto child = fork(early, {.namespaces = CLONE_NEWUTS, .waits = 1});
    ASSERT_TRUE(child);
    EXPECT_TRUE(is_silent());
    go();
    EXPECT_EQ(next_kind(), wire::kReadyNow);
    go();
    EXPECT_EQ(sys::exit_code(sys::reap(child->pidfd).value()), 0);
}

TEST_F(EarlyInitTest, JoinsBeforeItForks) {
    steps.add(wire::Op::kReady, {});
    const Fd uts = sys::open_file("/proc/self/ns/uts", O_RDONLY).value();
    EarlyInit early = EarlyInit::start(0).value();
    const auto child = fork(early, {.joins = {{.type = CLONE_NEWUTS, .ns = 2}}}, {uts.get()});
    ASSERT_TRUE(child);
    EXPECT_EQ(next_kind(), wire::kReadyNow);
    go();
    EXPECT_EQ(sys::exit_code(sys::reap(child->pidfd).value()), 0);
}

TEST_F(EarlyInitTest, NoProcessWhereANamespaceIsOfAnotherType) {
    const Fd uts = sys::open_file("/proc/self/ns/uts", O_RDONLY).value();
    EarlyInit early = EarlyInit::start(0).value();
    EXPECT_FALSE(fork(early, {.joins = {{.type = CLONE_NEWNET, .ns = 2}}}, {uts.get()}));
    early.end();
    EXPECT_FALSE(has_children());
}

TEST_F(EarlyInitTest, NoProcessWhereItsPlaceIsNone) {
    EarlyInit early = EarlyInit::start(0).value();
    EXPECT_FALSE(fork(early, {.cgroup = 2}));
}

// The Launch comes to a socket whose last owner ends without reading it.
TEST_F(EarlyInitTest, NoProcessWhereItEndsBefore) {
    constexpr std::uint64_t kRefused = 1;
    EarlyInit early = EarlyInit::start(0).value();
    early.unshare(kRefused);
    EXPECT_FALSE(fork(early, {.namespaces = kRefused}));
    early.end();
    EXPECT_FALSE(has_children());
}

// It may be there, so that no other may be made in its place.
TEST_F(EarlyInitTest, AnErrorWhereItsAnswerCannotBeRead) {
    const auto forking = [this] {
        const Fd memory = sys::sealed_memory("plan", "no plan", false).value();
        EarlyInit early = EarlyInit::start(0).value();
        refuse(SYS_recvmsg, ENOMEM);
        const auto child = early.fork({}, {memory.get(), sockets.theirs.get()});
        std::fputs(child ? "none" : child.error().text.c_str(), stderr);
        early.end();
        std::_Exit(0);
    };
    EXPECT_EXIT(forking(), testing::ExitedWithCode(0),
                "^make the container's process: receive a message: cannot allocate memory$");
}

TEST_F(EarlyInitTest, EndsWhereItIsNotNeeded) {
    EXPECT_TRUE(EarlyInit::start(0).value());
    EXPECT_FALSE(has_children());
}

TEST_F(EarlyInitTest, APlanThatIsNoneEndsTheProcess) {
    const Fd memory = sys::sealed_memory("plan", "no plan", false).value();
    EarlyInit early = EarlyInit::start(0).value();
    const auto child = early.fork({}, {memory.get(), sockets.theirs.get()}).value();
    ASSERT_TRUE(child);
    EXPECT_EQ(sys::exit_code(sys::reap(child->pidfd).value()), EBADMSG);
}

class ForeseenInitTest : public EarlyInitTest {
protected:
    // Whether one is there when it is asked for.
    bool foresees(std::vector<std::string> words) {
        std::vector<char*> pointers;
        for (std::string& word : words)
            pointers.push_back(word.data());
        const bool there = [&] {
            const ForeseenInit init(pointers);
            return has_children();
        }();
        EXPECT_FALSE(has_children()); // it ends with what foresaw it
        return there;
    }
};

TEST_F(ForeseenInitTest, ComesForTheCommandsThatNeedOne) {
    EXPECT_TRUE(foresees({"run", "id"}));
    EXPECT_TRUE(foresees({"--root", "/x", "--debug", "create", "--bundle", "/b", "id"}));
    EXPECT_TRUE(foresees({"--log-format=json", "create", "id"}));
    EXPECT_FALSE(foresees({"state", "run"}));
    EXPECT_FALSE(foresees({"exec", "id", "run"}));
    EXPECT_FALSE(foresees({"--root", "/x", "delete", "exec"}));
    EXPECT_FALSE(foresees({"--help"}));
    EXPECT_FALSE(foresees({}));
}

TEST_F(ForeseenInitTest, EndsWhenItTurnsOutThatNobodyNeedsIt) {
    std::string words[] = {"--debug", "exec", "run"};
    char* pointers[] = {words[0].data(), words[1].data(), words[2].data()};
    const ForeseenInit init(pointers);
    EXPECT_TRUE(has_children());
    EarlyInit::expect("run");
    EXPECT_TRUE(has_children());
    EarlyInit::expect("exec");
    EXPECT_FALSE(has_children());
    EarlyInit::expect("exec");
}

TEST_F(ForeseenInitTest, DoesNotComeWhereDescriptorsAreKept) {
    EXPECT_FALSE(foresees({"run", "--preserve-fds", "1", "id"}));
    EXPECT_FALSE(foresees({"run", "--preserve-fds=1", "id"}));
    EXPECT_FALSE(foresees({"run", "-preserve-fds", "1", "id"}));
    ::setenv("LISTEN_FDS", "1", 1);
    EXPECT_FALSE(foresees({"run", "id"}));
    ::unsetenv("LISTEN_FDS");
}

TEST_F(ForeseenInitTest, IsTheOneThatIsAskedFor) {
    char word[] = "run";
    char* words[] = {word};
    const ForeseenInit init(words);
    EarlyInit early = EarlyInit::start(0).value();
    ASSERT_TRUE(early);
    early.end();
    EXPECT_FALSE(has_children());
}

} // namespace
} // namespace tare::runtime
