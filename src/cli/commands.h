#pragma once

#include <span>
#include <string>
#include <string_view>

// One description of the command line: the parser, `--help` and the tests read the same tables.

namespace tare::cli {

struct Option {
    std::string_view name;     // "bundle": --bundle, and -bundle as engines send it
    char letter = 0;           // 'b': -b
    std::string_view argument; // what stands for the value in the help; empty: a switch
    std::string_view help;     // one line, without a full stop
};

struct Command {
    std::string_view name;     // empty: tare itself, with the global options
    std::string_view synopsis; // arguments: "ID", "[SIGNAL]" may be left out, "[ARG...]" repeats
    std::string_view summary;  // one line for the list of commands
    std::string_view text;     // the rest of its help
    std::span<const Option> options;
    unsigned stop_after = 0; // from this argument on everything is an argument (exec, ps); 0: never
    int failure = 1;         // the exit status of an error of ours
};

std::span<const Command> commands();
const Command& global_command();
const Command* find_command(std::string_view name); // null: there is none

std::string help_text();
std::string help_text(const Command& command);

} // namespace tare::cli
