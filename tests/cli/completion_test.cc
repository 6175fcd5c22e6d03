#include "cli/completion.h"

#include "cli/commands.h"
#include "cli/man_page.h"

#include <gtest/gtest.h>

namespace tare::cli {
namespace {

void expect_in(const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), text.npos) << part;
}

// Every command and option is in each script, in the words of that shell.
TEST(CompletionScript, KnowsEveryCommandAndOption) {
    const std::string bash = *completion_script("bash"), zsh = *completion_script("zsh"),
                      fish = *completion_script("fish");
    for (const Command& command : commands()) {
        const std::string name(command.name);
        const std::size_t bash_at = bash.find("        " + name + ") COMPREPLY=");
        const std::size_t zsh_at = zsh.find("        " + name + ")\n            _arguments");
        ASSERT_NE(bash_at, bash.npos) << name;
        ASSERT_NE(zsh_at, zsh.npos) << name;
        expect_in(fish, "-n __fish_use_subcommand -a " + name + " -d '");
        const std::string bash_options = bash.substr(bash_at, bash.find('\n', bash_at) - bash_at);
        const std::string zsh_options = zsh.substr(zsh_at, zsh.find(";;", zsh_at) - zsh_at);
        for (const Option& option : command.options) {
            expect_in(bash_options, "--" + std::string(option.name));
            expect_in(zsh_options, "--" + std::string(option.name));
            expect_in(fish,
                      "'__fish_seen_subcommand_from " + name + "' -l " + std::string(option.name));
        }
    }
    for (const Option& option : global_command().options)
        for (const std::string& script : {bash, zsh})
            expect_in(script, "--" + std::string(option.name));
}

TEST(CompletionScript, IsForThreeShells) {
    EXPECT_EQ(completion_script("csh").error().text,
              "there are completions for bash, zsh and fish, not for 'csh'");
}

TEST(CompletionScript, IsUnderstoodByBash) {
    std::FILE* bash = ::popen("bash -n", "w");
    ASSERT_NE(bash, nullptr);
    std::fputs(completion_script("bash")->c_str(), bash);
    EXPECT_EQ(::pclose(bash), 0);
}

TEST(ManPage, HasEveryCommandAndOption) {
    const std::string all = man_page();
    const auto escaped = [](std::string_view name) {
        std::string out = "\\fB\\-\\-";
        for (const char c : name)
            out += c == '-' ? "\\-" : std::string(1, c);
        return out + "\\fR";
    };
    for (const Option& option : global_command().options)
        expect_in(all, escaped(option.name));
    for (const Command& command : commands()) {
        expect_in(all, ".SS \\fB" + std::string(command.name) + "\\fR\n");
        for (const Option& option : command.options) {
            expect_in(all, escaped(option.name));
            expect_in(man_page(command), escaped(option.name));
        }
    }
}

TEST(ManPage, OfACommand) {
    EXPECT_EQ(man_page(*find_command("kill")),
              ".TH TARE\\-KILL 8 \"\" tare \"System Administration\"\n"
              ".SH NAME\n"
              "tare\\-kill \\- send a signal to a container's init\n"
              ".SH SYNOPSIS\n"
              "\\fBtare kill\\fR [\\fIOPTIONS\\fR] \\fIID\\fR \\fI[SIGNAL]\\fR\n"
              ".SH DESCRIPTION\n"
              "SIGNAL is a name in any case with or without SIG (KILL, sigterm, RTMIN+3) or a "
              "number.\n"
              "The default is TERM.\n"
              ".SH OPTIONS\n"
              ".TP\n"
              "\\fB\\-a\\fR, \\fB\\-\\-all\\fR\n"
              "signal every process of the container.\n"
              ".TP\n"
              "\\fB\\-h\\fR, \\fB\\-\\-help\\fR\n"
              "print this text.\n"
              ".SH \"SEE ALSO\"\n"
              "\\fBtare\\fR(8)\n");
}

} // namespace
} // namespace tare::cli
