#include "cli/exec_words.h"

#include <gtest/gtest.h>

namespace tare::cli {
namespace {

std::string user(const std::string& text) {
    const auto words = read_user(text);
    if (!words) return words.error().text;
    return std::to_string(words->uid) + (words->gid ? " " + std::to_string(*words->gid) : "");
}

TEST(ReadUser, IsANumberOrTwo) {
    EXPECT_EQ(user("0"), "0");
    EXPECT_EQ(user("1000:1001"), "1000 1001");
    EXPECT_EQ(user("4294967294"), "4294967294");
}

TEST(ReadUser, IsNothingElse) {
    for (const char* text : {"", "root", "1x", "-1", "+1", " 1", "4294967295", "0x1"})
        EXPECT_EQ(user(text),
                  "--user: '" + std::string(text) + "' must be a number from 0 to 4294967294");
    EXPECT_EQ(user("1:"), "--user: '' must be a number from 0 to 4294967294");
    EXPECT_EQ(user(":1"), "--user: '' must be a number from 0 to 4294967294");
    EXPECT_EQ(user("1:2:3"), "--user: '2:3' must be a number from 0 to 4294967294");
}

TEST(ReadGroups, AreNumbers) {
    EXPECT_EQ(*read_groups("1"), std::vector<std::uint32_t>{1});
    EXPECT_EQ(*read_groups("1,2"), (std::vector<std::uint32_t>{1, 2}));
    EXPECT_EQ(read_groups("1,").error().text,
              "--additional-gids: '' must be a number from 0 to 4294967294");
}

TEST(CapabilityName, IsAsTheSpecHasIt) {
    EXPECT_EQ(capability_name("CAP_CHOWN"), "CAP_CHOWN");
    EXPECT_EQ(capability_name("cap_chown"), "CAP_CHOWN");
    EXPECT_EQ(capability_name("chown"), "CAP_CHOWN");
}

Result<plan::ExecWishes> wishes(std::vector<std::string> words) {
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    Arguments arguments;
    const Status read = read_arguments(*find_command("exec"), pointers, arguments);
    if (!read) return Failure(read.error());
    return read_exec_wishes(arguments);
}

TEST(ReadExecWishes, EndsAtTheId) {
    const auto got = wishes({"-u", "5", "-e", "A=1", "c1", "ls", "-t", "--cwd", "x"});
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->args, (std::vector<std::string>{"ls", "-t", "--cwd", "x"}));
    EXPECT_EQ(got->env, std::vector<std::string>{"A=1"});
    EXPECT_EQ(got->uid, 5U);
    EXPECT_FALSE(got->terminal);
    EXPECT_EQ(wishes({"c1", "-u", "0", "id"})->args, (std::vector<std::string>{"-u", "0", "id"}));
}

TEST(ReadExecWishes, KeepsValuesOfVariablesOutOfErrors) {
    EXPECT_EQ(wishes({"-e", "=secret", "c1", "ls"}).error().text,
              "--env: '=...' must be NAME=value: there is no name");
    EXPECT_EQ(wishes({"-e", "A", "c1", "ls"}).error().text, "--env: 'A' must be NAME=value");
    EXPECT_EQ(wishes({"--cwd", "tmp", "c1", "ls"}).error().text,
              "--cwd: 'tmp' must be an absolute path");
}

TEST(Exec, FailsWith255) {
    EXPECT_EQ(find_command("exec")->failure, 255);
    EXPECT_EQ(find_command("run")->failure, 1);
}

} // namespace
} // namespace tare::cli
