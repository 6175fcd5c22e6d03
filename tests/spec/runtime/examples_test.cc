// Files that others wrote: the official schema's examples and configs of engines. They are not part
// of this repository: TARE_SHARED says where they are, else a folder "shared" beside the checkout.

#include "spec/runtime/config.h"
#include "spec/runtime/features.h"
#include "spec/runtime/state.h"

#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <gtest/gtest.h>
#include <map>
#include <unistd.h>

namespace tare::spec {
namespace {

std::string shared_folder() {
    const char* const folder = std::getenv("TARE_SHARED");
    return folder ? folder : "../shared";
}

std::string contents(const std::string& path) {
    std::string text;
    FILE* const file = std::fopen(path.c_str(), "re");
    if (!file) return text;
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, file)) > 0;)
        text.append(buffer, n);
    std::fclose(file);
    return text;
}

std::vector<std::string> files_of(const std::string& folder) {
    std::vector<std::string> names;
    DIR* const directory = ::opendir(folder.c_str());
    if (!directory) return names;
    while (const dirent* entry = ::readdir(directory))
        if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    ::closedir(directory);
    return names;
}

// What read() says about every file of a folder: each must be expected, each expected one be there.
template <class Read>
void expect_folder(const std::string& folder, const std::map<std::string, std::string>& expected,
                   Read read) {
    const std::string path = shared_folder() + "/data/" + folder + "/";
    std::map<std::string, std::string> found;
    for (const std::string& name : files_of(path)) {
        const auto value = read(contents(path + name));
        found[name] = value ? "" : value.error().text;
    }
    EXPECT_EQ(found, expected) << folder;
}

#define NEED_SHARED_DATA()                                                                         \
    if (::access((shared_folder() + "/data").c_str(), F_OK) != 0)                                  \
    GTEST_SKIP() << "no examples in " << shared_folder() << "/data: set TARE_SHARED"

constexpr const char* kOldVersion = "c#/ociVersion: '0.5.0-dev' is not supported: 1.0.0 to 1.3.0 "
                                    "and later 1.x are";
constexpr const char* kNoUts = "c#/hostname: needs a uts namespace in linux.namespaces";

TEST(Examples, OfConfigs) {
    NEED_SHARED_DATA();
    const auto read = [](const std::string& text) { return read_config(text, "c"); };
    expect_folder("runtime-spec/test/config/good",
                  {{"minimal.json", ""},
                   {"minimal-for-start.json", ""},
                   {"linux-netdevice.json", ""},
                   {"linux-rdma.json", ""},
                   {"freebsd-minimal.json", ""},
                   {"zos-minimal.json", ""},
                   {"spec-example.json", kOldVersion},
                   {"zos-example.json", kOldVersion},
                   // Written for other systems; what Linux demands is missing.
                   {"freebsd-example.json", kNoUts}},
                  read);
    expect_folder(
        "runtime-spec/test/config/bad",
        {{"invalid-json.json", "c:1:2: expected a member's name in double quotes"},
         {"linux-hugepage.json",
          "c#/linux/resources/hugepageLimits/0/pageSize: must be a size such "
          "as 64KB, 2MB or 1GB, not '64kB'"},
         {"linux-netdevice.json", "c#/linux/netDevices/eth0/name: must be a string"},
         {"linux-rdma.json", "c#/linux/resources/rdma/mlx5_1/hcaHandles: must be an integer"},
         {"freebsd-vnet-disable.json", ""}}, // another system's block, which is ignored
        read);
}

TEST(Examples, OfTheSpecWithAPresentVersion) {
    NEED_SHARED_DATA();
    const std::string folder = shared_folder() + "/data/runtime-spec/test/config/good/";
    std::string text = contents(folder + "spec-example.json");
    const std::size_t at = text.find("0.5.0-dev");
    ASSERT_NE(at, std::string::npos);
    const auto config = read_config(text.replace(at, 9, "1.0.0"));
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_EQ(config->mounts.size(), 7u);
    EXPECT_EQ(config->linux_->namespaces.size(), 8u);
    EXPECT_EQ(config->linux_->resources->hugepage_limits.at(0).limit, 9223372036854772000u);
    EXPECT_EQ(read_config(write_config(*config)), *config);
}

TEST(Examples, OfStatesAndFeatures) {
    NEED_SHARED_DATA();
    const auto read_a_state = [](const std::string& text) { return read_state(text, "s"); };
    expect_folder("runtime-spec/test/state/good", {{"spec-example.json", ""}}, read_a_state);
    expect_folder("runtime-spec/test/state/bad",
                  {{"invalid-json.json", "s:1:2: expected a member's name in double quotes"}},
                  read_a_state);
    const auto read_some_features = [](const std::string& text) {
        auto features = read_features(text, "f");
        if (features) {
            EXPECT_EQ(read_features(write_features(*features), "again"), *features);
        }
        return features;
    };
    expect_folder("runtime-spec/test/features/good", {{"minimal.json", ""}, {"runc.json", ""}},
                  read_some_features);
    expect_folder("runtime-spec/test/features/bad",
                  {{"missing-ociVersionMax.json", "f#: 'ociVersionMax' is missing"}},
                  read_some_features);
}

TEST(Examples, OfEngines) {
    NEED_SHARED_DATA();
    expect_folder("bundles",
                  {{"docker-default.json", ""}, {"minimal.json", ""}, {"userns.json", ""}},
                  [](const std::string& text) {
                      auto config = read_config(text);
                      if (config) {
                          EXPECT_EQ(read_config(write_config(*config)), *config);
                      }
                      return config;
                  });
}

} // namespace
} // namespace tare::spec
