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
    bool has_rules(const ConfigAndFilter& read) {
        return !read.config.linux_->seccomp->syscalls.empty();
    }
    std::string filter_file() const { return directory_->path() + "/filter"; }
    bool leaves_filter() const { return std::filesystem::exists(filter_file()); }

    std::string base_;
    Settings settings_;
    std::optional<StateDirectory> directory_;
};

TEST_F(ExecConfigTest, TheFirstLeavesTheFilterForLaterOnes) {
    const ConfigAndFilter compiled = read(); // a profile that nobody has seen
    ASSERT_TRUE(compiled.filter);
    EXPECT_TRUE(has_rules(compiled));
    EXPECT_FALSE(leaves_filter());
    const ConfigAndFilter known = read();
    EXPECT_FALSE(has_rules(known));
    EXPECT_TRUE(leaves_filter());
    struct stat facts = {};
    ASSERT_EQ(::stat(filter_file().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u);

    std::filesystem::remove_all(base_ + "/@seccomp"); // it is not asked any more
    const ConfigAndFilter brief = read();
    EXPECT_EQ(brief.filter->filter, compiled.filter->filter);
    EXPECT_EQ(brief.filter->flags, compiled.filter->flags);
    EXPECT_FALSE(has_rules(brief));
    EXPECT_TRUE(brief.config.linux_->seccomp->knows_syscalls);
    EXPECT_EQ(brief.config.linux_->seccomp->architectures.size(), 1u);
    EXPECT_EQ(brief.config.annotations.at("name"), "n");
    EXPECT_FALSE(std::filesystem::exists(base_ + "/@seccomp"));
}

TEST_F(ExecConfigTest, AnotherConfigHasAnotherFilter) {
    const auto before = read().filter;
    ASSERT_FALSE(has_rules(read()));
    store(config_with("close", "m")); // as long as before
    const ConfigAndFilter changed = read();
    EXPECT_NE(changed.filter->filter, before->filter);
    EXPECT_EQ(changed.config.annotations.at("name"), "m");
    (void)read();
    EXPECT_EQ(read().filter->filter, changed.filter->filter);
    EXPECT_FALSE(has_rules(read()));
}

TEST_F(ExecConfigTest, ADamagedFilterIsNotBelieved) {
    const auto before = read().filter;
    (void)read();
    for (const unsigned size : {0U, 20U, 100U}) {
        std::filesystem::resize_file(filter_file(), size);
        std::filesystem::remove_all(base_ + "/@seccomp");
        const ConfigAndFilter again = read();
        EXPECT_TRUE(has_rules(again)) << size;
        EXPECT_EQ(again.filter->filter, before->filter) << size;
        (void)read(); // leaves it again
    }
}

TEST_F(ExecConfigTest, WithoutAProfileThereIsNoFilter) {
    store(R"({"ociVersion": "1.3.0", "root": {"path": "rootfs"}})");
    EXPECT_FALSE(read().filter);
    EXPECT_FALSE(read().filter);
    EXPECT_FALSE(leaves_filter());
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
