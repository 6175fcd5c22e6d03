#include "cli/default_config.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace tare::cli {
namespace {

TEST(DefaultConfig, ReadsBackWithoutAComplaint) {
    const spec::Config config = default_config();
    const auto back = spec::read_config(spec::write_config(config));
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_TRUE(*back == config);
    EXPECT_TRUE(config.process->terminal);
    EXPECT_EQ(config.process->args, std::vector<std::string>{"sh"});
    EXPECT_TRUE(config.root->readonly);
}

TEST(RootlessConfig, NeedsNoPrivileges) {
    const spec::Config config = rootless_config(1000, 100);
    const auto back = spec::read_config(spec::write_config(config));
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_TRUE(*back == config);

    const spec::Linux& isolation = *config.linux_;
    EXPECT_EQ(isolation.uid_mappings, (std::vector<spec::IdMapping>{{0, 1000, 1}}));
    EXPECT_EQ(isolation.gid_mappings, (std::vector<spec::IdMapping>{{0, 100, 1}}));
    EXPECT_FALSE(isolation.resources);
    const auto has = [&](spec::NamespaceType type) {
        return std::ranges::any_of(isolation.namespaces,
                                   [&](const auto& ns) { return ns.type == type; });
    };
    EXPECT_TRUE(has(spec::NamespaceType::kUser));
    EXPECT_FALSE(has(spec::NamespaceType::kNetwork));
    for (const spec::Mount& mount : config.mounts) {
        EXPECT_EQ(std::ranges::count(mount.options, "gid=5"), 0);
        EXPECT_EQ(mount.destination == "/sys", std::ranges::count(mount.options, "rbind") == 1);
    }
}

} // namespace
} // namespace tare::cli
