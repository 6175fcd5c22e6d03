#include "cli/args.h"

#include <gtest/gtest.h>
#include <initializer_list>

namespace tare::cli {
namespace {

constexpr Option kOptions[] = {{"bundle", 'b', "DIR", ""},
                               {"detach", 'd', "", ""},
                               {"no-subreaper", 0, "", ""},
                               {"env", 'e', "NAME=VALUE", ""},
                               {"help", 'h', "", ""}};
constexpr Command kTest = {"test", "ID [SIGNAL]", "", "", kOptions};
constexpr Command kExec = {"exec", "ID [CMD...]", "", "", kOptions, 1};

// "b=dir d | id": the options that were understood, and the arguments; or the error.
std::string read(const Command& command, std::initializer_list<const char*> words) {
    std::vector<char*> pointers;
    for (const char* word : words)
        pointers.push_back(const_cast<char*>(word));
    Arguments arguments;
    const Status status = read_arguments(command, pointers, arguments);
    if (!status) return status.error().text;
    std::string out;
    for (const Option& option : kOptions)
        for (const std::string& value : arguments.values(option.name))
            out += std::string(option.name) + "=" + value + " ";
    out += "|";
    for (const std::string& word : arguments.positional)
        out += " " + word;
    return out;
}

TEST(ReadArguments, TakesOptionsBeforeAndAfterTheArguments) {
    EXPECT_EQ(read(kTest, {"--bundle", "/b", "id", "-d", "9"}), "bundle=/b detach= | id 9");
}

TEST(ReadArguments, TakesValuesInEveryForm) {
    for (const char* word : {"--bundle=/b", "-bundle=/b", "-b=/b", "--b=/b", "-b/b"})
        EXPECT_EQ(read(kTest, {word, "id"}), "bundle=/b | id") << word;
    for (const char* word : {"--bundle", "-bundle", "-b", "-db"})
        EXPECT_EQ(read(kTest, {word, "-x", "id"}),
                  std::string("bundle=-x ") + (word[1] == 'd' ? "detach= " : "") + "| id")
            << word;
    EXPECT_EQ(read(kTest, {"-e=A=b", "-e", "C=", "id"}), "env=A=b env=C= | id");
}

TEST(ReadArguments, TakesLongNamesWithOneDash) {
    EXPECT_EQ(read(kTest, {"-no-subreaper", "id"}), "no-subreaper= | id");
}

TEST(ReadArguments, SwitchesTakeABoolean) {
    EXPECT_EQ(read(kTest, {"--detach=true", "id"}), "detach= | id");
    EXPECT_EQ(read(kTest, {"-d", "--detach=false", "id"}), "| id");
    for (const char* word : {"-d=1", "-d=t", "-d=T", "-d=True", "-d=TRUE"})
        EXPECT_EQ(read(kTest, {word, "id"}), "detach= | id") << word;
    for (const char* word : {"-d=0", "-d=f", "-d=F", "-d=False", "-d=FALSE"})
        EXPECT_EQ(read(kTest, {"-d", word, "id"}), "| id") << word;
    EXPECT_EQ(read(kTest, {"--detach=maybe", "id"}),
              "test: option --detach is a switch and takes no value, but got \"maybe\"; see `tare "
              "test --help`");
}

TEST(ReadArguments, DoubleDashEndsTheOptions) {
    EXPECT_EQ(read(kTest, {"--", "-d", "--"}), "| -d --");
    EXPECT_EQ(read(kTest, {"-", "9"}), "| - 9");
}

TEST(ReadArguments, ExecStopsAtTheId) {
    EXPECT_EQ(read(kExec, {"-d", "-e", "A=1", "id", "ls", "-d", "--", "-b"}),
              "detach= env=A=1 | id ls -d -- -b");
    EXPECT_EQ(read(kExec, {"id", "-e", "A=1", "--", "ls"}), "| id -e A=1 -- ls");
    EXPECT_EQ(read(kExec, {"--", "id", "--help"}), "| id --help");
}

TEST(ReadArguments, NamesWhatItDoesNotKnow) {
    const std::string see = "; see `tare test --help`";
    EXPECT_EQ(read(kTest, {"--bundl", "x"}), "test: unknown option \"--bundl\"" + see);
    EXPECT_EQ(read(kTest, {"--secret=x"}), "test: unknown option \"--secret\"" + see);
    EXPECT_EQ(read(kTest, {"-x"}), "test: unknown option \"-x\"" + see);
    EXPECT_EQ(read(kTest, {"-dx"}), "test: unknown option \"-x\" in \"-dx\"" + see);
    EXPECT_EQ(read(kTest, {"--\n"}), "test: unknown option \"--\\x0a\"" + see);
    EXPECT_EQ(read(kTest, {"id", "--bundle"}),
              "test: option --bundle requires an argument (DIR)" + see);
}

TEST(ReadArguments, HintsAtTheCommonestMistakesBeforeTheCommand) {
    const std::string see = "; see `tare --help`";
    EXPECT_EQ(read(global_command(), {"--bundle", "x", "create"}),
              "unknown option \"--bundle\" before the command; options of a command stand behind "
              "its name"
                  + see);
    EXPECT_EQ(read(global_command(), {"-b", "x"}),
              "unknown option \"-b\" before the command; options of a command stand behind its "
              "name"
                  + see);
    EXPECT_EQ(read(global_command(), {"--root", "create", "-b", "x"}),
              "unknown option \"-b\" (--root has taken \"create\" as its value)" + see);
    EXPECT_EQ(read(global_command(), {"--nonsense"}), "unknown option \"--nonsense\"" + see);
}

TEST(ReadArguments, CountsTheArguments) {
    EXPECT_EQ(read(kTest, {"-d"}), "test: missing argument ID; see `tare test --help`");
    EXPECT_EQ(read(kTest, {"a", "b", "c"}),
              "test: unexpected argument \"c\"; see `tare test --help`");
    EXPECT_EQ(read(kExec, {}), "exec: missing argument ID; see `tare exec --help`");
    constexpr Command kMounts = {"mounts", "add|remove ID FILE", "", "", kOptions};
    EXPECT_EQ(read(kMounts, {"id"}),
              "mounts: missing argument add|remove; see `tare mounts --help`");
    EXPECT_EQ(read(kMounts, {"add"}), "mounts: missing argument ID; see `tare mounts --help`");
}

TEST(ReadArguments, HelpNeedsNothingElse) {
    EXPECT_EQ(read(kTest, {"-h", "--nonsense"}), "help= |");
}

TEST(ReadArguments, KeepsWhatCameBeforeAnError) {
    char bundle[] = "-b/b", wrong[] = "--wrong";
    char* words[] = {bundle, wrong};
    Arguments arguments;
    EXPECT_FALSE(read_arguments(kTest, words, arguments));
    EXPECT_EQ(arguments.value("bundle"), "/b");
}

TEST(ReadCount, WantsTheWholeNumber) {
    for (const char* text : {"", "x", "-1", "1x", "11"}) {
        Arguments arguments;
        arguments.add(kOptions[0], text);
        EXPECT_EQ(read_count(kTest, arguments, "bundle", 10).error().text,
                  std::string("test: option --bundle needs a number from 0 to 10, not \"") + text
                      + "\"; see `tare test --help`");
    }
    Arguments arguments;
    EXPECT_EQ(read_count(kTest, arguments, "bundle", 10), 0u);
    arguments.add(kOptions[0], "10");
    EXPECT_EQ(read_count(kTest, arguments, "bundle", 10), 10u);
}

TEST(ReadChoice, NamesTheChoices) {
    constexpr std::string_view choices[] = {"table", "json"};
    Arguments arguments;
    EXPECT_EQ(read_choice(kTest, arguments, "bundle", choices), "table");
    arguments.add(kOptions[0], "json");
    EXPECT_EQ(read_choice(kTest, arguments, "bundle", choices), "json");
    arguments.add(kOptions[0], "yaml");
    EXPECT_EQ(read_choice(kTest, arguments, "bundle", choices).error().text,
              "test: option --bundle must be one of table, json, not \"yaml\"; see `tare test "
              "--help`");
}

} // namespace
} // namespace tare::cli
