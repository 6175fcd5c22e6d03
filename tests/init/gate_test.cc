#include "tests/init/harness.h"

#include <algorithm>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <unistd.h>

namespace tare::init {
namespace {

using wire::Op;

std::string link_of(const std::string& path) {
    char target[4096];
    const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
    return size < 0 ? "" : std::string(target, static_cast<std::size_t>(size));
}

std::vector<std::string> descriptors_of(pid_t pid) {
    const std::string path = "/proc/" + std::to_string(pid) + "/fd";
    std::vector<std::string> all;
    DIR* list = ::opendir(path.c_str());
    while (const dirent* entry = list == nullptr ? nullptr : ::readdir(list))
        if (entry->d_name[0] != '.') all.push_back(link_of(path + "/" + entry->d_name));
    if (list != nullptr) ::closedir(list);
    return all;
}

// "VmRSS:" of /proc/PID/status, in KiB.
long status_number(pid_t pid, const std::string& key) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind(key, 0) == 0) return std::atol(line.c_str() + key.size());
    return -1;
}

std::string line_of(pid_t pid, const std::string& key) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind(key, 0) == 0) return line;
    return "";
}

class GateTest : public testing::Test {
protected:
    void SetUp() override { NEEDS_NAMESPACES(); }

    Root root;
    plan::Steps steps;
};

TEST_F(GateTest, InCreatedItHoldsOnlyStdioAndTheGate) {
    begin(steps, root);
    wire::Mount proc = file_system(steps, "proc", "/proc");
    proc.flags = wire::kPlainTarget;
    steps.add(Op::kMount, proc, {});
    steps.add(Op::kMaskPath, wire::Path{steps.text("/proc/version")}, {});
    end(steps, "ls /proc/self/fd; echo ran");
    std::vector<std::string> held;
    long resident = 0;
    const init::Outcome outcome = run_init(
        steps, {.namespaces = CLONE_NEWNS | CLONE_NEWPID, .gate = true, .waiting = [&](pid_t pid) {
                    held = descriptors_of(pid);
                    resident = status_number(pid, "VmRSS:");
                }});
    EXPECT_EQ(outcome.refusal(), "");
    EXPECT_EQ(outcome.output, "0\n1\n2\n3\nran\n");
    const auto pipes = std::count_if(held.begin(), held.end(), [](const std::string& name) {
        return name.rfind("pipe:", 0) == 0;
    });
    EXPECT_GE(pipes, 3) << "stdout, and both ends of the gate";
    EXPECT_EQ(held.size(), 5u);
    RecordProperty("resident_kib", static_cast<int>(resident));
    EXPECT_GT(resident, 0);
    EXPECT_LE(resident, 200) << "KiB of a waiting container";
    EXPECT_TRUE(outcome.has(wire::kExecuting));
}

TEST_F(GateTest, PreservedDescriptorsStay) {
    begin(steps, root);
    end(steps, "cat <&3; cat <&4; (: <&5) 2>/dev/null || echo closed");
    root.file("three", "three\n");
    root.file("four", "four\n");
    const init::Outcome outcome = run_init(
        steps, {.namespaces = CLONE_NEWNS, .keep_fds = 2, .gate = true, .before_exec = [&] {
                    // The harness's own may be in the way: they go elsewhere first.
                    const int three = ::open((root / "three").c_str(), O_RDONLY);
                    const int four = ::open((root / "four").c_str(), O_RDONLY);
                    ::dup2(three, 3);
                    ::dup2(four, 4);
                    ::dup2(three, 5);
                }});
    EXPECT_EQ(outcome.refusal(), "");
    EXPECT_EQ(outcome.output, "three\nfour\nclosed\n");
}

TEST_F(GateTest, WhatTheCallerIgnoredIsNotIgnored) {
    begin(steps, root);
    wire::Mount proc = file_system(steps, "proc", "/proc");
    proc.flags = wire::kPlainTarget;
    steps.add(Op::kMount, proc, {});
    end(steps, "cat /proc/self/status | grep Sig");
    const init::Outcome outcome = run_init(
        steps, {.namespaces = CLONE_NEWNS | CLONE_NEWPID, .before_exec = [] {
                    sigset_t all;
                    ::sigfillset(&all);
                    ::sigprocmask(SIG_SETMASK, &all, nullptr);
                    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGCHLD, SIGTERM,
                                             SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGXFSZ, 33, 64})
                        ::signal(signal, SIG_IGN);
                }});
    EXPECT_NE(outcome.output.find("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"),
              std::string::npos)
        << outcome.output;
}

TEST_F(GateTest, AFilterIsInForceWhileItWaits) {
    begin(steps, root);
    steps.add(Op::kPivot, wire::Pivot{}, {});
    steps.add(Op::kNoNewPrivileges, {});
    const std::uint64_t allow = 0x7fff000000000006; // BPF_RET | BPF_K, SECCOMP_RET_ALLOW
    steps.add(Op::kSeccomp, wire::Seccomp{.program = steps.bytes(&allow, sizeof allow)}, {});
    shell(steps, "true");
    std::string mode, dumpable;
    const init::Outcome outcome =
        run_init(steps, {.namespaces = CLONE_NEWNS, .gate = true, .waiting = [&](pid_t pid) {
                             mode = line_of(pid, "Seccomp:");
                         }});
    EXPECT_EQ(outcome.refusal(), "");
    EXPECT_EQ(mode, "Seccomp:\t2");
}

TEST_F(GateTest, AListenerIsHandedOver) {
    begin(steps, root);
    steps.add(Op::kPivot, wire::Pivot{}, {});
    steps.add(Op::kNoNewPrivileges, {});
    const std::uint64_t allow = 0x7fff000000000006;
    steps.add(Op::kSeccomp,
              wire::Seccomp{.program = steps.bytes(&allow, sizeof allow), .notify = 1}, {});
    shell(steps, "true");
    const init::Outcome outcome = run_init(steps, {.namespaces = CLONE_NEWNS});
    EXPECT_EQ(outcome.refusal(), "");
    EXPECT_TRUE(outcome.has(wire::kListener));
    ASSERT_EQ(outcome.descriptors.size(), 1u);
    EXPECT_EQ(link_of("/proc/self/fd/" + std::to_string(outcome.descriptors[0])),
              "anon_inode:seccomp notify");
    ::close(outcome.descriptors[0]);
}

} // namespace
} // namespace tare::init
