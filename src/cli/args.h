#pragma once

#include "base/result.h"
#include "cli/commands.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tare::cli {

// What the command line said to one command.
class Arguments {
public:
    bool has(std::string_view name) const;
    std::string value(std::string_view name) const; // the last one given; empty: none
    std::vector<std::string> values(std::string_view name) const;

    std::vector<std::string> positional;

    void add(const Option& option, std::string value) {
        options_.emplace_back(&option, std::move(value));
    }
    void remove(const Option& option);
    std::span<const std::pair<const Option*, std::string>> options() const { return options_; }

private:
    std::vector<std::pair<const Option*, std::string>> options_;
};

// Reads `words` (after the program's or the command's name) by the command's description. Options
// may stand before and after the arguments: --name value, --name=value, and all that with one dash
// (containerd sends -no-subreaper); -x value, -xvalue, and switches together (-dx). A switch takes
// =true and =false, as parse_bool() reads them. "--" ends the options, and so does the argument
// that the description names: what stands behind the ID of exec may be the words of somebody who
// must not choose its options. Names are never guessed from an abbreviation.
//
// Not getopt_long_only(3): that one guesses, and differs between the C libraries we build with.
//
// On an error `into` holds what was understood before it, so that main knows where to log. --help
// ends the reading without an error, whatever is missing or follows.
Status read_arguments(const Command& command, std::span<char* const> words, Arguments& into);

// "create: PROBLEM; see `tare create --help`"
Failure misuse(const Command& command, const std::string& problem);

// As quote() has it, in the quotes that errors of the command line use.
std::string double_quoted(std::string_view text);

// An option's value that is a command's name, for errors of the global options: with $DIR empty,
// `tare --root $DIR list` has none left. " (--root has taken "list" as its value)", or nothing.
std::string swallowed_command(const Arguments& global);

// A boolean in the spellings that engines send, which are Go's: 1, t, T, true, True, TRUE, and so
// on.
std::optional<bool> parse_bool(std::string_view text);

// The value of an option that is a number of at most `most`.
Result<unsigned> read_count(const Command& command, const Arguments& arguments,
                            std::string_view name, unsigned most);

// The value of an option that is one of `choices`; `choices.front()` when it was not given.
Result<std::string> read_choice(const Command& command, const Arguments& arguments,
                                std::string_view name, std::span<const std::string_view> choices);

} // namespace tare::cli
