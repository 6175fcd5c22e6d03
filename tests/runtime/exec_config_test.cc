#include "runtime/exec_config.h"

#include "runtime/runtime.h"
#include "sys/file.h"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace tare::runtime {
namespace {

std::string config_with(const std::string& call, const std::string& name = "n") {
    return R"({"ociVersion": "1.3.0", "root": {"path": "rootfs"}, "linux": {"seccomp":
              {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"],
               "syscalls": [{"names": ["read", ")"
           + call + R"("], "action": "SCMP_ACT_ALLOW"}]}}, "annotations": {"name": ")" + name
           + "\"}}";
}

class ExecConfigTest : public testing::Test {
protected:
    ExecConfigTest() {
        char name[] = "/tmp/tare-exec-XXXXXX";
        base_ = ::mkdtemp(name);
        settings_.root = base_;
        directory_.emplace(*StateDirectory::claim(settings_, "c"));
        store(config_with("write"));
    }
    ~ExecConfigTest() override { std::filesystem::remove_all(base_); }

    // As `update` does it.
    void store(const std::string& config) {
        ASSERT_TRUE(sys::replace_file_at(directory_->fd(), "config.json", config, 0600));
    }
    ConfigAndFilter read() {
        auto read = read_exec_config(settings_, *directory_);
        EXPECT_TRUE(read) << read.error().text;
        return *std::move(read);
    }
    std::string brief_file() const { return directory_->path() + "/exec"; }
    bool leaves() const { return std::filesystem::exists(brief_file()); }
    // Whether it is the first one.
    bool compiles() {
        std::filesystem::remove_all(base_ + "/@seccomp");
        (void)read();
        return std::filesystem::exists(base_ + "/@seccomp");
    }

    std::string base_;
    Settings settings_;
    std::optional<StateDirectory> directory_;
};

TEST_F(ExecConfigTest, TheFirstLeavesItForLaterOnes) {
    const ConfigAndFilter first = read();
    ASSERT_TRUE(first.filter);
    ASSERT_TRUE(leaves());
    struct stat facts = {};
    ASSERT_EQ(::stat(brief_file().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u);

    std::filesystem::remove_all(base_ + "/@seccomp"); // it is not asked any more
    const ConfigAndFilter later = read();
    EXPECT_EQ(later.filter->filter, first.filter->filter);
    EXPECT_EQ(later.filter->flags, first.filter->flags);
    EXPECT_EQ(later.config, first.config);
    EXPECT_TRUE(later.config.linux_->seccomp->syscalls.empty());
    EXPECT_TRUE(later.config.linux_->seccomp->knows_syscalls);
    EXPECT_EQ(later.config.linux_->seccomp->architectures.size(), 1u);
    EXPECT_EQ(later.config.annotations.at("name"), "n");
    EXPECT_FALSE(std::filesystem::exists(base_ + "/@seccomp"));
}

TEST_F(ExecConfigTest, WhatMadeTheContainerIsNotInIt) {
    store(R"({"ociVersion": "1.3.0", "root": {"path": "rootfs"},
              "process": {"cwd": "/", "args": ["x"], "env": ["A=ä"], "user": {"uid": 0, "gid": 0, "umask": 18}},
              "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
              "hooks": {"poststop": [{"path": "/bin/true"}]},
              "linux": {"namespaces": [{"type": "mount"}, {"type": "user"}], "sysctl": {"a.b": "1"},
                        "uidMappings": [{"containerID": 0, "hostID": 1, "size": 2}],
                        "gidMappings": [{"containerID": 0, "hostID": 1, "size": 2}],
                        "devices": [{"path": "/dev/x", "type": "c", "major": 1, "minor": 3}],
                        "resources": {"pids": {"limit": 5}}, "maskedPaths": ["/m"],
                        "readonlyPaths": ["/r"], "mountLabel": "", "personality": {"domain":
                        "LINUX32"}}})");
    const ConfigAndFilter first = read();
    ASSERT_TRUE(leaves());
    EXPECT_EQ(read().config, first.config);
    EXPECT_EQ(
        write_config(first.config, spec::Layout::kCompact),
        R"({"ociVersion":"1.3.0","root":{"path":"rootfs"},"process":{"user":{"uid":0,"gid":0,)"
        R"("umask":18},"args":["x"],"env":["A=ä"],"cwd":"/"},)"
        R"("linux":{"namespaces":[{"type":"mount"},{"type":"user"}],)"
        R"("uidMappings":[{"containerID":0,"hostID":1,"size":2}],)"
        R"("gidMappings":[{"containerID":0,"hostID":1,"size":2}],)"
        R"("personality":{"domain":"LINUX32"}}})"
        "\n");
}

TEST_F(ExecConfigTest, AnotherConfigHasAnotherFilter) {
    const auto before = read().filter;
    EXPECT_FALSE(compiles());
    store(config_with("close", "m")); // as long as before
    const ConfigAndFilter changed = read();
    EXPECT_NE(changed.filter->filter, before->filter);
    EXPECT_EQ(changed.config.annotations.at("name"), "m");
    EXPECT_EQ(read().filter->filter, changed.filter->filter);
    EXPECT_FALSE(compiles());
}

TEST_F(ExecConfigTest, ADamagedFileIsNotBelieved) {
    const auto before = read().filter;
    for (const unsigned size : {0U, 20U, 100U}) {
        std::filesystem::resize_file(brief_file(), size);
        EXPECT_TRUE(compiles()) << size;
        EXPECT_FALSE(compiles()) << size; // it was left again
        EXPECT_EQ(read().filter->filter, before->filter) << size;
    }
}

// As a profile that is there without its rules would be.
TEST_F(ExecConfigTest, AProfileWithoutAFilterIsNotBelieved) {
    (void)read();
    const std::string whole = *sys::read_file_at(directory_->fd(), "exec", 1 << 20);
    const std::string key(plan::read_seccomp_cache(whole)->key);
    ASSERT_TRUE(sys::replace_file_at(directory_->fd(), "exec",
                                     plan::write_seccomp_cache(key, plan::SeccompProgram()), 0600));
    EXPECT_TRUE(compiles());
}

TEST_F(ExecConfigTest, WithoutAProfileThereIsNoFilter) {
    store(R"({"ociVersion": "1.3.0", "root": {"path": "rootfs"}})");
    EXPECT_FALSE(read().filter);
    EXPECT_TRUE(leaves());
    EXPECT_FALSE(read().filter);
}

TEST_F(ExecConfigTest, WithoutAConfigItSaysSo) {
    std::filesystem::remove(directory_->path() + "/config.json");
    const auto read = read_exec_config(settings_, *directory_);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().text,
              directory_->path() + ": open 'config.json': no such file or directory");
}

} // namespace
} // namespace tare::runtime
