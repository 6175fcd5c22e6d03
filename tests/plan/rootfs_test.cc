#include "plan/rootfs.h"

#include "support.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace tare::plan {
namespace {

using spec::NamespaceType;

TEST(PlanRoot, KeepsTheHostsMountsAway) {
    Part part;
    part.add(NamespaceType::kMount);
    part.config.root->path = "rootfs";
    ASSERT_TRUE(plan_root(part.c()));
    EXPECT_EQ(part.steps(),
              "propagation: set the propagation of our copy of the host's mounts: rslave\n"
              "bind-root: bind the root '/bundle/rootfs'\n");

    // Shared or not: what must stay shared with the host is opened by `tare`.
    for (const auto& [wanted, first] : {std::pair("rshared", MS_REC | MS_SLAVE),
                                        {"runbindable", MS_REC | MS_SLAVE},
                                        {"private", MS_REC | MS_PRIVATE}}) {
        Part other;
        other.add(NamespaceType::kMount);
        other.linux_.rootfs_propagation = wanted;
        ASSERT_TRUE(plan_root(other.c()));
        EXPECT_EQ(other.body<wire::Propagation>(0).flags, static_cast<std::uint64_t>(first));
    }
}

TEST(PlanRoot, WithoutAMountNamespaceTheHostsPropagationStays) {
    Part part;
    ASSERT_TRUE(plan_root(part.c()));
    EXPECT_EQ(part.steps(), "bind-root: bind the root '/srv/root'\n");
}

TEST(PlanRoot, IsOpenedByTareForAUserNamespace) {
    Part part;
    part.add_user_namespace();
    ASSERT_TRUE(plan_root(part.c()));
    ASSERT_EQ(part.plan.trees.size(), 1u);
    EXPECT_EQ(part.plan.trees[0].origin, "config.json#/root/path");
    EXPECT_EQ(part.body<wire::BindRoot>(0).tree, part.plan.trees[0].slot);
}

TEST(PlanRoot, IsRequired) {
    Part part;
    part.config.root.reset();
    EXPECT_EQ(outcome(plan_root(part.c())), "config.json#/root/path: is missing");
}

TEST(PlanDevices, MakesTheDefaultOnesAndTheConfigured) {
    Part part;
    part.linux_.devices = {{"c", "/dev/fuse", 10, 229, 0600, 7, 8},
                           {"u", "/dev/null", 1, 3, 0100640, {}, {}},
                           {"p", "/run/pipe", -1, 0, {}, {}, {}}}; // which has no number
    ASSERT_TRUE(plan_devices_and_links(part.c()));
    EXPECT_EQ(part.steps(), "device: make the device '/dev/zero': c 1:5, mode 0666\n"
                            "device: make the device '/dev/full': c 1:7, mode 0666\n"
                            "device: make the device '/dev/tty': c 5:0, mode 0666\n"
                            "device: make the device '/dev/random': c 1:8, mode 0666\n"
                            "device: make the device '/dev/urandom': c 1:9, mode 0666\n"
                            "symlink: make the link '/dev/fd': to /proc/self/fd\n"
                            "symlink: make the link '/dev/stdin': to /proc/self/fd/0\n"
                            "symlink: make the link '/dev/stdout': to /proc/self/fd/1\n"
                            "symlink: make the link '/dev/stderr': to /proc/self/fd/2\n"
                            "symlink: make the link '/dev/core': to /proc/kcore\n"
                            "symlink: make the link '/dev/ptmx': to pts/ptmx\n"
                            "device: make the device '/dev/fuse': c 10:229, mode 0600, owner 7:8\n"
                            "device: make the device '/dev/null': u 1:3, mode 0640, owner 0:0\n"
                            "device: make the device '/run/pipe': p, mode 0666, owner 0:0\n");
    const auto fuse = part.body<wire::Device>(11);
    EXPECT_EQ(fuse.number, makedev(10, 229));
    EXPECT_EQ(fuse.mode, unsigned{S_IFCHR | 0600});
    EXPECT_EQ(fuse.bind_source.at, 0u);
}

TEST(PlanDevices, BindsTheHostsInAUserNamespace) {
    Part part;
    part.add_user_namespace();
    part.linux_.devices = {{"p", "/run/pipe", 0, 0, {}, {}, {}}};
    ASSERT_TRUE(plan_devices_and_links(part.c()));
    EXPECT_EQ(part.text(part.body<wire::Device>(0).bind_source), "/dev/null");
    EXPECT_EQ(part.body<wire::Device>(12).bind_source.at, 0u);
}

TEST(PlanDevices, HaveNodesOfTheirOwnInAUserNamespaceWhereTheHostHasNone) {
    Part part;
    part.add_user_namespace();
    part.linux_.devices = {{"c", "/dev/foo", 10, 229, 0640, 7, 70000}};
    ASSERT_TRUE(plan_devices_and_links(part.c()));
    ASSERT_EQ(part.plan.devices.size(), 1u);
    const DeviceSource& device = part.plan.devices[0];
    EXPECT_EQ(device.origin, "config.json#/linux/devices/0");
    EXPECT_EQ(device.path, "/dev/foo");
    EXPECT_EQ(device.mode, mode_t{S_IFCHR | 0640});
    EXPECT_EQ(device.number, makedev(10, 229));
    EXPECT_EQ(device.uid, 100007u);
    EXPECT_EQ(device.gid, 0u) << "not mapped";
    EXPECT_EQ(part.plan.steps.note(12).what, "bind the device '/dev/foo'");
    EXPECT_EQ(part.body<wire::Device>(12).tree, device.slot);
    EXPECT_EQ(part.text(part.body<wire::Device>(12).bind_source), "/dev/foo");
}

TEST(PlanDevices, AreTheHostsWhereNoNodeCanBeMade) {
    for (const bool nested : {false, true}) {
        Part part;
        part.add_user_namespace();
        (nested ? part.host.in_user_namespace : part.host.can_admin) = nested;
        part.linux_.devices = {{"c", "/dev/foo", 10, 229, 0640, {}, {}}};
        ASSERT_TRUE(plan_devices_and_links(part.c()));
        EXPECT_TRUE(part.plan.devices.empty());
        EXPECT_EQ(part.plan.steps.note(12).what, "bind the host's '/dev/foo'");
        EXPECT_EQ(part.body<wire::Device>(12).tree, wire::kNoSlot);
    }
}

TEST(PlanDevices, ABoundDevBringsItsOwn) {
    for (const spec::Mount& mount :
         {spec::Mount{"/dev/", "bind", "/dev", {}}, spec::Mount{"/dev", "none", "/dev", {"rbind"}},
          spec::Mount{"/dev", "", "/dev", {"rbind,rw"}}}) {
        Part part;
        part.config.mounts = {mount};
        ASSERT_TRUE(plan_devices_and_links(part.c()));
        EXPECT_EQ(part.steps(), "");
        EXPECT_TRUE(part.plan.warnings.empty());

        // They would be made on the host, and those that are there changed.
        part.linux_.devices = {{"c", "/dev/fuse", 10, 229, {}, {}, {}},
                               {"p", "/run/pipe", 0, 0, {}, {}, {}},
                               {"b", "/dev/x/sda", 8, 0, {}, {}, {}}};
        ASSERT_TRUE(plan_devices_and_links(part.c()));
        EXPECT_EQ(part.steps(), "device: make the device '/run/pipe': p, mode 0666, owner 0:0\n");
        EXPECT_TRUE(part.plan.warnings.empty()); // the host's own has them
    }
}

TEST(PlanDevices, AnotherDevMayLackThem) {
    Part part;
    part.config.mounts = {{"/dev", "bind", "/my/dev", {}}};
    part.linux_.devices = {{"c", "/dev/fuse", 10, 229, {}, {}, {}},
                           {"b", "/dev/x/sda", 8, 0, {}, {}, {}}};
    ASSERT_TRUE(plan_devices_and_links(part.c()));
    EXPECT_EQ(part.plan.warnings,
              std::vector<std::string>{
                  "config.json#/linux/devices: /dev/fuse and 1 more: not made, because /dev is "
                  "'/my/dev' itself, by config.json#/mounts"});
}

TEST(PlanDevices, AChangeOfDevBringsNothing) {
    Part part;
    part.config.mounts = {{"/dev", "tmpfs", "tmpfs", {}},
                          {"/dev", "bind", "", {"remount", "bind", "ro"}}};
    ASSERT_TRUE(plan_devices_and_links(part.c()));
    EXPECT_TRUE(part.steps().starts_with("device: make the device '/dev/null': c 1:3, mode 0666\n"))
        << part.steps();
}

// What engines list for a privileged container.
TEST(PlanDevices, PtmxStaysTheLinkThatItIs) {
    Part part;
    part.linux_.devices = {{"c", "/dev/ptmx", 5, 2, {}, {}, {}}};
    ASSERT_TRUE(plan_devices_and_links(part.c()));
    EXPECT_EQ(part.steps().find("make the device '/dev/ptmx'"), std::string::npos);
    EXPECT_NE(part.steps().find("make the link '/dev/ptmx': to pts/ptmx"), std::string::npos);

    Part other;
    other.linux_.devices = {{"c", "/dev/ptmx", 1, 5, {}, {}, {}}};
    ASSERT_TRUE(plan_devices_and_links(other.c()));
    EXPECT_NE(other.steps().find("make the device '/dev/ptmx'"), std::string::npos);
}

// An image need not have the directory, and afterwards it is too late.
TEST(PlanEnterRoot, MakesTheWorkingDirectoryOfAReadOnlyRoot) {
    for (const auto& [readonly, cwd, made] :
         {std::tuple(true, "/srv/app", true), {true, "/", false}, {false, "/srv/app", false}}) {
        Part part;
        part.config.root->readonly = readonly;
        part.config.process->cwd = cwd;
        ASSERT_TRUE(plan_enter_root(part.c()));
        const std::string step = "make-directory: make '/srv/app', if it is missing\n";
        EXPECT_EQ(part.steps().starts_with(step), made) << part.steps();
    }
}

TEST(PlanDevices, RefusesWhatIsNoDevice) {
    const struct {
        spec::Device device;
        const char* error;
    } cases[] = {
        {{"x", "/dev/a", 1, 1, {}, {}, {}},
         "config.json#/linux/devices/0/type: 'x' must be one of c, u, b, p"},
        {{"c", "/x/..", 1, 1, {}, {}, {}},
         "config.json#/linux/devices/0/path: '/x/..' must be below the root"},
    };
    for (const auto& c : cases) {
        Part part;
        part.linux_.devices = {c.device};
        EXPECT_EQ(outcome(plan_devices_and_links(part.c())), c.error);
    }
}

TEST(PlanCoveredPaths, EachOnce) {
    Part part;
    part.linux_.masked_paths = {"/proc/kcore", "/sys/firmware", "/proc/kcore"};
    part.linux_.readonly_paths = {"/proc/sys"};
    ASSERT_TRUE(plan_covered_paths(part.c()));
    EXPECT_EQ(part.steps(true),
              "mask-path: config.json#/linux/maskedPaths/0: mask '/proc/kcore'\n"
              "mask-path: config.json#/linux/maskedPaths/1: mask '/sys/firmware'\n"
              "readonly-path: config.json#/linux/readonlyPaths/0: make read-only: '/proc/sys'\n");
    part.linux_.readonly_paths = {"proc"};
    EXPECT_EQ(outcome(plan_covered_paths(part.c())),
              "config.json#/linux/readonlyPaths/0: 'proc' must be an absolute path");
    part.linux_.masked_paths = {"/."};
    EXPECT_EQ(outcome(plan_covered_paths(part.c())),
              "config.json#/linux/maskedPaths/0: the root itself cannot be covered");
}

TEST(PlanEnterRoot, PivotsMovesOrChangesRoot) {
    Part part;
    part.add(NamespaceType::kMount);
    part.linux_.rootfs_propagation = "rshared";
    part.config.root->readonly = true;
    ASSERT_TRUE(plan_enter_root(part.c()));
    EXPECT_EQ(part.steps(), "pivot: pivot_root\n"
                            "root-propagation: set the propagation of the root: rshared\n"
                            "root-readonly: make the root read-only\n");
    EXPECT_EQ(part.body<wire::Propagation>(1).flags, std::uint64_t{MS_SHARED | MS_REC});

    Part moved;
    moved.add(NamespaceType::kMount);
    moved.options.no_pivot = true;
    ASSERT_TRUE(plan_enter_root(moved.c()));
    EXPECT_EQ(moved.steps(), "pivot: move the root to '/'\n");

    Part bare;
    ASSERT_TRUE(plan_enter_root(bare.c()));
    EXPECT_EQ(bare.steps(), "pivot: chroot into the root\n");
    bare.linux_.rootfs_propagation = "slave";
    EXPECT_EQ(outcome(plan_enter_root(bare.c())),
              "config.json#/linux/rootfsPropagation: needs a mount namespace");
    bare.linux_.rootfs_propagation = "mine";
    EXPECT_EQ(outcome(plan_enter_root(bare.c())),
              "config.json#/linux/rootfsPropagation: 'mine' must be one of shared, rshared, slave, "
              "rslave, private, rprivate, unbindable, runbindable");
}

TEST(PlanOrderOfMounts, CopiesThemWhereATreeIsOlderThanTheyAre) {
    Part part;
    part.add(NamespaceType::kMount);
    part.plan.trees.push_back({.origin = "config.json#/mounts/7", .path = "/a", .slave = false});
    plan_order_of_mounts(part.c());
    EXPECT_EQ(part.steps(), ""); // Linux 6.0 has another order

    part.host.kernel_minor = 8;
    plan_order_of_mounts(part.c());
    EXPECT_EQ(
        part.steps(true),
        "copy-mounts: config.json#/mounts/7: copy the mounts, so that they are listed in their "
        "order\n");

    Part slaves;
    slaves.add(NamespaceType::kMount);
    slaves.host.kernel_minor = 8;
    slaves.plan.trees.push_back({.origin = "config.json#/mounts/7", .path = "/a"});
    plan_order_of_mounts(slaves.c());
    EXPECT_EQ(slaves.steps(), "");

    Part joined;
    joined.add(NamespaceType::kMount, "/run/mounts"); // where the container is to be
    joined.host.kernel_minor = 8;
    joined.plan.trees = part.plan.trees;
    plan_order_of_mounts(joined.c());
    EXPECT_EQ(joined.steps(), "");
}

} // namespace
} // namespace tare::plan
