#include "runtime/cgroup.h"

#include "runtime/cgroup_tree.h"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// On directories in /tmp: what the kernel adds to a real cgroup the tests put there themselves.

namespace tare::runtime {
namespace {

class CgroupTest : public testing::Test {
protected:
    CgroupTest() {
        char name[] = "/tmp/tare-cgroup-XXXXXX";
        tree_ = ::mkdtemp(name);
    }
    ~CgroupTest() override { (void)!::system(("rm -rf " + tree_).c_str()); }

    std::string make(const std::string& cgroup) {
        const std::string path = tree_ + cgroup;
        ::mkdir(path.c_str(), 0755);
        put(cgroup + "/cgroup.events", "populated 0\nfrozen 0\n");
        put(cgroup + "/cgroup.subtree_control", "");
        return path;
    }
    void put(const std::string& file, const std::string& text) const {
        std::ofstream(tree_ + file) << text;
    }
    std::string get(const std::string& file) const {
        std::stringstream text;
        text << std::ifstream(tree_ + file).rdbuf();
        return text.str();
    }
    bool exists(const std::string& file) const {
        return ::access((tree_ + file).c_str(), F_OK) == 0;
    }

    std::string tree_;
};

plan::CgroupPlan plan_with(std::vector<plan::CgroupWrite> writes) {
    return {.origin = "(default)", .writes = std::move(writes)};
}

template <class T>
std::string error_of(const Result<T>& result) {
    return result ? "(success)" : result.error().text;
}

// ---- Where

TEST(FindOwnCgroup, TakesTheLineOfVersion2) {
    EXPECT_EQ(find_own_cgroup("4:memory:/a\n1:name=systemd:/b\n0::/user.slice/x\n"),
              "/user.slice/x");
    EXPECT_EQ(find_own_cgroup("4:memory:/a\n"), "");
}

TEST(PlaceCgroup, CountsFromTheTreeOrFromOurParent) {
    const auto place = [](const char* own, const char* wanted) {
        const auto path = place_cgroup("/sys/fs/cgroup", own, wanted, "c1");
        return path ? *path : path.error().text;
    };
    EXPECT_EQ(place("", ""), "/sys/fs/cgroup/c1");
    EXPECT_EQ(place("", "/docker/x"), "/sys/fs/cgroup/docker/x");
    EXPECT_EQ(place("", "//docker/./x/"), "/sys/fs/cgroup/docker/x");
    EXPECT_EQ(place("/user/session", "x/y"), "/sys/fs/cgroup/user/x/y");
    EXPECT_EQ(place("/session", "x"), "/sys/fs/cgroup/x");
    EXPECT_EQ(place("/", "x"), "/sys/fs/cgroup/x");
    EXPECT_EQ(place("/../outside", "x"), "our own cgroup is outside of '/sys/fs/cgroup'");
    EXPECT_EQ(place("", "/"), "'/' is the root of all cgroups");
    EXPECT_EQ(place("/a", "."), "'.' is the root of all cgroups");
}

TEST(LocateCgroup, NeedsNoneForNothingWhenDisabled) {
    const Settings settings{.cgroup_manager = CgroupManager::kDisabled};
    EXPECT_EQ(locate_cgroup(settings, plan_with({}), "c1").value(), "");
    EXPECT_EQ(locate_cgroup(settings, plan_with({{"o", "pids.max", "max"}}), "c1").value(), "");
    EXPECT_EQ(error_of(locate_cgroup(
                  settings,
                  plan_with({{"config.json#/linux/resources/pids/limit", "pids.max", "7"}}), "c1")),
              "config.json#/linux/resources/pids/limit: needs a cgroup of its own, but "
              "--cgroup-manager=disabled was given");
    plan::CgroupPlan devices = plan_with({});
    devices.device_program = {1, 2};
    devices.device_origin = "config.json#/linux/resources/devices";
    EXPECT_EQ(error_of(locate_cgroup(settings, devices, "c1")),
              "config.json#/linux/resources/devices: need a cgroup of its own, but "
              "--cgroup-manager=disabled was given");
}

TEST(LocateCgroup, RefusesWhatOnlySystemdCanDo) {
    const plan::CgroupPlan plan{.origin = "config.json#/linux/cgroupsPath",
                                .path = "system.slice:docker:c1"};
    EXPECT_EQ(error_of(locate_cgroup({}, plan, "c1")),
              "config.json#/linux/cgroupsPath: 'system.slice:docker:c1' is in the form of systemd "
              "(slice:prefix:name), which the cgroup manager 'cgroupfs' does not take");
}

// ---- Controllers

TEST_F(CgroupTest, EnablesControllersFromTheTreeDown) {
    for (const char* cgroup : {"", "/a", "/a/b", "/a/b/c"})
        make(cgroup);
    put("/cgroup.subtree_control", "cpu memory\n");
    const auto missing = enable_controllers(tree_, tree_ + "/a/b/c", {"memory"});
    ASSERT_TRUE(missing) << missing.error().text;
    EXPECT_TRUE(missing->empty());
    EXPECT_EQ(get("/cgroup.subtree_control"), "cpu memory\n"); // was there
    EXPECT_EQ(get("/a/cgroup.subtree_control"), "+memory");
    EXPECT_EQ(get("/a/b/cgroup.subtree_control"), "+memory");
    EXPECT_EQ(get("/a/b/c/cgroup.subtree_control"), "");
}

TEST_F(CgroupTest, NeverEnablesControllersBesideProcesses) {
    make("");
    const std::string path = make("/a");
    put("/a/cgroup.type", "domain\n");
    put("/a/cgroup.procs", "4711\n");
    EXPECT_EQ(error_of(enable_controllers(tree_, path + "/b", {"pids"})),
              "enable the controller 'pids' in '" + path
                  + "': it has processes of its own, and cgroup v2 lets only cgroups without hand "
                    "controllers down: choose another linux.cgroupsPath");
    EXPECT_EQ(get("/a/cgroup.subtree_control"), "");
    put("/a/cgroup.procs", "");
    EXPECT_TRUE(enable_controllers(tree_, path + "/b", {"pids"}));
}

TEST(MissingController, NamesFieldFileControllerAndTree) {
    const Failure failure = missing_controller(
        {"config.json#/linux/resources/unified/nosuch.max", "nosuch.max", "1"}, "/sys/fs/cgroup");
    EXPECT_EQ(failure.value().text,
              "config.json#/linux/resources/unified/nosuch.max: needs 'nosuch.max' of the "
              "controller 'nosuch', which the cgroup v2 hierarchy at '/sys/fs/cgroup' does not "
              "have");
}

// ---- Making

TEST_F(CgroupTest, MakesWhatIsNotThere) {
    const auto cgroup = make_cgroup(tree_ + "/a/b", plan_with({}));
    ASSERT_TRUE(cgroup) << cgroup.error().text;
    EXPECT_TRUE(exists("/a/b"));
}

TEST_F(CgroupTest, WritesInOrder) {
    make("/c");
    put("/c/pids.max", "");
    put("/c/io.weight", "");
    const auto cgroup = make_cgroup(
        tree_ + "/c",
        plan_with({{"o", "pids.max", "7"},
                   {.origin = "o", .file = "memory.swap.max", .value = "0", .optional = true},
                   {.origin = "o",
                    .file = "io.bfq.weight",
                    .value = "10",
                    .else_file = "io.weight",
                    .else_value = "1"}}));
    ASSERT_TRUE(cgroup) << cgroup.error().text;
    EXPECT_EQ(get("/c/pids.max"), "7");
    EXPECT_EQ(get("/c/io.weight"), "1");
}

TEST_F(CgroupTest, NamesBothFilesWhereNeitherIsThere) {
    const auto cgroup = make_cgroup(tree_ + "/c", plan_with({{.origin = "config.json#/x",
                                                              .file = "io.bfq.weight",
                                                              .value = "10",
                                                              .else_file = "io.weight",
                                                              .else_value = "1"}}));
    EXPECT_EQ(error_of(cgroup), "config.json#/x: open 'io.weight': no such file or directory "
                                "(and no 'io.bfq.weight')");
}

TEST_F(CgroupTest, RefusesACgroupThatIsInUse) {
    const std::string path = make("/c");
    put("/c/cgroup.events", "populated 1\nfrozen 0\n");
    EXPECT_EQ(error_of(make_cgroup(path, plan_with({}))),
              "container's cgroup is not empty: '" + path + "' has processes already");
    put("/c/cgroup.events", "populated 0\nfrozen 1\n");
    EXPECT_EQ(error_of(make_cgroup(path, plan_with({}))),
              "container's cgroup unexpectedly frozen: '" + path + "'");
    EXPECT_TRUE(exists("/c"));
}

TEST_F(CgroupTest, TakesBackWhatItMadeOnFailure) {
    make("/a");
    const auto cgroup =
        make_cgroup(tree_ + "/a/b/c", plan_with({{"config.json#/x", "nosuch.max", "1"}}));
    EXPECT_EQ(error_of(cgroup), "config.json#/x: open 'nosuch.max': no such file or directory");
    EXPECT_FALSE(exists("/a/b"));
    EXPECT_TRUE(exists("/a"));
}

TEST_F(CgroupTest, ChecksMemoryBeforeALimitBelowIt) {
    const std::string path = make("/c");
    put("/c/memory.current", "5000\n");
    put("/c/memory.max", "max\n");
    plan::CgroupPlan plan =
        plan_with({{"config.json#/linux/resources/memory/limit", "memory.max", "4999"}});
    plan.check_memory_usage = true;
    EXPECT_EQ(error_of(make_cgroup(path, plan)),
              "config.json#/linux/resources/memory/limit: 4999 is below what the cgroup uses now, "
              "5000 (checkBeforeUpdate)");
    EXPECT_EQ(get("/c/memory.max"), "max\n");
    plan.writes[0].value = "5000";
    EXPECT_TRUE(make_cgroup(path, plan));
}

// ---- Processes

class Sleeper {
public:
    Sleeper() : pid_(::fork()) {
        if (pid_ == 0) {
            ::pause();
            ::_exit(0);
        }
    }
    ~Sleeper() {
        if (!reaped_) ::kill(pid_, SIGKILL);
        if (!reaped_) ::waitpid(pid_, nullptr, 0);
    }
    pid_t pid() const { return pid_; }
    int wait() {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        reaped_ = true;
        return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }

private:
    pid_t pid_;
    bool reaped_ = false;
};

TEST_F(CgroupTest, ListsProcessesOfTheWholeSubtree) {
    make("/c");
    make("/c/d");
    put("/c/cgroup.procs", "1\n0\n");
    put("/c/d/cgroup.procs", "7\n8\n");
    EXPECT_EQ(list_cgroup(tree_ + "/c").value(), (std::vector<pid_t>{7, 8, 1}));
    EXPECT_TRUE(list_cgroup(tree_ + "/gone").value().empty());
}

TEST_F(CgroupTest, SignalsEveryProcess) {
    Sleeper first, second;
    make("/c");
    make("/c/d");
    put("/c/cgroup.procs", std::to_string(first.pid()) + "\n");
    put("/c/d/cgroup.procs", std::to_string(second.pid()) + "\n");
    const Status sent = signal_cgroup(tree_ + "/c", SIGTERM);
    EXPECT_TRUE(sent) << sent.error().text;
    EXPECT_EQ(first.wait(), SIGTERM);
    EXPECT_EQ(second.wait(), SIGTERM);
    EXPECT_TRUE(signal_cgroup(tree_ + "/gone", SIGTERM));
}

TEST_F(CgroupTest, KillsWithOneWrite) {
    make("/c");
    put("/c/cgroup.kill", "");
    EXPECT_TRUE(signal_cgroup(tree_ + "/c", SIGKILL));
    EXPECT_EQ(get("/c/cgroup.kill"), "1");
    EXPECT_TRUE(signal_cgroup(tree_ + "/gone", SIGKILL));
}

TEST_F(CgroupTest, KillsWhileFrozenOnOldKernels) {
    Sleeper sleeper;
    make("/c");
    put("/c/cgroup.procs", std::to_string(sleeper.pid()) + "\n");
    put("/c/cgroup.freeze", "");
    put("/c/cgroup.events", "frozen 0 frozen 1\n"); // whatever is waited for
    const Status killed = signal_cgroup(tree_ + "/c", SIGKILL);
    EXPECT_TRUE(killed) << killed.error().text;
    EXPECT_EQ(sleeper.wait(), SIGKILL);
    EXPECT_EQ(get("/c/cgroup.freeze"), "0");
}

TEST_F(CgroupTest, KillsOnOldKernelsWhatDoesNotFreeze) {
    Sleeper sleeper;
    make("/c");
    put("/c/cgroup.procs", std::to_string(sleeper.pid()) + "\n");
    put("/c/cgroup.freeze", "");
    put("/c/cgroup.events", "frozen 0\n");
    const Status killed = signal_cgroup(tree_ + "/c", SIGKILL);
    EXPECT_TRUE(killed) << killed.error().text;
    EXPECT_EQ(sleeper.wait(), SIGKILL);
    EXPECT_EQ(get("/c/cgroup.freeze"), "0");
}

TEST_F(CgroupTest, GivesUpFreezingInTime) {
    make("/c");
    put("/c/cgroup.freeze", "0");
    const std::string path = tree_ + "/c";
    EXPECT_EQ(error_of(freeze_cgroup(path, true, 20)),
              "freeze '" + path + "': not done after 20 ms");
    EXPECT_EQ(get("/c/cgroup.freeze"), "0");
}

TEST_F(CgroupTest, RemovesAnEmptyOneAndOneThatIsGone) {
    ::mkdir((tree_ + "/c").c_str(), 0755);
    EXPECT_TRUE(remove_cgroup(tree_ + "/c"));
    EXPECT_FALSE(exists("/c"));
    EXPECT_TRUE(remove_cgroup(tree_ + "/c"));
}

TEST_F(CgroupTest, ReadsFacts) {
    make("/c");
    const std::string path = tree_ + "/c";
    EXPECT_FALSE(is_frozen(path).value_or(true));
    EXPECT_EQ(count_oom_kills(path), 0u);
    put("/c/cgroup.freeze", "1\n");
    put("/c/memory.events", "low 0\noom 4\noom_kill 3\noom_kill_group 9\n");
    EXPECT_TRUE(is_frozen(path).value_or(false));
    EXPECT_EQ(count_oom_kills(path), 3u);
}

} // namespace
} // namespace tare::runtime
