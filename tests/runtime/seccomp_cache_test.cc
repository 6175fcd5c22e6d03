#include "runtime/seccomp_cache.h"

#include <algorithm>
#include <cstdlib>
#include <dirent.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::runtime {
namespace {

class SeccompCacheTest : public testing::Test {
protected:
    SeccompCacheTest() {
        char name[] = "/tmp/tare-seccomp-XXXXXX";
        base_ = ::mkdtemp(name);
        settings_.root = base_ + "/root";
    }
    ~SeccompCacheTest() override { (void)!std::system(("rm -rf " + base_).c_str()); }

    std::vector<std::string> files() const {
        std::vector<std::string> names;
        DIR* stream = ::opendir((settings_.root + "/@seccomp").c_str());
        while (const dirent* entry = stream == nullptr ? nullptr : ::readdir(stream))
            if (entry->d_name[0] != '.') names.push_back(entry->d_name);
        if (stream != nullptr) ::closedir(stream);
        return names;
    }
    std::string only_file() const { return settings_.root + "/@seccomp/" + files().at(0); }

    // Puts another program into the cache, to see whether it is taken from there.
    void plant(const spec::Seccomp& profile) const {
        const plan::SeccompProgram planted{.filter = {4711}};
        std::ofstream(only_file(), std::ios::trunc)
            << plan::write_seccomp_cache(plan::seccomp_key(profile), planted);
    }
    bool takes_planted(const spec::Seccomp& profile) const {
        return load_seccomp(settings_, profile)->filter == std::vector<std::uint64_t>{4711};
    }

    std::string base_;
    Settings settings_;
};

spec::Seccomp profile_with(const std::string& call) {
    return {.default_action = "SCMP_ACT_ERRNO",
            .syscalls = {{.names = {call}, .action = "SCMP_ACT_ALLOW"}}};
}

TEST_F(SeccompCacheTest, CompilesOnce) {
    const spec::Seccomp profile = profile_with("read");
    const auto first = load_seccomp(settings_, profile);
    ASSERT_TRUE(first) << first.error().text;
    ASSERT_EQ(files().size(), 1u);
    struct stat facts = {};
    ::stat((settings_.root + "/@seccomp").c_str(), &facts);
    EXPECT_EQ(facts.st_mode & 0777, 0700u);
    EXPECT_EQ(load_seccomp(settings_, profile)->filter, first->filter);
    plant(profile);
    EXPECT_TRUE(takes_planted(profile));
    EXPECT_FALSE(takes_planted(profile_with("write")));
}

TEST_F(SeccompCacheTest, CompilesAgainWhatIsDamaged) {
    const spec::Seccomp profile = profile_with("read");
    const auto first = load_seccomp(settings_, profile);
    std::ofstream(only_file(), std::ios::trunc) << "x";
    EXPECT_EQ(load_seccomp(settings_, profile)->filter, first->filter);
    plant(profile); // the file was made good, and serves again
    EXPECT_TRUE(takes_planted(profile));
}

TEST_F(SeccompCacheTest, BelievesNoFileThatOthersCanWrite) {
    const spec::Seccomp profile = profile_with("read");
    ASSERT_TRUE(load_seccomp(settings_, profile));
    plant(profile);
    ::chmod(only_file().c_str(), 0622);
    EXPECT_FALSE(takes_planted(profile));

    plant(profile);
    const std::string file = only_file();
    ::rename(file.c_str(), (base_ + "/elsewhere").c_str());
    ASSERT_EQ(::symlink((base_ + "/elsewhere").c_str(), file.c_str()), 0);
    EXPECT_FALSE(takes_planted(profile));
}

TEST_F(SeccompCacheTest, DoesWithoutACache) {
    std::ofstream(settings_.root) << "a file";
    EXPECT_TRUE(load_seccomp(settings_, profile_with("read")));
}

// As one that was cut short by a full disk would be.
TEST_F(SeccompCacheTest, ReplacesAFileThatIsNoGood) {
    const spec::Seccomp profile = profile_with("read");
    ASSERT_TRUE(load_seccomp(settings_, profile));
    const std::string file = only_file();
    const auto size = std::filesystem::file_size(file);
    std::filesystem::resize_file(file, size / 2);
    ASSERT_TRUE(load_seccomp(settings_, profile));
    EXPECT_EQ(only_file(), file);
    EXPECT_EQ(std::filesystem::file_size(file), size);
}

TEST_F(SeccompCacheTest, StaysSmall) {
    for (unsigned i = 0; i < kSeccompCacheFiles + 5; ++i) {
        spec::Seccomp profile = profile_with("read");
        profile.syscalls[0].args = {{.index = 0, .value = i, .op = "SCMP_CMP_EQ"}};
        ASSERT_TRUE(load_seccomp(settings_, profile));
    }
    EXPECT_EQ(files().size(), kSeccompCacheFiles);
}

TEST_F(SeccompCacheTest, PassesErrorsOn) {
    const auto program = load_seccomp(settings_, {.default_action = "SCMP_ACT_NOTIFY"});
    ASSERT_FALSE(program);
    EXPECT_EQ(program.error().text,
              "config.json#/linux/seccomp/defaultAction: must not be SCMP_ACT_NOTIFY: the listener "
              "could not be handed over");
    EXPECT_TRUE(files().empty());
}

} // namespace
} // namespace tare::runtime
