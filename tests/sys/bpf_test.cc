#include "sys/bpf.h"

#include "sys/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tare::sys {
namespace {

// As root only, in a cgroup of its own.
class BpfTest : public testing::Test {
protected:
    void SetUp() override {
        for (const char* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
            path_ = std::string(root) + "/tare-bpf-test-" + std::to_string(::getpid());
            const std::string list = std::string(root) + "/cgroup.controllers";
            if (::access(list.c_str(), F_OK) == 0 && ::mkdir(path_.c_str(), 0700) == 0) return;
        }
        path_.clear();
        GTEST_SKIP() << "no cgroup can be made";
    }
    void TearDown() override {
        if (path_.empty()) return;
        EXPECT_EQ(::rmdir(path_.c_str()), 0);
    }
    std::string path_;
};

// r0 = answer; exit
std::vector<std::uint64_t> program(std::uint64_t answer) {
    return {0xb7 | answer << 32, 0x95};
}

bool keep_only(std::uint64_t capabilities) {
    __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct data[2] = {};
    for (int i = 0; i < 2; ++i)
        data[i].effective = data[i].permitted = static_cast<std::uint32_t>(capabilities >> 32 * i);
    return ::syscall(SYS_capset, &header, data) == 0;
}

// 0: all as it should be; else which step it is that was refused.
int replace_without_sys_admin(const std::string& path) {
    const auto cgroup = open_file(path, O_RDONLY | O_DIRECTORY);
    const auto first = load_device_program(program(1));
    if (!cgroup || !first || !attach_device_program(*cgroup, *first)) return 77;
    if (!keep_only(std::uint64_t{1} << CAP_NET_ADMIN | std::uint64_t{1} << CAP_BPF)) return 77;
    const auto second = load_device_program(program(0));
    if (!second) return 77;
    return replace_device_programs(*cgroup, *second) ? 0 : 3;
}

// An older program of systemd's, which only CAP_SYS_ADMIN may open.
TEST_F(BpfTest, WhatCannotBeOpenedStays) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(replace_without_sys_admin(path_));
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "no device program can be attached";
    EXPECT_EQ(status, 0);
}

} // namespace
} // namespace tare::sys
