#include "cli/commands.h"

#include <gtest/gtest.h>
#include <set>

namespace tare::cli {
namespace {

TEST(HelpText, NamesEveryCommandAndOption) {
    const std::string all = help_text();
    for (const Option& option : global_command().options)
        EXPECT_NE(all.find("--" + std::string(option.name)), all.npos) << option.name;
    for (const Command& command : commands()) {
        EXPECT_NE(all.find("  " + std::string(command.name) + " "), all.npos) << command.name;
        const std::string help = help_text(command);
        for (const Option& option : command.options)
            EXPECT_NE(help.find("--" + std::string(option.name)), help.npos)
                << command.name << " " << option.name;
    }
}

TEST(HelpText, FitsATerminalOf100Columns) {
    std::string all = help_text();
    for (const Command& command : commands())
        all += help_text(command);
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = all.find('\n', at);
        EXPECT_LE(end - at, 100u) << all.substr(at, end - at);
        at = end + 1;
    }
}

TEST(HelpText, OfACommand) {
    EXPECT_EQ(help_text(*find_command("kill")),
              "Usage: tare kill [OPTIONS] ID [SIGNAL]\n"
              "\n"
              "SIGNAL is a name in any case with or without SIG (KILL, sigterm, RTMIN+3) or a "
              "number.\n"
              "The default is TERM.\n"
              "\n"
              "Options:\n"
              "  -a, --all   signal every process of the container\n"
              "  -h, --help  print this text\n");
}

TEST(Commands, AreSortedAndTheirOptionsUnique) {
    std::string_view last;
    for (const Command& command : commands()) {
        EXPECT_LT(last, command.name);
        last = command.name;
        std::set<std::string_view> names;
        std::set<char> letters;
        for (const Option& option : command.options) {
            EXPECT_TRUE(names.insert(option.name).second) << command.name << " " << option.name;
            EXPECT_TRUE(option.letter == 0 || letters.insert(option.letter).second) << command.name;
        }
        EXPECT_TRUE(names.contains("help")) << command.name;
    }
}

TEST(FindCommand, KnowsNoOthers) {
    EXPECT_EQ(find_command("create")->name, "create");
    EXPECT_EQ(find_command("creat"), nullptr);
    EXPECT_EQ(find_command(""), nullptr);
}

} // namespace
} // namespace tare::cli
