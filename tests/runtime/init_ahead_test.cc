#include "runtime/init_ahead.h"

#include "runtime/report.h"
#include "sys/file.h"
#include "sys/namespace.h"
#include "sys/raw.h"
#include "tests/init/harness.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tare::runtime {
namespace {

class InitAheadTest : public testing::Test {
protected:
    void SetUp() override {
        NEEDS_NAMESPACES();
        if (::geteuid() != 0) GTEST_SKIP() << "only root has one";
        self = {::getpid(), sys::open_pidfd(::getpid()).value()};
        plan.joins.push_back({.type = CLONE_NEWPID, .before_clone = true});
    }

    // The exit status of a process that this shell script is; it goes on without being let.
    int run(const std::string& script, const std::function<void()>& meanwhile = {}) {
        init::shell(plan.steps, script);
        InitAhead ahead = InitAhead::start(self, "");
        EXPECT_TRUE(ahead);
        if (meanwhile) meanwhile();
        auto launched = ahead.give(plan, {.go_ahead = 1});
        if (!launched) return -1;
        const wire::Message go = {.kind = wire::kGo};
        EXPECT_EQ(::write(launched->report.get(), &go, sizeof go), sizeof go);
        return sys::exit_code(sys::reap(launched->init.pidfd).value());
    }

    bool serves() {
        InitAhead ahead = InitAhead::start(self, "");
        EXPECT_TRUE(ahead);
        return ahead.give(plan, {}).has_value();
    }

    static bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

    sys::Child self;
    plan::Plan plan;
};

TEST_F(InitAheadTest, PerformsThePlanThatItIsGiven) {
    EXPECT_EQ(run("exit 7"), 7);
}

// The shell is in the pid namespace of another init, and not its first process.
TEST_F(InitAheadTest, IsBornInThePidNamespaceOfTheContainer) {
    const Fd ours = sys::open_file("/proc/self/ns/pid", O_RDONLY).value();
    const auto sleep = [](void*) {
        for (;;)
            sys::raw::call(SYS_pause);
    };
    const sys::Child init = sys::spawn(CLONE_NEWPID, -1, sleep, nullptr).value();
    self = {init.pid, sys::duplicate(init.pidfd).value()};
    EXPECT_EQ(run("exit $$"), 2);
    ASSERT_TRUE(sys::enter_namespace(ours, CLONE_NEWPID)); // of later children
    sys::end_child(init);
}

TEST_F(InitAheadTest, SaysThatItHasDiedBeforeItReadItsPlan) {
    init::shell(plan.steps, "exit 7");
    InitAhead ahead = InitAhead::start(self, "");
    auto launched = ahead.give(plan, {.go_ahead = 1}).value();
    (void)sys::send_signal(launched.init.pidfd, SIGKILL); // now or later, it reads or does not
    ASSERT_TRUE(sys::wait_for_end(launched.init.pidfd, 5000).value_or(false));
    Report report(std::move(launched.report), plan.steps);
    EXPECT_TRUE(report.go(launched.init.pid));
    const Status executed = await_exec(report, "the process", launched.init.pidfd);
    ASSERT_FALSE(executed);
    EXPECT_EQ(executed.error().text, "the process died before it was ready: killed by signal 9");
}

TEST_F(InitAheadTest, JoinsByTheDescriptorOfTheContainersInit) {
    plan.joins.push_back({.type = CLONE_NEWUTS, .slot = plan.steps.new_slot()});
    plan.steps.add(wire::Op::kJoin, wire::Join{.types = CLONE_NEWUTS, .ns = 0}, {});
    EXPECT_EQ(run("exit 7"), 7);
}

TEST_F(InitAheadTest, LeavesThePersonalityAsItWas) {
    constexpr const char* kScript = "exit $((0x$(cat /proc/self/personality) >> 16))";
    const int before = ::personality(0xffffffff);
    EXPECT_EQ(run(kScript), before >> 16);
}

TEST_F(InitAheadTest, LeavesAFixedAddressSpaceToWhoHasOne) {
    constexpr const char* kScript = "exit $((0x$(cat /proc/self/personality) >> 16))";
    const int before = ::personality(0xffffffff);
    ::personality(static_cast<unsigned>(before | ADDR_NO_RANDOMIZE));
    EXPECT_EQ(run(kScript), (before | ADDR_NO_RANDOMIZE) >> 16);
    ::personality(static_cast<unsigned>(before));
}

TEST_F(InitAheadTest, ResetsWhatWasIgnoredWhenItBegan) {
    ::signal(SIGUSR1, SIG_IGN);
    const int is_ignored =
        run("ignored=$(sed -n 's/SigIgn:.//p' /proc/self/status); exit $((0x$ignored >> 9 & 1))",
            [] { ::signal(SIGUSR1, SIG_DFL); });
    EXPECT_EQ(is_ignored, 0);
}

TEST_F(InitAheadTest, EndsWhereItIsNotNeeded) {
    EXPECT_TRUE(InitAhead::start(self, ""));
    EXPECT_FALSE(has_children());
}

TEST_F(InitAheadTest, ServesNoPlanThatAsksForMore) {
    const plan::Plan usual = std::move(plan);
    const auto with = [&](auto change) {
        plan = {};
        plan.joins = usual.joins;
        change(plan);
        return serves();
    };
    const auto and_reaps = [] { return ::waitpid(-1, nullptr, 0) > 0; }; // its socket has ended
    EXPECT_TRUE(with([](plan::Plan&) {}) && and_reaps());
    EXPECT_FALSE(with([](plan::Plan& p) { p.joins.clear(); }));
    EXPECT_FALSE(with([](plan::Plan& p) { p.joins[0].before_clone = false; }));
    EXPECT_FALSE(with([](plan::Plan& p) { p.new_user_namespace = true; }));
    EXPECT_FALSE(with([](plan::Plan& p) { p.unshare_time = true; }));
    EXPECT_FALSE(with([](plan::Plan& p) { p.id_maps.emplace_back(); }));
    EXPECT_FALSE(with([](plan::Plan& p) { p.joins[0].path = "/proc/1/ns/pid"; }));
    EXPECT_FALSE(with([](plan::Plan& p) { p.joins[0].type = CLONE_NEWNET; }));
    EXPECT_FALSE(with([](plan::Plan& p) { p.forks = true; }));
    EXPECT_FALSE(with([](plan::Plan& p) { p.initial_cpus = {1}; }));
    EXPECT_FALSE(with([](plan::Plan& p) { p.root = 0; }));
    EXPECT_FALSE(with([](plan::Plan& p) { p.trees.emplace_back(); }));
    EXPECT_FALSE(with([](plan::Plan& p) { p.raised_rlimits.emplace_back(); }));
    EXPECT_FALSE(with([](plan::Plan& p) { p.oom_score_adj = 1; }));
    EXPECT_FALSE(with([](plan::Plan& p) { p.steps.text(std::string(wire::kMostSent, 'x')); }));
    EXPECT_FALSE(has_children());
}

TEST_F(InitAheadTest, IsNotThereWithoutItsCgroup) {
    EXPECT_FALSE(InitAhead::start(self, "/proc/self/nothing"));
    EXPECT_FALSE(InitAhead::start(self, "/proc"));
    EXPECT_FALSE(has_children());
}

TEST_F(InitAheadTest, APlanThatIsNoneEndsTheProcess) {
    InitAhead ahead = InitAhead::start(self, "");
    const auto launched = ahead.give(plan, {.magic = 1});
    ASSERT_TRUE(launched);
    EXPECT_EQ(sys::exit_code(sys::reap(launched->init.pidfd).value()), EBADMSG);
}

} // namespace
} // namespace tare::runtime
