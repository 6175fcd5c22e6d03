#include "support.h"

#include <sched.h>

namespace tare::plan {
namespace {

using spec::NamespaceType;

struct Live : Part {
    explicit Live(std::vector<spec::Mount> mounts) {
        for (const auto type : {NamespaceType::kMount, NamespaceType::kPid})
            add(type);
        linux_.masked_paths = {"/proc/kcore"};
        linux_.readonly_paths = {"/proc/sys"};
        config.mounts = std::move(mounts);
    }
    std::string add_result() {
        config.linux_ = linux_;
        return result(compile_mounts(config, "more.json#/mounts", host, options));
    }
    std::string remove_result() {
        config.linux_ = linux_;
        return result(compile_unmounts(config, "more.json#/mounts", host));
    }

private:
    std::string result(Result<Plan> compiled) {
        if (!compiled) return compiled.error().text;
        plan = std::move(*compiled);
        return steps(true);
    }
};

TEST(LiveMounts, AreAddedAfterTheNamespacesAreJoined) {
    Live live({{"/a", "bind", "b", {"ro"}}, {"/t", "tmpfs", "tmpfs", {}}});
    EXPECT_EQ(live.add_result(),
              "join: config.json#/linux/namespaces: join the container's namespaces: mount\n"
              "all-or-nothing: more.json#/mounts: be ready to take mounts away again\n"
              "bind: more.json#/mounts/0: bind '/bundle/b' on '/a': ro\n"
              "mount: more.json#/mounts/1: mount tmpfs on '/t': with the mode of what it covers\n");
    ASSERT_EQ(live.plan.trees.size(), 1U); // init could not reach it
    EXPECT_EQ(live.plan.trees[0].path, "/bundle/b");
    EXPECT_TRUE(live.plan.trees[0].slave);
    EXPECT_TRUE(live.plan.is_exec);
    EXPECT_EQ(live.plan.joins.size(), 1U) << "the pid namespace: the container could see us";
}

TEST(LiveMounts, AProcfsIsMountedFromWithinThePidNamespace) {
    Live live({{"/p", "proc", "proc", {}}});
    live.add_result();
    ASSERT_EQ(live.plan.joins.size(), 2U);
    EXPECT_EQ(live.plan.joins[0].type, static_cast<std::uint64_t>(CLONE_NEWPID));
    EXPECT_TRUE(live.plan.joins[0].before_clone);
}

TEST(LiveMounts, AreRemovedDeepestFirstWhenAllAreFound) {
    EXPECT_EQ(Live({{"/a/b/..//b", "", "", {}}, {"/a", "", "", {}}}).remove_result(),
              "join: config.json#/linux/namespaces: join the container's namespaces: mount\n"
              "find-mount: more.json#/mounts/1/destination: find the mount on '/a'\n"
              "find-mount: more.json#/mounts/0/destination: find the mount on '/a/b'\n"
              "unmount: more.json#/mounts: unmount them\n");
}

TEST(LiveMounts, OnlyWhatCanBeHadAfterCreate) {
    const struct {
        spec::Mount mount;
        const char* error;
    } cases[] = {
        {{"/a", "none", "", {"remount", "ro"}},
         "more.json#/mounts/0/options: would change a mount that is there, not add one"},
        {{"/a", "", "", {"rslave"}},
         "more.json#/mounts/0/options: would change a mount that is there, not add one"},
        {{"/a", "ext4", "/dev/sdb", {}},
         "more.json#/mounts/0/type: 'ext4': its source would be looked up among the files of the "
         "container that runs; mount it on the host, and bind that"},
        {{"/a", "overlay", "overlay", {"lowerdir=/b:/c"}},
         "more.json#/mounts/0/type: 'overlay': its source would be looked up among the files of "
         "the container that runs; mount it on the host, and bind that"},
        {{"/a", "none", "", {}},
         "more.json#/mounts/0/type: 'none' is for bind mounts, and options has neither bind nor "
         "rbind"},
        {{"/", "tmpfs", "", {}},
         "more.json#/mounts/0/destination: the root itself cannot be a mount point"},
        {{"/proc/sys", "tmpfs", "", {}},
         "more.json#/mounts/0/destination: '/proc/sys' is inside /proc, where only these may be "
         "mounted over: cpuinfo, diskstats, meminfo, stat, swaps, uptime, loadavg, slabinfo, "
         "sys/kernel/ns_last_pid, sys/crypto/fips_enabled"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(Live({c.mount}).add_result(), c.error);
    EXPECT_EQ(Live({}).add_result(), "more.json#/mounts: is empty");
    EXPECT_EQ(Live(std::vector<spec::Mount>(49, {"/a", "tmpfs", "", {}})).add_result(),
              "more.json#/mounts: 49 entries are too many: 48 at a time");
}

TEST(LiveMounts, WithoutPrivilegesNothingOfTheHostCanBeHad) {
    Live live({{"/a", "bind", "/b", {}}});
    live.add_user_namespace();
    live.host.can_admin = false;
    EXPECT_EQ(live.add_result(), "more.json#/mounts/0/source: a directory of the host can be "
                                 "brought into a container that runs by root alone");
}

TEST(LiveMounts, NeedAMountNamespace) {
    const std::string error = "config.json#/linux/namespaces: without a mount namespace of its own "
                              "the container's mounts are the host's";
    Live live({{"/a", "tmpfs", "", {}}});
    live.linux_.namespaces.clear();
    EXPECT_EQ(live.add_result(), error);
    EXPECT_EQ(live.remove_result(), error);
}

TEST(LiveMounts, NeitherTheRootNorWhatConfinesIsRemoved) {
    const struct {
        std::vector<const char*> paths;
        const char* error;
    } cases[] = {
        {{"/a/.."}, "more.json#/mounts/0/destination: the root itself cannot be unmounted"},
        {{"/a", "//a/"}, "more.json#/mounts/1/destination: '/a' comes twice"},
        {{"/proc//kcore"},
         "more.json#/mounts/0/destination: '/proc/kcore' is covered because of "
         "config.json#/linux/maskedPaths"},
        {{"/proc/sys"},
         "more.json#/mounts/0/destination: '/proc/sys' is covered because of "
         "config.json#/linux/readonlyPaths"},
    };
    for (const auto& c : cases) {
        std::vector<spec::Mount> mounts;
        for (const char* path : c.paths)
            mounts.push_back({path, "", "", {}});
        EXPECT_EQ(Live(mounts).remove_result(), c.error);
    }
}

} // namespace
} // namespace tare::plan
