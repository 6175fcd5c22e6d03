#include "cli/globals.h"

#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::cli {
namespace {

Arguments read(std::vector<std::string> words) {
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    Arguments arguments;
    EXPECT_TRUE(read_arguments(global_command(), pointers, arguments));
    return arguments;
}

std::string settings_error(std::vector<std::string> words) {
    const auto settings = read_settings(read(std::move(words)));
    return settings ? "" : settings.error().text;
}

TEST(ReadSettings, MakesTheRootAbsolute) {
    char here[PATH_MAX];
    ASSERT_NE(::getcwd(here, sizeof here), nullptr);
    const auto settings = read_settings(read({"--root", "state"}));
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->root, std::string(here) + "/state");
    EXPECT_FALSE(settings->root_is_default);
    EXPECT_EQ(read_settings(read({"--root=/x"}))->root, "/x");
}

TEST(ReadSettings, TheDefaultRootOfAUserIsItsRuntimeDirectory) {
    ::setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
    EXPECT_EQ(read_settings(read({"--rootless=true"}))->root, "/run/user/1/tare");
    EXPECT_EQ(read_settings(read({"--rootless=1"}))->root, "/run/user/1/tare");
    EXPECT_EQ(read_settings(read({"--rootless=T"}))->root, "/run/user/1/tare");
    EXPECT_EQ(read_settings(read({"--rootless=F"}))->root, "/run/tare");
    const auto root = read_settings(read({"--rootless=false"}));
    EXPECT_EQ(root->root, "/run/tare");
    EXPECT_TRUE(root->root_is_default);
    ::setenv("XDG_RUNTIME_DIR", "run", 1);
    EXPECT_EQ(settings_error({"--rootless=true"}),
              "no place for the state of containers: XDG_RUNTIME_DIR is not an absolute path; set "
              "it right, or use --root DIR");
    ::unsetenv("XDG_RUNTIME_DIR");
    EXPECT_EQ(settings_error({"--rootless=true"}),
              "no place for the state of containers: XDG_RUNTIME_DIR is not set, and /run/tare is "
              "root's; set it, or use --root DIR");
}

TEST(ReadSettings, ChoosesTheCgroupManager) {
    using runtime::CgroupManager;
    const auto manager = [](std::vector<std::string> words) {
        words.insert(words.begin(), "--root=/x");
        return read_settings(read(words))->cgroup_manager;
    };
    EXPECT_EQ(manager({}), CgroupManager::kCgroupfs);
    EXPECT_EQ(manager({"--cgroup-manager=disabled"}), CgroupManager::kDisabled);
    EXPECT_EQ(manager({"--cgroup-manager=systemd"}), CgroupManager::kSystemd);
    EXPECT_EQ(manager({"--systemd-cgroup"}), CgroupManager::kSystemd);
    EXPECT_EQ(settings_error({"--systemd-cgroup", "--cgroup-manager=cgroupfs"}),
              "options --systemd-cgroup and --cgroup-manager=cgroupfs contradict each other");
    EXPECT_EQ(settings_error({"--cgroup-manager=v2"}),
              "option --cgroup-manager must be one of cgroupfs, systemd, disabled, not \"v2\"; see "
              "`tare --help`");
    EXPECT_FALSE(read_settings(read({"--root=/x"}))->unit_annotations);
    EXPECT_TRUE(read_settings(read({"--root=/x", "--systemd-annotations"}))->unit_annotations);
}

TEST(ReadLogSettings, AppendsToTheFile) {
    std::string path = ::testing::TempDir() + "tare-log-" + std::to_string(::getpid());
    log::Settings settings;
    ASSERT_TRUE(read_log_settings(read({"--log", path, "--log-format=json", "--debug"}), settings));
    const Fd file(settings.fd);
    EXPECT_EQ(settings.format, log::Format::kJson);
    EXPECT_EQ(settings.level, log::Level::kDebug);
    EXPECT_TRUE(::fcntl(file.get(), F_GETFL) & O_APPEND);
    EXPECT_TRUE(::fcntl(file.get(), F_GETFD) & FD_CLOEXEC);
    ::unlink(path.c_str());
}

TEST(ReadLogSettings, KeepsTheFileWhenTheRestIsWrong) {
    std::string path = ::testing::TempDir() + "tare-log-" + std::to_string(::getpid());
    log::Settings settings;
    const Status status = read_log_settings(read({"--log", path, "--log-format=xml"}), settings);
    EXPECT_EQ(status.error().text,
              "option --log-format must be one of text, json, not \"xml\"; see `tare --help`");
    const Fd file(settings.fd);
    EXPECT_TRUE(file);
    ::unlink(path.c_str());
    EXPECT_EQ(read_log_settings(read({"--log=/no/such/file"}), settings).error().text,
              "--log: open '/no/such/file': no such file or directory");
    EXPECT_FALSE(read_log_settings(read({"--log-level=loud"}), settings));
}

} // namespace
} // namespace tare::cli
