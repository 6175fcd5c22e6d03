#include "plan/checkpoint.h"

#include "tests/plan/support.h"

#include <gtest/gtest.h>

namespace tare::plan {
namespace {

using spec::NamespaceType;

spec::Config container() {
    spec::Config config;
    config.linux_.emplace();
    for (const NamespaceType type : {NamespaceType::kPid, NamespaceType::kNetwork,
                                     NamespaceType::kMount, NamespaceType::kCgroup})
        config.linux_->namespaces.push_back({type, ""});
    config.mounts.push_back({.destination = "/proc", .type = "proc", .source = "proc"});
    config.mounts.push_back({.destination = "/data//x",
                             .type = "bind",
                             .source = "volumes/x",
                             .options = {"rbind", "ro"}});
    config.mounts.push_back(
        {.destination = "/etc/hosts", .type = "none", .source = "/run/hosts", .options = {"bind"}});
    config.linux_->masked_paths = {"/proc/keys", "/proc/acpi"};
    return config;
}

CheckpointFacts facts() {
    return {.init_pid = 77,
            .rootfs = "/bundle/rootfs",
            .cgroup = "/sys/fs/cgroup/c1",
            .mounts = {{"/data/x", "/data/x"}, {"/proc/keys", "/dev/null"}}};
}

std::string checkpoint_text(const spec::Config& config, const CheckpointFlags& flags = {},
                            const CheckpointFacts& known = facts()) {
    const auto options = plan_checkpoint(config, flags, known);
    return options ? describe(*options) : options.error().text;
}

std::string restore_text(const spec::Config& config, const RestoreFlags& flags = {},
                         RestoreFacts known = {.root = "/state/criu-root", .bundle = "/bundle"}) {
    const auto options = plan_restore(config, flags, known);
    return options ? describe(*options) : options.error().text;
}

TEST(Checkpoint, OfAnOrdinaryContainer) {
    EXPECT_EQ(checkpoint_text(container()), "pid 77\n"
                                            "root /bundle/rootfs\n"
                                            "freeze-cgroup /sys/fs/cgroup/c1\n"
                                            "manage-cgroups soft\n"
                                            "empty-namespaces 1073741824\n"
                                            "external mnt[/data/x]:/data/x\n"
                                            "external mnt[/proc/keys]:/dev/null\n");
}

TEST(Checkpoint, TakesEveryFlag) {
    CheckpointFlags flags;
    flags.ext_unix_sockets = flags.tcp_established = flags.tcp_skip_in_flight = true;
    flags.shell_job = flags.file_locks = flags.link_remap = flags.lazy_pages = true;
    flags.auto_dedup = flags.leave_running = true;
    flags.cgroups = CriuCgroups::kStrict;
    flags.parent_path = "../before";
    flags.page_server = CriuPageServer{"10.0.0.1", 27};
    CheckpointFacts known = facts();
    known.has_iptables = false;
    known.config_file = "/etc/criu/runc.conf";
    known.mounts.clear();
    EXPECT_EQ(checkpoint_text(container(), flags, known), "pid 77\n"
                                                          "root /bundle/rootfs\n"
                                                          "config-file /etc/criu/runc.conf\n"
                                                          "parent-images ../before\n"
                                                          "page-server 10.0.0.1 27\n"
                                                          "freeze-cgroup /sys/fs/cgroup/c1\n"
                                                          "leave-running\n"
                                                          "ext-unix-sk\n"
                                                          "tcp-established\n"
                                                          "shell-job\n"
                                                          "file-locks\n"
                                                          "track-mem\n"
                                                          "auto-dedup\n"
                                                          "link-remap\n"
                                                          "tcp-skip-in-flight\n"
                                                          "lazy-pages\n"
                                                          "manage-cgroups strict\n"
                                                          "network-lock nftables\n"
                                                          "empty-namespaces 1073741824\n");
}

TEST(Checkpoint, APreDumpIsOfMemoryAlone) {
    CheckpointFlags flags;
    flags.pre_dump = true;
    EXPECT_EQ(checkpoint_text(container(), flags), "pid 77\n"
                                                   "root /bundle/rootfs\n"
                                                   "freeze-cgroup /sys/fs/cgroup/c1\n"
                                                   "track-mem\n"
                                                   "manage-cgroups soft\n"
                                                   "empty-namespaces 1073741824\n");
}

TEST(Checkpoint, LeavesJoinedNamespacesOut) {
    spec::Config config = container();
    config.linux_->namespaces = {{NamespaceType::kNetwork, "/run/netns/a"},
                                 {NamespaceType::kPid, "/proc/9/ns/pid"},
                                 {NamespaceType::kIpc, "/proc/9/ns/ipc"}};
    CheckpointFacts known{.init_pid = 77, .namespace_inodes = {{"net", 4026531840}, {"pid", 5}}};
    EXPECT_EQ(checkpoint_text(config, {}, known), "pid 77\n"
                                                  "manage-cgroups soft\n"
                                                  "external net[4026531840]:extRootNetNS\n"
                                                  "external pid[5]:extRootPidNS\n");
    EXPECT_EQ(restore_text(config, {}, {.root = "/r"}).find("join-namespace ipc:/proc/9/ns/ipc\n")
                  != std::string::npos,
              true);
}

TEST(Checkpoint, RefusesWhatCriuCannotJoin) {
    spec::Config config = container();
    config.linux_->namespaces[3].path = "/proc/9/ns/cgroup";
    const std::string text =
        "config.json#/linux/namespaces/3/path: a checkpoint cannot leave out a joined cgroup "
        "namespace: CRIU has no way to restore into one";
    EXPECT_EQ(checkpoint_text(config), text);
    EXPECT_EQ(restore_text(config), text);
}

TEST(Checkpoint, KnowsWhatMayBeTheHosts) {
    const auto found = external_mounts(container(), "/bundle");
    ASSERT_TRUE(found);
    EXPECT_EQ((*found)[0],
              (ExternalMount{"config.json#/mounts/1", "/data/x", "/data//x", "/bundle/volumes/x"}));
    EXPECT_EQ((*found)[1],
              (ExternalMount{"config.json#/mounts/2", "/etc/hosts", "/etc/hosts", "/run/hosts"}));
    EXPECT_EQ((*found)[2], (ExternalMount{"config.json#/linux/maskedPaths/0", "/dev/null",
                                          "/proc/keys", "/dev/null"}));
    EXPECT_EQ((*found)[4], (ExternalMount{"(default)", "/dev/null", "/dev/null", "/dev/null"}));
}

TEST(Checkpoint, FilesOfTheCallerAreLeftOut) {
    CheckpointFacts known{.init_pid = 7, .descriptors = {"", "file[1a:2b]", "file[1a:2b]"}};
    EXPECT_EQ(checkpoint_text({}, {}, known), "pid 7\nmanage-cgroups soft\nexternal file[1a:2b]\n");
    RestoreFacts then{.root = "/r", .descriptors = {"pipe:[7]", "file[1a:2b]", "file[1a:2b]"}};
    const std::string text = restore_text({}, {}, then);
    EXPECT_EQ(text.substr(text.find("inherit-fd")),
              "inherit-fd fd[0]:pipe:[7]\ninherit-fd fd[1]:file[1a:2b]\n");
}

TEST(Restore, OfAnOrdinaryContainer) {
    RestoreFacts known{.root = "/state/criu-root",
                       .bundle = "/bundle",
                       .descriptors = {"", "pipe:[7]", "/dev/pts/3"},
                       .cgroup_roots = {{"", "/c2"}, {"cpu", "/"}}};
    EXPECT_EQ(restore_text(container(), {}, known), "root /state/criu-root\n"
                                                    "evasive-devices\n"
                                                    "restore-sibling\n"
                                                    "manage-cgroups soft\n"
                                                    "empty-namespaces 1073741824\n"
                                                    "cgroup-root /c2\n"
                                                    "cgroup-root cpu:/\n"
                                                    "external mnt[/data/x]:/bundle/volumes/x\n"
                                                    "external mnt[/etc/hosts]:/run/hosts\n"
                                                    "external mnt[/dev/null]:/dev/null\n"
                                                    "external mnt[/dev/zero]:/dev/zero\n"
                                                    "external mnt[/dev/full]:/dev/full\n"
                                                    "external mnt[/dev/tty]:/dev/tty\n"
                                                    "external mnt[/dev/random]:/dev/random\n"
                                                    "external mnt[/dev/urandom]:/dev/urandom\n"
                                                    "inherit-fd fd[1]:pipe:[7]\n");
}

TEST(Restore, TakesLabels) {
    RestoreFlags flags;
    flags.lsm_profile = "apparmor:other";
    flags.lsm_mount_context = "c";
    flags.cgroups = CriuCgroups::kIgnore;
    const std::string text = restore_text(container(), flags);
    EXPECT_NE(text.find("manage-cgroups ignore\n"), std::string::npos);
    EXPECT_NE(text.find("lsm-profile apparmor:other\nlsm-mount-context c\n"), std::string::npos);
    EXPECT_EQ(text.find("cgroup-root"), std::string::npos);
}

TEST(Checkpoint, TheAnnotationNamesCriusOwnSettings) {
    spec::Config config = container();
    EXPECT_EQ(criu_config_of(config), std::nullopt);
    config.annotations["org.criu.config"] = "";
    EXPECT_EQ(criu_config_of(config), "");
    config.annotations["org.criu.config"] = "/x";
    EXPECT_EQ(criu_config_of(config), "/x");
}

} // namespace
} // namespace tare::plan
