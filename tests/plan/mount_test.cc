#include "plan/mount.h"

#include "plan/namespaces.h"
#include "support.h"

#include <linux/mount.h>

namespace tare::plan {
namespace {

using spec::NamespaceType;

// A container with its own namespaces and one mount.
struct One : Part {
    explicit One(spec::Mount mount) {
        config.mounts = {std::move(mount)};
        for (const auto type : {NamespaceType::kMount, NamespaceType::kPid, NamespaceType::kNetwork,
                                NamespaceType::kIpc, NamespaceType::kCgroup})
            add(type);
    }
    std::string result() {
        const Status status = plan_mount(c(), 0);
        return status ? steps() : status.error().text;
    }
};

spec::Mount bind(const char* target, const char* source, std::vector<std::string> options) {
    return {target, "bind", source, std::move(options)};
}

TEST(PlanMount, SaysWhatEachEntryBecomes) {
    const struct {
        spec::Mount mount;
        const char* steps;
    } cases[] = {
        {{"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755"}},
         "mount: mount tmpfs on '/dev': nosuid, strictatime, mode=755\n"},
        {{"/proc", "proc", "proc", {}}, "mount: mount proc on '/proc'\n"},
        {{"/cg", "cgroup", "cgroup", {"ro"}}, "mount-cgroup: mount cgroup2 on '/cg': ro\n"},
        {{"/d", "ext4", "/dev/sdb", {"ro", "sync"}}, "mount: mount ext4 on '/d': ro, sync, ro\n"},
        {bind("/a", "/b", {"rbind", "ro", "rprivate"}),
         "bind: bind the tree '/b' on '/a': ro, rprivate\n"},
        {bind("/a", "b", {}), "bind: bind '/bundle/b' on '/a'\n"},
        {{"/a", "", "/b", {"bind"}}, "bind: bind '/b' on '/a'\n"},
        {{"/a", "none", "/b", {"rbind", "rro"}}, "bind: bind the tree '/b' on '/a': rro\n"},
        {{"/a", "none", "", {"remount", "ro", "bind"}}, "remount: change the mount on '/a': ro\n"},
        {{"/a", "tmpfs", "", {"remount", "size=1m"}},
         "remount: change the mount on '/a': size=1m\n"},
        {{"/a", "", "", {"rslave"}}, "remount: change the mount on '/a': rslave\n"},
        {bind("/proc/meminfo", "/var/meminfo", {}),
         "bind: bind '/var/meminfo' on '/proc/meminfo'\n"},
        {bind("/proc/sys/kernel/ns_last_pid", "/x", {}),
         "bind: bind '/x' on '/proc/sys/kernel/ns_last_pid'\n"},
        {bind("/proc", "/proc", {"rbind"}), "bind: bind the tree '/proc' on '/proc'\n"},
        {bind("/proc/.", "/mnt/proc", {"bind"}), "bind: bind '/mnt/proc' on '/proc/.'\n"},
        {bind("/a", "/b", {"src-nofollow", "dest-nofollow", "ro"}),
         "bind: bind '/b' on '/a': ro, src-nofollow, dest-nofollow\n"},
        {bind("/a", "/b", {"copy-symlink"}), "bind: bind '/b' on '/a': copy-symlink\n"},
        {{"/procession", "tmpfs", "", {}},
         "mount: mount tmpfs on '/procession': with the mode of what it covers\n"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(One(c.mount).result(), c.steps);
}

// Made in the host's cgroup namespace, a new mount would set the options of the host's.
TEST(PlanMount, BindsTheCgroupsOfTheHost) {
    const spec::Mount mount{"/cg", "cgroup", "cgroup", {"nosuid", "ro"}};
    Part part;
    part.config.mounts = {mount};
    EXPECT_TRUE(wants_our_cgroups(part.config));
    part.host.cgroup_tree = "/sys/fs/cgroup";
    ASSERT_TRUE(plan_mount(part.c(), 0));
    EXPECT_EQ(part.steps(), "bind: bind '/sys/fs/cgroup' on '/cg': ro, nosuid, private\n");

    // Not as the host's mount is, and without what would need a bind mount.
    part.config.mounts[0].options = {};
    ASSERT_TRUE(plan_mount(part.c(), 0));
    EXPECT_EQ(part.body<wire::Bind>(1).attributes.clear, std::uint64_t{MOUNT_ATTR_RDONLY});
    part.config.mounts[0].options = {"copy-symlink"};
    EXPECT_EQ(outcome(plan_mount(part.c(), 0)),
              "config.json#/mounts/0/options: 'copy-symlink' needs a bind mount");
    part.config.mounts[0].options = {"nosuid", "ro"};

    // Who names options means them; who has a namespace changes nothing.
    part.config.mounts[0].options.emplace_back("nsdelegate");
    ASSERT_TRUE(plan_mount(part.c(), 0));
    EXPECT_TRUE(part.steps().ends_with("mount-cgroup: mount cgroup2 on '/cg': ro, nosuid, "
                                       "nsdelegate\n"));
    part.config.linux_ = spec::Linux{};
    part.config.linux_->namespaces = {{NamespaceType::kCgroup, ""}};
    EXPECT_FALSE(wants_our_cgroups(part.config));
}

TEST(PlanMount, RefusesWhatMakesNoSense) {
    const std::string only =
        " is inside /proc, where only these may be mounted over: cpuinfo, diskstats, meminfo, "
        "stat, "
        "swaps, uptime, loadavg, slabinfo, sys/kernel/ns_last_pid, sys/crypto/fips_enabled";
    const struct {
        spec::Mount mount;
        std::string error;
    } cases[] = {
        {{"/", "tmpfs", "", {}},
         "config.json#/mounts/0/destination: the root itself cannot be a mount point"},
        {{"/a/..//.", "tmpfs", "", {}},
         "config.json#/mounts/0/destination: the root itself cannot be a mount point"},
        {{"/a", "", "", {}},
         "config.json#/mounts/0/type: is missing; only a bind mount needs none"},
        {{"/a", "none", "", {}},
         "config.json#/mounts/0/type: 'none' is for bind mounts, and options has neither bind nor "
         "rbind"},
        {bind("/a", "", {}), "config.json#/mounts/0/source: is missing; a bind mount needs one"},
        {bind("/a", "/b", {"size=64k", "x"}), "config.json#/mounts/0/options: 'x': a bind "
                                              "mount takes no options of a file system"},
        {bind("/a", "/b", {"tmpcopyup"}),
         "config.json#/mounts/0/options: 'tmpcopyup' needs type tmpfs"},
        {{"/a", "proc", "", {"tmpcopyup"}},
         "config.json#/mounts/0/options: 'tmpcopyup' needs type tmpfs"},
        {{"/proc", "tmpfs", "", {}},
         "config.json#/mounts/0/destination: only type proc or a bind "
         "mount of a procfs may go to '/proc'"},
        {bind("/x/../proc", "/fake", {}),
         "config.json#/mounts/0/destination: only type proc or a bind "
         "mount of a procfs may go to '/proc'"},
        {bind("/proc/self/attr", "/b", {}),
         "config.json#/mounts/0/destination: '/proc/self/attr'" + only},
        {bind("/x/../proc/sys", "/b", {}), "config.json#/mounts/0/destination: '/proc/sys'" + only},
        {bind("/a", "/b", {"idmap"}),
         "config.json#/mounts/0/options: idmap needs uidMappings and gidMappings here, or a user "
         "namespace that has them"},
        {bind("/a", "/b", {"copy-symlink", "src-nofollow"}),
         "config.json#/mounts/0/options: 'copy-symlink' goes with neither 'src-nofollow' nor "
         "'dest-nofollow'"},
        {{"/a", "tmpfs", "", {"dest-nofollow"}},
         "config.json#/mounts/0/options: 'dest-nofollow' needs a bind mount"},
        {{"/a", "", "", {"remount", "copy-symlink"}},
         "config.json#/mounts/0/options: 'copy-symlink' needs a bind mount"},
        {bind("/a", "/b", {"idmap=uids=@0-0-1;gids=@0-0-1"}),
         "config.json#/mounts/0/options: '@0-0-1' is not within one range of the container's user "
         "namespace"},
        {{"/a", "none", "", {"remount", "bind", "size=1"}},
         "config.json#/mounts/0/options: 'size=1': a bind mount takes no options of a file system"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(One(c.mount).result(), c.error);
}

TEST(PlanMount, ANewMountHasNothingToTakeAway) {
    One one({"/t", "tmpfs", "", {"rw", "suid", "rnoexec", "noatime", "exec"}});
    EXPECT_EQ(one.result(),
              "mount: mount tmpfs on '/t': noexec, noatime; with the mode of what it covers\n");
    const auto body = one.body<wire::Mount>(0);
    EXPECT_EQ(body.attributes.set, unsigned{MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOATIME});
    EXPECT_EQ(body.attributes.clear, 0u);
    EXPECT_EQ(body.flags, wire::kKeepMode);
    EXPECT_EQ(one.text(body.source), "tmpfs");
}

TEST(PlanMount, ABindMountClearsWhatIsNamed) {
    One one(bind("/t", "/s", {"rw", "dev", "suid", "exec", "atime"}));
    one.result();
    const auto body = one.body<wire::Bind>(0);
    EXPECT_EQ(body.attributes.set, 0u);
    EXPECT_EQ(body.attributes.clear,
              unsigned{MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC
                       | MOUNT_ATTR__ATIME});
}

TEST(PlanMount, TmpfsKeepsTheModeUnlessTold) {
    const struct {
        std::vector<std::string> options;
        std::uint32_t flags;
    } cases[] = {
        {{}, wire::kKeepMode},
        {{"mode=755"}, 0},
        {{"tmpcopyup"}, wire::kKeepMode | wire::kCopyUp},
    };
    for (const auto& c : cases) {
        One one({"/t", "tmpfs", "", c.options});
        one.result();
        EXPECT_EQ(one.body<wire::Mount>(0).flags, c.flags);
    }
}

TEST(PlanMount, AReadOnlyTmpfsWaitsForWhatGoesBelow) {
    One one({"/dev", "tmpfs", "", {"ro", "mode=755"}});
    one.config.mounts.push_back({"/t", "tmpfs", "", {"ro", "mode=1777"}});
    one.config.mounts.push_back({"/u", "tmpfs", "", {"ro", "mode=1777"}});
    one.config.mounts.push_back(bind("/t/sub", "/x", {}));
    for (std::size_t i = 0; i < 4; ++i)
        ASSERT_TRUE(plan_mount(one.c(), i));
    ASSERT_TRUE(plan_late_readonly(one.c()));
    EXPECT_EQ(one.steps(), "mount: mount tmpfs on '/dev': mode=755\n"
                           "mount: mount tmpfs on '/t': mode=1777\n"
                           "mount: mount tmpfs on '/u': ro, mode=1777\n"
                           "bind: bind '/x' on '/t/sub'\n"
                           "remount: make '/dev' read-only: ro\n"
                           "remount: make '/t' read-only: ro\n");
}

TEST(PlanMount, OpensBindSourcesForAUserNamespace) {
    One one(bind("/a", "/b", {"rbind", "ro", "ridmap"}));
    one.add_user_namespace();
    EXPECT_EQ(one.result(), "bind: bind the tree '/b' on '/a': ro\n");
    ASSERT_EQ(one.plan.trees.size(), 1u);
    const TreeSource& tree = one.plan.trees[0];
    EXPECT_EQ(tree.path, "/b");
    EXPECT_TRUE(tree.recursive && tree.slave && tree.id_map_recursive);
    ASSERT_EQ(one.plan.id_maps.size(), 1u);
    EXPECT_EQ(one.plan.id_maps[0].uid_map, "0 100000 65536\n");
    EXPECT_EQ(tree.id_map, one.plan.id_maps[0].slot);
    EXPECT_EQ(one.body<wire::Bind>(0).tree, tree.slot);
    EXPECT_EQ(one.body<wire::Bind>(0).attributes.id_map, wire::kNoSlot);
}

TEST(PlanMount, LeavesTheSourceToInitWithoutPrivilegesAndBelowTheRoot) {
    One poor(bind("/a", "/b", {"rbind"}));
    poor.add_user_namespace();
    poor.host.can_admin = false;
    poor.result();
    EXPECT_TRUE(poor.plan.trees.empty());

    One inside(bind("/a", "/srv/root/data", {"rbind"}));
    inside.add_user_namespace();
    inside.result();
    EXPECT_TRUE(inside.plan.trees.empty());
}

TEST(PlanMount, WhatIsToStaySharedWithTheHostIsOpenedThere) {
    One one(bind("/a", "/b", {"rbind", "rshared"}));
    EXPECT_EQ(one.result(), "bind: bind the tree '/b' on '/a': rshared\n");
    ASSERT_EQ(one.plan.trees.size(), 1u);
    EXPECT_FALSE(one.plan.trees[0].slave);
}

TEST(PlanMount, UsesTheMappingsOfTheEntryFirst) {
    spec::Mount mount = bind("/a", "/b", {"bind"});
    mount.uid_mappings = {{0, 1000, 1}};
    mount.gid_mappings = {{0, 2000, 1}, {1, 3000, 5}};
    One one(mount);
    EXPECT_EQ(one.result(), "bind: bind '/b' on '/a': idmap\n");
    ASSERT_EQ(one.plan.id_maps.size(), 1u);
    EXPECT_EQ(one.plan.id_maps[0].uid_map, "0 1000 1\n");
    EXPECT_EQ(one.plan.id_maps[0].gid_map, "0 2000 1\n1 3000 5\n");
    EXPECT_EQ(one.body<wire::Bind>(0).attributes.id_map, one.plan.id_maps[0].slot);
}

TEST(PlanMount, TranslatesTheRelativeRangesOfAnIdmapOption) {
    One one(bind("/a", "/b", {"idmap=uids=0-5-1#@7-100-10;gids=@0-0-65536"}));
    one.add_user_namespace();
    EXPECT_EQ(one.result(), "bind: bind '/b' on '/a'\n");
    ASSERT_EQ(one.plan.id_maps.size(), 1u);
    EXPECT_EQ(one.plan.id_maps[0].uid_map, "0 5 1\n7 100100 10\n");
    EXPECT_EQ(one.plan.id_maps[0].gid_map, "0 100000 65536\n");

    One beyond(bind("/a", "/b", {"idmap=uids=@0-1-65536;gids=0-0-1"}));
    beyond.add_user_namespace();
    EXPECT_EQ(beyond.result(), "config.json#/mounts/0/options: '@0-1-65536' is not within one "
                               "range of the container's user namespace");
}

TEST(PlanMount, OpensSymlinksThemselvesWhereAsked) {
    for (const char* option : {"src-nofollow", "copy-symlink"}) {
        One one(bind("/a", "/b", {option}));
        one.add_user_namespace();
        ASSERT_NE(one.result(), "");
        ASSERT_EQ(one.plan.trees.size(), 1u);
        EXPECT_FALSE(one.plan.trees[0].follow) << option;
    }
    One one(bind("/a", "/b", {"dest-nofollow"}));
    one.result();
    EXPECT_EQ(one.body<wire::Bind>(0).flags, wire::kOverLink);
}

TEST(PlanMount, SysfsInAUserNamespaceNeedsItsOwnNetwork) {
    Part part;
    part.config.mounts = {{"/sys", "sysfs", "sysfs", {"nosuid"}}};
    part.add_user_namespace();
    ASSERT_TRUE(plan_mount(part.c(), 0));
    EXPECT_EQ(part.steps(), "bind: bind the host's /sys on '/sys': nosuid, rro, rnosuid, rnodev, "
                            "rnoexec\n");
    EXPECT_EQ(part.body<wire::Bind>(0).flags, wire::kPlainTarget);
}

TEST(PlanMount, KernelFileSystemsFallBackInAUserNamespace) {
    const struct {
        spec::Mount mount;
        std::uint32_t flags;
        const char* source;
    } cases[] = {
        {{"/sys", "sysfs", "sysfs", {}}, wire::kPlainTarget | wire::kBindOnEperm, "sysfs"},
        {{"/proc", "proc", "proc", {}}, wire::kPlainTarget, "proc"},
        {{"/m", "mqueue", "mqueue", {}}, 0, "mqueue"},
        {{"/c", "cgroup2", "cgroup2", {}}, wire::kMaskOnEperm, "cgroup2"},
    };
    for (const auto& c : cases) {
        One one(c.mount);
        one.add_user_namespace();
        one.result();
        const auto body = one.body<wire::Mount>(0);
        EXPECT_EQ(body.flags, c.flags) << c.mount.type;
        EXPECT_EQ(one.text(body.source), c.source);
    }
    Part host_pids;
    host_pids.config.mounts = {{"/proc", "proc", "proc", {}}};
    host_pids.host.in_user_namespace = true;
    ASSERT_TRUE(plan_mount(host_pids.c(), 0));
    const auto body = host_pids.body<wire::Mount>(0);
    EXPECT_EQ(body.flags, wire::kPlainTarget | wire::kBindOnEperm);
    EXPECT_EQ(host_pids.text(body.source), "proc"); // init knows where the host has it
}

TEST(PlanMount, DevptsLosesAGroupThatIsNotMapped) {
    One one({"/dev/pts", "devpts", "devpts", {"newinstance", "gid=5"}});
    one.add(NamespaceType::kUser);
    one.linux_.uid_mappings = one.linux_.gid_mappings = {{0, 1000, 1}};
    EXPECT_EQ(one.result(), "mount: mount devpts on '/dev/pts': newinstance\n");
}

TEST(PlanMount, LabelsFileSystemsThatTakeALabel) {
    for (const auto& [type, options] : {std::pair("tmpfs", "context=a:b:c:d,e"), {"mqueue", ""}}) {
        One one({"/t", type, "", {}});
        one.linux_.mount_label = "a:b:c:d,e";
        one.result();
        EXPECT_EQ(one.texts(one.body<wire::Mount>(0).options), options);
    }
}

TEST(PlanMount, WarnsOfOptionsThatDoNothing) {
    One one(bind("/a", "/b", {"sync", "iversion"}));
    one.result();
    EXPECT_EQ(one.plan.warnings,
              (std::vector<std::string>{
                  "config.json#/mounts/0/options: iversion: is for a new mount of a file system",
                  "config.json#/mounts/0/options: sync: belongs to the file system; a bind mount "
                  "cannot change it"}));
}

TEST(PlanMount, ABindPassesOverWhatIsForATmpfs) {
    One one(bind("/a", "/b", {"ro", "mode=755", "size=1k"}));
    EXPECT_EQ(one.result(), "bind: bind '/b' on '/a': ro\n");
    EXPECT_EQ(one.plan.warnings,
              std::vector<std::string>{"config.json#/mounts/0/options: mode=755, size=1k: is for a "
                                       "new tmpfs; a bind mount is as its source"});
}

TEST(PlanMount, CountsVersionsWhereADeviceKeepsThem) {
    One disk({"/a", "ext4", "/dev/sda", {"iversion"}});
    EXPECT_EQ(disk.result(), "mount: mount ext4 on '/a': iversion\n");
    EXPECT_EQ(disk.body<wire::Mount>(0).flags, wire::kCountVersions);
    One memory({"/a", "tmpfs", "tmpfs", {"iversion", "mode=755"}});
    memory.result();
    EXPECT_EQ(memory.body<wire::Mount>(0).flags, 0u);
    EXPECT_TRUE(disk.plan.warnings.empty() && memory.plan.warnings.empty());
}

TEST(PlanMount, KeepsDotDotForInitToResolve) {
    One one({"//a/./b/../c/", "tmpfs", "", {}});
    one.result();
    EXPECT_EQ(one.text(one.body<wire::Mount>(0).target), "/a/b/../c");
}

TEST(CleanPath, JudgesAsText) {
    EXPECT_EQ(clean_path("/a//./b/../c/"), "/a/c");
    EXPECT_EQ(clean_path("/../.."), "/");
    EXPECT_EQ(clean_path(""), "/");
}

} // namespace
} // namespace tare::plan
