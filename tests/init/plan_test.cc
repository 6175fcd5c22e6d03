#include "tests/init/harness.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace tare::init {
namespace {

using wire::Op;

constexpr std::uint64_t kAll =
    CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET;
constexpr std::uint64_t kTight = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

// Nearly what an engine's default container asks for.
TEST(Plan, ADefaultContainerRuns) {
    NEEDS_NAMESPACES();
    Root root;
    plan::Steps steps;
    steps.add(Op::kLoopbackUp, {});
    begin(steps, root);
    wire::Mount proc = file_system(steps, "proc", "/proc", kTight);
    proc.flags = wire::kPlainTarget;
    steps.add(Op::kMount, proc, {});
    steps.add(Op::kMount,
              file_system(steps, "tmpfs", "/dev", MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME,
                          {"mode=755", "size=65536k"}),
              {});
    steps.add(Op::kMount,
              file_system(steps, "devpts", "/dev/pts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
                          {"newinstance", "ptmxmode=0666", "mode=0620"}),
              {});
    steps.add(Op::kMount, file_system(steps, "sysfs", "/sys", kTight | MOUNT_ATTR_RDONLY), {});
    steps.add(Op::kMount, file_system(steps, "mqueue", "/dev/mqueue", kTight), {});
    steps.add(Op::kMount,
              file_system(steps, "tmpfs", "/dev/shm", kTight, {"mode=1777", "size=64k"}), {});
    wire::Bind hosts{.source = steps.text("/etc/passwd"), .target = steps.text("/etc/hosts")};
    hosts.recursive = 1;
    hosts.attributes.propagation = MS_PRIVATE;
    hosts.attributes.propagation_recursive = 1;
    steps.add(Op::kBind, hosts, {});
    for (const auto& [name, minor_number] :
         {std::pair{"/dev/null", 3}, {"/dev/zero", 5}, {"/dev/full", 7}}) {
        wire::Device device{.path = steps.text(name), .mode = S_IFCHR | 0666};
        device.number = makedev(1, static_cast<unsigned>(minor_number));
        if (::geteuid() != 0) device.bind_source = steps.text(name);
        steps.add(Op::kDevice, device, {});
    }
    steps.add(Op::kSymlink, wire::Symlink{steps.text("/proc/self/fd"), steps.text("/dev/fd")}, {});
    steps.add(Op::kSysctl,
              wire::Sysctl{steps.text("net/ipv4/ip_unprivileged_port_start"), steps.text("0")}, {});
    steps.add(Op::kHostname, wire::Value{steps.text("tare")}, {});
    for (const char* path : {"/proc/version", "/proc/interrupts", "/sys/firmware", "/sys/kernel",
                             "/proc/nothing", "/proc/version/nothing"})
        steps.add(Op::kMaskPath, wire::Path{steps.text(path)}, {});
    for (const char* path : {"/proc/sys", "/proc/bus"})
        steps.add(Op::kReadonlyPath, wire::Path{steps.text(path)}, {});
    steps.add(Op::kPivot, wire::Pivot{}, {});
    steps.add(Op::kRootReadonly, {});
    steps.add(Op::kOomScore, wire::Value{steps.text("7")}, {});
    steps.add(Op::kGroups, wire::Bytes{}, {});
    steps.add(Op::kBounding, wire::Number{1U << CAP_CHOWN}, {});
    steps.add(Op::kIds, wire::Ids{}, {});
    steps.add(Op::kCapabilities,
              wire::Capabilities{.effective = 1U << CAP_CHOWN, .permitted = 1U << CAP_CHOWN}, {});
    steps.add(Op::kNoNewPrivileges, {});
    steps.add(Op::kChdir, wire::Chdir{steps.text("/tmp")}, {});
    shell(steps,
          "cat /proc/self/oom_score_adj; echo $$ $A; pwd; cat /proc/version; ls -A /sys/kernel;"
          "echo x > /dev/null; (echo x > /file) 2>/dev/null || echo read-only;"
          "stat -c '%n %a %t,%T' /dev/null /dev/shm; readlink /dev/fd;"
          "ls -A /dev | cat; ls /proc/self/fd | cat; cat /proc/self/status | grep Cap;"
          "hostname; (echo 1 > /proc/sys/net/ipv4/ip_forward) 2>/dev/null || echo read-only;"
          "cat /proc/sys/net/ipv4/ip_unprivileged_port_start");
    const Outcome outcome = run_init(steps, {.namespaces = kAll});
    EXPECT_TRUE(outcome.exited(0)) << outcome.wait_status;
    EXPECT_EQ(outcome.refusal(), "");
    EXPECT_EQ(outcome.output, "7\n1 b\n/tmp\nread-only\n/dev/null 666 1,3\n/dev/shm 1777 0,0\n"
                              "/proc/self/fd\nfd\nfull\nmqueue\nnull\npts\nshm\nzero\n0\n1\n2\n3\n"
                              "CapInh:\t0000000000000000\nCapPrm:\t0000000000000001\n"
                              "CapEff:\t0000000000000001\nCapBnd:\t0000000000000001\n"
                              "CapAmb:\t0000000000000000\ntare\nread-only\n0\n");
}

} // namespace
} // namespace tare::init
