#include "tests/plan/seccomp_support.h"

namespace tare::plan {
namespace {

TEST(SeccompKey, DiffersWithEverythingThatTheProgramDependsOn) {
    const spec::Seccomp base = docker_profile();
    const auto changed = [&](auto change) {
        spec::Seccomp profile = base;
        change(profile);
        return seccomp_key(profile);
    };
    EXPECT_EQ(seccomp_key(base), changed([](auto& p) { p.listener_metadata = "x"; }));
    const std::vector<std::string> keys = {
        seccomp_key(base),
        changed([](auto& p) { p.default_action = "SCMP_ACT_KILL"; }),
        changed([](auto& p) { p.default_errno_ret.reset(); }),
        changed([](auto& p) { p.flags.emplace(); }),
        changed([](auto& p) { p.flags = {"SECCOMP_FILTER_FLAG_LOG"}; }),
        changed([](auto& p) { p.architectures.pop_back(); }),
        changed([](auto& p) { p.syscalls.pop_back(); }),
        changed([](auto& p) { p.syscalls[0].names.pop_back(); }),
        changed([](auto& p) { p.syscalls[0].errno_ret = 1; }),
        changed([](auto& p) { p.syscalls[2].args[0].value = 1; }),
        changed([](auto& p) { p.listener_path = "/run/s"; })};
    for (std::size_t i = 0; i < keys.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            EXPECT_NE(keys[i], keys[j]) << i << " " << j;
}

TEST(SeccompCache, GivesBackWhatWasWritten) {
    const SeccompProgram program{.filter = {1, 2, 3}, .flags = 6, .notify = true};
    const std::string file = write_seccomp_cache("key", program);
    const std::optional<SeccompProgram> read = read_seccomp_cache("key", file);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->filter, program.filter);
    EXPECT_EQ(read->flags, 6u);
    EXPECT_TRUE(read->notify);
    EXPECT_EQ(read_seccomp_cache(file)->key, "key");
    EXPECT_EQ(read_seccomp_cache(file)->program.filter, program.filter);
    EXPECT_FALSE(read_seccomp_cache("kez", file));
    EXPECT_FALSE(read_seccomp_cache("ke", file));
}

TEST(SeccompCache, RefusesEveryDamage) {
    const std::string file = write_seccomp_cache("key", {.filter = {1, 2, 3}});
    for (std::size_t i = 0; i < file.size(); ++i) {
        std::string damaged = file;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
        EXPECT_FALSE(read_seccomp_cache("key", damaged)) << i;
        EXPECT_FALSE(read_seccomp_cache(damaged)) << i;
        EXPECT_FALSE(read_seccomp_cache("key", file.substr(0, i))) << i;
    }
    EXPECT_FALSE(read_seccomp_cache("key", file + "x"));
}

} // namespace
} // namespace tare::plan
