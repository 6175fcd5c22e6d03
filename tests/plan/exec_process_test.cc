#include "plan/exec_process.h"

#include <gtest/gtest.h>

namespace tare::plan {
namespace {

spec::Process own() {
    spec::Process process;
    process.terminal = true;
    process.args = {"init"};
    process.env = {"A=1"};
    process.cwd = "/work";
    process.user = {.uid = 1, .gid = 2, .umask = 077, .additional_gids = {3}};
    process.capabilities =
        spec::Capabilities{.bounding = {"CAP_KILL"}, .inheritable = {"CAP_KILL"}};
    process.no_new_privileges = true;
    process.rlimits = {{"RLIMIT_CORE", 1, 2}};
    return process;
}

spec::Process from_file() {
    spec::Process process;
    process.args = {"sh"};
    process.cwd = "/";
    return process;
}

std::string error_of(const Result<ExecProcess>& chosen) {
    return chosen ? "ok" : chosen.error().text;
}

TEST(ChooseProcess, IsTheContainersOwnButForTheCommand) {
    const auto chosen = choose_process(own(), {.args = {"ls", "-l"}, .env = {"A=2"}});
    ASSERT_TRUE(chosen);
    spec::Process expected = own();
    expected.terminal = false;
    expected.args = {"ls", "-l"};
    expected.env = {"A=1", "A=2"};
    EXPECT_EQ(chosen->process, expected);
    EXPECT_EQ(chosen->origin.of("cwd"), "config.json#/process/cwd");
    EXPECT_EQ(chosen->origin.of("args/0"), "");
}

TEST(ChooseProcess, InheritsWhatConfinesAProcessOfAFile) {
    const auto chosen = choose_process(own(), {.file = from_file(), .file_name = "p.json"});
    ASSERT_TRUE(chosen);
    spec::Process expected = from_file();
    expected.capabilities = own().capabilities;
    expected.no_new_privileges = true;
    expected.rlimits = own().rlimits;
    expected.user.umask = 077;
    EXPECT_EQ(chosen->process, expected);
    EXPECT_EQ(chosen->origin.of("user/uid"), "p.json#/user/uid");
    EXPECT_EQ(chosen->origin.of("user/umask"), "config.json#/process/user/umask");
    EXPECT_EQ(chosen->origin.of("rlimits/0/type"), "config.json#/process/rlimits/0/type");
}

TEST(ChooseProcess, InheritsTheUserWhereAFileNamesNone) {
    spec::Process file = from_file();
    file.has_user = false;
    const auto chosen = choose_process(own(), {.file = file, .file_name = "p.json"});
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->process.user, own().user);
    EXPECT_EQ(chosen->origin.of("user/uid"), "config.json#/process/user/uid");
    EXPECT_EQ(choose_process({}, {.file = file})->process.user, spec::User());
}

TEST(ChooseProcess, TakesTheFilesWordBeforeTheContainers) {
    spec::Process file = from_file();
    file.no_new_privileges = false;
    file.capabilities.emplace();
    const auto chosen = choose_process(own(), {.file = file, .file_name = "p.json"});
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->process.no_new_privileges, false);
    EXPECT_EQ(chosen->process.capabilities, spec::Capabilities());
    EXPECT_EQ(chosen->origin.of("noNewPrivileges"), "p.json#/noNewPrivileges");
}

TEST(ChooseProcess, TakesTheCommandLinesWordLast) {
    const auto chosen = choose_process(own(), {.file = from_file(),
                                               .file_name = "p.json",
                                               .cwd = "/tmp",
                                               .uid = 7,
                                               .additional_gids = {9},
                                               .apparmor_profile = "p",
                                               .selinux_label = "l",
                                               .terminal = true,
                                               .no_new_privileges = true});
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->process.cwd, "/tmp");
    EXPECT_EQ(chosen->process.user.uid, 7U);
    EXPECT_EQ(chosen->process.user.gid, 0U);
    EXPECT_EQ(chosen->process.user.additional_gids, std::vector<std::uint32_t>{9});
    EXPECT_TRUE(chosen->process.terminal);
    EXPECT_EQ(chosen->origin.of("cwd"), "--cwd");
    EXPECT_EQ(chosen->origin.of("user"), "--user");
    EXPECT_EQ(chosen->origin.of("user/umask"), "config.json#/process/user/umask");
    EXPECT_EQ(chosen->origin.of("user/additionalGids"), "--additional-gids");
    EXPECT_EQ(chosen->origin.of("apparmorProfile"), "--apparmor");
    EXPECT_EQ(chosen->origin.of("selinuxLabel"), "--process-label");
    EXPECT_EQ(chosen->origin.of("terminal"), "--tty");
    EXPECT_EQ(chosen->origin.of("noNewPrivileges"), "--no-new-privs");
}

TEST(ChooseProcess, AddsCapabilitiesButNoInheritableOnes) {
    const auto chosen =
        choose_process(own(), {.args = {"sh"}, .capabilities = {"CAP_CHOWN", "CAP_KILL"}});
    ASSERT_TRUE(chosen);
    const std::vector<std::string> both = {"CAP_CHOWN", "CAP_KILL"};
    EXPECT_EQ(chosen->process.capabilities,
              (spec::Capabilities{.bounding = {"CAP_KILL", "CAP_CHOWN"},
                                  .effective = both,
                                  .inheritable = {"CAP_KILL"},
                                  .permitted = both,
                                  .ambient = {"CAP_KILL"}}));
    EXPECT_EQ(chosen->warnings, std::vector<std::string>());
}

// As in a config: a manager may know of newer ones.
TEST(ChooseProcess, LeavesOutCapabilitiesThatItDoesNotKnow) {
    const auto chosen = choose_process(own(), {.args = {"sh"}, .capabilities = {"CAP_FLY"}});
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->process.capabilities, own().capabilities);
    EXPECT_EQ(chosen->warnings,
              std::vector<std::string>{
                  "--cap: 'CAP_FLY' is no capability that this build knows: left out"});
}

TEST(ChooseProcess, RefusesWhatCannotBeMeant) {
    EXPECT_EQ(error_of(choose_process(own(), {})), "process args cannot be empty: give a COMMAND");
}

TEST(ChooseProcess, WorksWithoutAProcessOfTheContainer) {
    const auto chosen = choose_process({}, {.args = {"sh"}});
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->process.cwd, "/");
}

} // namespace
} // namespace tare::plan
