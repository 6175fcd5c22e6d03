#include "plan/seccomp.h"
#include "runtime/runtime.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace tare::runtime {
namespace {

TEST(Features, ConfigsWithWhatTheyNameAreAccepted) {
    const spec::Features all = features();
    const auto& seccomp = *all.linux_->seccomp;
    spec::Seccomp profile;
    profile.default_action = "SCMP_ACT_ALLOW";
    profile.architectures = seccomp.archs;
    profile.flags = seccomp.known_flags;
    for (const std::string& action : seccomp.actions)
        if (action != "SCMP_ACT_NOTIFY")
            profile.syscalls.push_back({.names = {"getppid"}, .action = action});
    for (const std::string& op : seccomp.operators)
        profile.syscalls.push_back(
            {.names = {"getpid"}, .action = "SCMP_ACT_LOG", .args = {{.op = op}}});
    const auto program = plan::compile_seccomp(profile, "x");
    EXPECT_TRUE(program) << program.error().text;

    for (const std::string& type : all.linux_->namespaces) {
        const auto config = spec::read_config("{\"ociVersion\":\"" + all.oci_version_max
                                              + "\",\"root\":{\"path\":\"r\"},\"linux\":{"
                                                "\"uidMappings\":[],\"namespaces\":[{\"type\":"
                                                "\""
                                              + type + "\",\"path\":\"/proc/self/ns/x\"}]}}");
        EXPECT_TRUE(config) << type << ": " << config.error().text;
    }
}

TEST(Features, NameWhatTheSpecNames) {
    const spec::Features all = features();
    const auto& archs = all.linux_->seccomp->archs;
    EXPECT_EQ(std::ranges::count(archs, "SCMP_ARCH_X86_64"), 1);
    EXPECT_EQ(std::ranges::count(archs, "SCMP_ARCH_NATIVE"), 0);
    EXPECT_EQ(all.potentially_unsafe_config_annotations,
              (std::vector<std::string>{"org.criu.config", "org.systemd.property.",
                                        "run.oci.keep_original_groups"}));
}

TEST(Features, SupportedFlagsAreKnown) {
    const auto seccomp = *features().linux_->seccomp;
    EXPECT_FALSE(seccomp.supported_flags.empty());
    EXPECT_TRUE(std::ranges::includes(seccomp.known_flags, seccomp.supported_flags));
}

TEST(Features, ReadBackAsWritten) {
    const std::string text = spec::write_features(features());
    const auto back = spec::read_features(text, "features");
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_EQ(spec::write_features(*back), text);
}

} // namespace
} // namespace tare::runtime
