#include "cli/completion.h"

#include "base/text.h"
#include "cli/commands.h"
#include "cli/signals.h"

#include <algorithm>
#include <vector>

namespace tare::cli {

namespace {

// What an option's value or an argument is, by its name in the help.
enum class Value { kDirectory, kFile, kId, kAction, kWord, kOther };

Value value_of(std::string_view argument) {
    if (argument == "DIR" || argument == "BUNDLE") return Value::kDirectory;
    if (argument == "FILE" || argument == "SOCKET") return Value::kFile;
    if (argument.find('|') != argument.npos) return Value::kAction; // "add|remove"
    if (argument == "LEVEL" || argument == "MANAGER" || argument == "MODE" || argument == "WHEN")
        return Value::kAction;
    if (argument == "SHELL" || argument == "[COMMAND]" || argument == "[SIGNAL]")
        return Value::kWord;
    return argument == "ID" ? Value::kId : Value::kOther;
}

std::string_view first_word(const Command& command) {
    return command.synopsis.substr(0, command.synopsis.find(' '));
}

// The ID is one that nobody has yet.
bool makes_container(const Command& command) {
    return command.name == "create" || command.name == "run" || command.name == "restore";
}
Value first_argument(const Command& command) {
    return makes_container(command) ? Value::kOther : value_of(first_word(command));
}

std::vector<std::string> command_names() {
    std::vector<std::string> names;
    for (const Command& command : commands())
        names.emplace_back(command.name);
    return names;
}

// The words to choose from: "add remove", of "add|remove".
std::string actions_of(std::string_view argument) {
    if (argument == "SHELL") return "bash zsh fish";
    if (argument == "LEVEL") return "error warning info debug";
    if (argument == "MANAGER") return "cgroupfs systemd disabled";
    if (argument == "MODE") return "soft full strict ignore";
    if (argument == "WHEN") return "true false auto";
    if (argument == "[COMMAND]") return joined(command_names(), " ");
    if (argument == "[SIGNAL]") return joined(signal_names(), " ");
    std::string words(argument);
    std::ranges::replace(words, '|', ' ');
    return words;
}

std::string long_name(const Option& option) {
    return "--" + std::string(option.name);
}
std::string short_name(const Option& option) {
    return std::string("-") + option.letter;
}

std::vector<std::string> names_of(const Option& option) {
    std::vector<std::string> names = {long_name(option)};
    if (option.letter != 0) names.push_back(short_name(option));
    return names;
}

// ---------------------------------------------------------------- bash

// The patterns "COMMAND:OPTION" of all options with such a value.
void add_patterns(const Command& command, Value value, std::vector<std::string>& patterns) {
    for (const Option& option : command.options)
        if (!option.argument.empty() && value_of(option.argument) == value)
            for (const std::string& name : names_of(option))
                patterns.push_back(std::string(command.name) + ":" + name);
}

std::string bash_choice(const std::string& words) {
    return "COMPREPLY=($(compgen -W '" + words + "' -- \"$word\"))";
}

std::string bash_choices(const Command& command) {
    std::string out;
    for (const Option& option : command.options)
        if (value_of(option.argument) == Value::kAction)
            out += "    " + std::string(command.name) + ":"
                   + joined(names_of(option), "|" + std::string(command.name) + ":") + ") "
                   + bash_choice(actions_of(option.argument)) + "; return ;;\n";
    return out;
}

// The patterns of all options with a value, for counting the arguments.
std::string bash_valued() {
    std::vector<std::string> patterns;
    for (const Command& command : commands())
        for (const Option& option : command.options)
            if (!option.argument.empty())
                for (const std::string& name : names_of(option))
                    patterns.push_back(std::string(command.name) + ":" + name);
    return joined(patterns, "|");
}

std::string bash_values(Value value, const std::string& action) {
    std::vector<std::string> patterns;
    add_patterns(global_command(), value, patterns);
    for (const Command& command : commands())
        add_patterns(command, value, patterns);
    if (patterns.empty()) return "";
    return "    " + joined(patterns, "|") + ")\n        " + action + "return ;;\n";
}

std::string bash_options(const Command& command) {
    std::vector<std::string> words;
    for (const Option& option : command.options)
        for (const std::string& name : names_of(option))
            words.push_back(name);
    const std::string name = command.name.empty() ? "''" : std::string(command.name);
    return "        " + name + ") COMPREPLY=($(compgen -W '" + joined(words, " ")
           + "' -- \"$word\")) ;;\n";
}

std::string bash_arguments(Value value, const std::string& action) {
    std::vector<std::string> names;
    for (const Command& command : commands())
        if (first_argument(command) == value)
            names.push_back(std::string(command.name) + (value == Value::kId ? ":0" : ":*"));
    return names.empty() ? "" : "    " + joined(names, "|") + ") " + action + " ;;\n";
}

// "completion:0) ...", "kill:1) ...": the places of words that can be listed.
std::string bash_words(const Command& command) {
    std::string out;
    unsigned place = 0;
    for (const std::string_view name : split(command.synopsis, ' ')) {
        if (value_of(name) == Value::kWord)
            out += "    " + std::string(command.name) + ":" + std::to_string(place) + ") "
                   + bash_choice(actions_of(name)) + " ;;\n";
        ++place;
    }
    return out;
}

// A command with an action in front of the ID: "mounts add ID FILE".
std::string bash_actions(const Command& command, const std::string& ids) {
    if (first_argument(command) != Value::kAction) return "";
    const std::string name(command.name), actions = actions_of(first_word(command));
    std::string out = "    " + name + ":" + name + ") COMPREPLY=($(compgen -W '" + actions
                      + "' -- \"$word\")); return ;;\n";
    for (const std::string_view action : split(actions, ' '))
        out += "    " + name + ":" + std::string(action) + ") " + ids + "; return ;;\n";
    return out;
}

// Of the words before the command only options with a value need to be known.
std::string bash_globals() {
    std::vector<std::string> names;
    for (const Option& option : global_command().options)
        if (!option.argument.empty() && option.name != "root") names.push_back(long_name(option));
    return joined(names, "|");
}

std::string bash_script() {
    const std::string directories = "COMPREPLY=($(compgen -d -- \"$word\"))";
    const std::string files = "COMPREPLY=($(compgen -f -- \"$word\"))";
    const std::string ids =
        "COMPREPLY=($(compgen -W \"$(tare \"${root[@]}\" list -q 2>/dev/null)\" -- \"$word\"))";
    std::string out = "# bash completion for tare: source it, or install it as\n"
                      "# /usr/share/bash-completion/completions/tare\n"
                      "_tare() {\n"
                      "    local word=${COMP_WORDS[COMP_CWORD]} command='' i arguments=0\n"
                      "    local root=()\n"
                      "    local previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
                      "    COMPREPLY=()\n"
                      "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                      "        case ${COMP_WORDS[i]} in\n"
                      "        --root) i=$((i + 1))\n"
                      "            [[ ${COMP_WORDS[i]} == '=' ]] && i=$((i + 1))\n"
                      "            root=(--root \"${COMP_WORDS[i]}\") ;;\n"
                      "        --root=*) root=(\"${COMP_WORDS[i]}\") ;;\n"
                      "        "
                      + bash_globals()
                      + ") i=$((i + 1)) ;;\n"
                        "        -*) ;;\n"
                        "        *) command=${COMP_WORDS[i]}; break ;;\n"
                        "        esac\n"
                        "    done\n"
                        "    for ((i = i + 1; i < COMP_CWORD; i++)); do\n"
                        "        case $command:${COMP_WORDS[i]} in\n"
                        "        "
                      + bash_valued()
                      + ") i=$((i + 1)) ;;\n"
                        "        *:-*) ;;\n"
                        "        *) arguments=$((arguments + 1)) ;;\n"
                        "        esac\n"
                        "    done\n"
                        "    case $command:$previous in\n";
    out += bash_choices(global_command());
    for (const Command& command : commands())
        out += bash_choices(command);
    out += bash_values(Value::kDirectory, directories + "; ");
    out += bash_values(Value::kFile, files + "; ");
    out += bash_values(Value::kOther, "");
    for (const Command& command : commands())
        out += bash_actions(command, ids);
    out += "    esac\n"
           "    if [[ $word == -* ]]; then\n"
           "        case $command in\n";
    out += bash_options(global_command());
    for (const Command& command : commands())
        out += bash_options(command);
    out += "        esac\n"
           "        return\n"
           "    fi\n"
           "    case $command:$arguments in\n"
           "    :*) COMPREPLY=($(compgen -W '"
           + joined(command_names(), " ") + "' -- \"$word\")) ;;\n";
    out += bash_arguments(Value::kId, ids);
    out += bash_arguments(Value::kDirectory, directories);
    out += bash_arguments(Value::kAction, files);
    for (const Command& command : commands())
        out += bash_words(command);
    return out
           + "    esac\n"
             "}\n"
             "complete -F _tare tare\n";
}

// ---------------------------------------------------------------- zsh

// In a single-quoted specification of _arguments, or an entry of _describe.
std::string zsh_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'')
            out += "'\\''";
        else if (c == '[' || c == ']' || c == ':' || c == '\\')
            out.append("\\").push_back(c);
        else
            out.push_back(c);
    }
    return out;
}

std::string zsh_action(std::string_view argument) {
    switch (value_of(argument)) {
    case Value::kDirectory:
        return "_files -/";
    case Value::kFile:
        return "_files";
    case Value::kId:
        return "_tare_ids";
    case Value::kAction:
    case Value::kWord:
        return "(" + actions_of(argument) + ")";
    default:
        return " ";
    }
}

// '(-b --bundle)'{-b,--bundle}'[help]:DIR:_files -/'
std::string zsh_option(const Option& option) {
    std::string out = "'";
    if (option.letter != 0)
        out += "(" + short_name(option) + " " + long_name(option) + ")'{" + short_name(option) + ","
               + long_name(option) + "}'";
    else
        out += long_name(option);
    out += "[" + zsh_escaped(option.help) + "]";
    if (!option.argument.empty())
        out += ":" + zsh_escaped(option.argument) + ":" + zsh_action(option.argument);
    return out + "'";
}

std::string zsh_options(const Command& command, const std::string& indent) {
    std::string out;
    for (const Option& option : command.options)
        out += " \\\n" + indent + zsh_option(option);
    return out;
}

std::string zsh_command(const Command& command) {
    std::string out = "        " + std::string(command.name) + ")\n            _arguments"
                      + zsh_options(command, "                ");
    unsigned place = 0;
    for (const std::string_view name : split(command.synopsis, ' ')) {
        if (name.empty()) continue;
        const std::string where = name.ends_with("...]") ? "*" : std::to_string(++place);
        out += " \\\n                '" + where + ":" + zsh_escaped(name) + ":"
               + (makes_container(command) ? " " : zsh_action(name)) + "'";
    }
    return out + " ;;\n";
}

std::string zsh_script() {
    std::string out = "#compdef tare\n"
                      "# zsh completion for tare: install it as _tare in a directory of $fpath\n"
                      "_tare_ids() {\n"
                      "    local -a ids\n"
                      "    ids=(${(f)\"$(tare list -q 2>/dev/null)\"})\n"
                      "    _describe container ids\n"
                      "}\n"
                      "_tare() {\n"
                      "    local context curcontext=$curcontext state line\n"
                      "    local -A opt_args\n"
                      "    local -a commands\n"
                      "    commands=(\n";
    for (const Command& command : commands())
        out += "        '" + std::string(command.name) + ":" + zsh_escaped(command.summary) + "'\n";
    out += "    )\n    _arguments -C" + zsh_options(global_command(), "        ")
           + " \\\n        '1:command:->command' \\\n        '*::argument:->argument'\n"
             "    case $state in\n"
             "    command) _describe command commands ;;\n"
             "    argument)\n"
             "        case $words[1] in\n";
    for (const Command& command : commands())
        out += zsh_command(command);
    return out
           + "        esac ;;\n"
             "    esac\n"
             "}\n"
             "if [[ $funcstack[1] == _tare ]]; then _tare \"$@\"; else compdef _tare tare; fi\n";
}

// ---------------------------------------------------------------- fish

std::string fish_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + "'";
}

std::string fish_options(const Command& command) {
    const std::string condition =
        command.name.empty() ? "__fish_use_subcommand"
                             : "'__fish_seen_subcommand_from " + std::string(command.name) + "'";
    std::string out;
    for (const Option& option : command.options) {
        out += "complete -c tare -n " + condition + " -l " + std::string(option.name);
        if (option.letter != 0) out += std::string(" -s ") + option.letter;
        const Value value = value_of(option.argument);
        if (value == Value::kDirectory)
            out += " -x -a '(__fish_complete_directories)'";
        else if (value == Value::kAction)
            out += " -x -a " + fish_quoted(actions_of(option.argument));
        else if (!option.argument.empty())
            out += value == Value::kFile ? " -r -F" : " -x";
        out += " -d " + fish_quoted(option.help) + "\n";
    }
    return out;
}

std::string fish_arguments(const Command& command) {
    const std::string start =
        "complete -c tare -n '__fish_seen_subcommand_from " + std::string(command.name) + "' ";
    const Value value = first_argument(command);
    if (value == Value::kId) return start + "-a '(tare list -q 2>/dev/null)'\n";
    if (value == Value::kDirectory) return start + "-a '(__fish_complete_directories)'\n";
    if (value == Value::kAction)
        return start + "-F -a '" + actions_of(first_word(command))
               + " (tare list -q 2>/dev/null)'\n";
    return "";
}

std::string fish_script() {
    std::string out = "# fish completion for tare: install it as\n"
                      "# /usr/share/fish/vendor_completions.d/tare.fish\n"
                      "complete -c tare -f\n";
    out += fish_options(global_command());
    for (const Command& command : commands()) {
        out += "complete -c tare -n __fish_use_subcommand -a " + std::string(command.name) + " -d "
               + fish_quoted(command.summary) + "\n";
        out += fish_options(command);
        out += fish_arguments(command);
    }
    return out;
}

} // namespace

Result<std::string> completion_script(std::string_view shell) {
    if (shell == "bash") return bash_script();
    if (shell == "zsh") return zsh_script();
    if (shell == "fish") return fish_script();
    return invalid("there are completions for bash, zsh and fish, not for " + quote(shell));
}

} // namespace tare::cli
