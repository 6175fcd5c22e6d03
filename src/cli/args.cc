#include "cli/args.h"

#include "base/text.h"

#include <algorithm>
#include <optional>

namespace tare::cli {

namespace {

const Option* by_name(const Command& command, std::string_view name) {
    for (const Option& option : command.options)
        if (option.name == name) return &option;
    return nullptr;
}

const Option* by_letter(const Command& command, char letter) {
    for (const Option& option : command.options)
        if (option.letter != 0 && option.letter == letter) return &option;
    return nullptr;
}

// The words still to read, and what one of them turns out to be.
class Reader {
public:
    Reader(const Command& command, std::span<char* const> words, Arguments& into)
        : command_(command), words_(words), into_(into) {}

    Status read() {
        while (at_ < words_.size()) {
            const std::string_view word = words_[at_++];
            if (only_arguments_ || word.size() < 2 || word[0] != '-')
                add_argument(word);
            else if (word == "--")
                only_arguments_ = true;
            else
                TRY(read_option(word));
            if (into_.has("help")) return {};
        }
        return {};
    }

private:
    void add_argument(std::string_view word) {
        into_.positional.emplace_back(word);
        if (into_.positional.size() == command_.stop_after) only_arguments_ = true;
    }

    Status read_option(std::string_view word) {
        const bool one_dash = word[1] != '-';
        const std::string_view text = word.substr(one_dash ? 1 : 2);
        const std::size_t equals = text.find('=');
        const std::string_view name = text.substr(0, equals);
        const std::optional<std::string_view> value =
            equals == text.npos ? std::nullopt : std::optional(text.substr(equals + 1));

        if (const Option* option = by_name(command_, name)) return take(*option, value);
        if (name.size() == 1)
            if (const Option* option = by_letter(command_, name[0])) return take(*option, value);
        if (one_dash && by_letter(command_, text[0])) return read_letters(text);
        return misuse(command_, "unknown option " + double_quoted(word.substr(0, word.find('=')))
                                    + hint(name));
    }

    // The commonest mistakes with options before the command.
    std::string hint(std::string_view name) const {
        if (!command_.name.empty()) return "";
        if (std::string taken = swallowed_command(into_); !taken.empty()) return taken;
        for (const Command& command : commands())
            if (by_name(command, name) || (name.size() == 1 && by_letter(command, name[0])))
                return " before the command; options of a command stand behind its name";
        return "";
    }

    // "-dx", "-bDIR"
    Status read_letters(std::string_view letters) {
        for (std::size_t i = 0; i < letters.size(); ++i) {
            const Option* option = by_letter(command_, letters[i]);
            if (option == nullptr)
                return misuse(command_, "unknown option \"-" + std::string(1, letters[i]) + "\" in "
                                            + double_quoted("-" + std::string(letters)));
            if (!option->argument.empty()) {
                const std::string_view rest = letters.substr(i + 1);
                return take(*option, rest.empty() ? std::nullopt : std::optional(rest));
            }
            TRY(take(*option, std::nullopt));
        }
        return {};
    }

    Status take(const Option& option, std::optional<std::string_view> value) {
        if (option.argument.empty()) return take_switch(option, value);
        if (!value && at_ == words_.size())
            return misuse(command_, "option --" + std::string(option.name)
                                        + " requires an argument (" + std::string(option.argument)
                                        + ")");
        into_.add(option, std::string(value ? *value : words_[at_++]));
        return {};
    }

    Status take_switch(const Option& option, std::optional<std::string_view> value) {
        const auto wanted = value ? parse_bool(*value) : true;
        if (!wanted)
            return misuse(command_, "option --" + std::string(option.name)
                                        + " is a switch and takes no value, but got "
                                        + double_quoted(*value));
        if (*wanted)
            into_.add(option, "");
        else
            into_.remove(option);
        return {};
    }

    const Command& command_;
    std::span<char* const> words_;
    Arguments& into_;
    std::size_t at_ = 0;
    bool only_arguments_ = false;
};

// "add|remove": one of these words; any other name stands for any word.
bool is_one_of(std::string_view name, std::string_view word) {
    const auto words = split(name, '|');
    return words.size() < 2 || std::find(words.begin(), words.end(), word) != words.end();
}

// How many arguments the synopsis allows.
Status check_count(const Command& command, const std::vector<std::string>& positional) {
    std::size_t known = 0;
    const auto names = split(command.synopsis, ' ');
    for (const std::string_view name : names) {
        if (name.empty() || name.ends_with("...]")) continue;
        if (known++ < positional.size() || name.starts_with('[')) continue;
        const bool lacks_choice = !positional.empty() && !is_one_of(names[0], positional[0]);
        return misuse(command, "missing argument " + std::string(lacks_choice ? names[0] : name));
    }
    if (positional.size() > known && !command.synopsis.ends_with("...]"))
        return misuse(command, "unexpected argument " + double_quoted(positional[known]));
    return {};
}

} // namespace

std::string double_quoted(std::string_view text) {
    const std::string single = quote(text);
    return '"' + single.substr(1, single.size() - 2) + '"';
}

Failure misuse(const Command& command, const std::string& problem) {
    const std::string name(command.name);
    const std::string prefix = name.empty() ? "" : name + ": ";
    const std::string see = name.empty() ? "tare --help" : "tare " + name + " --help";
    return invalid(prefix + problem + "; see `" + see + "`");
}

bool Arguments::has(std::string_view name) const {
    return std::ranges::any_of(options_, [&](const auto& o) { return o.first->name == name; });
}

std::string Arguments::value(std::string_view name) const {
    const std::vector<std::string> all = values(name);
    return all.empty() ? "" : all.back();
}

std::vector<std::string> Arguments::values(std::string_view name) const {
    std::vector<std::string> found;
    for (const auto& [option, value] : options_)
        if (option->name == name) found.push_back(value);
    return found;
}

void Arguments::remove(const Option& option) {
    std::erase_if(options_, [&](const auto& o) { return o.first->name == option.name; });
}

Status read_arguments(const Command& command, std::span<char* const> words, Arguments& into) {
    TRY(Reader(command, words, into).read());
    // tare itself tells more about a missing command, and --version needs none
    if (into.has("help") || command.name.empty()) return {};
    return check_count(command, into.positional);
}

std::string swallowed_command(const Arguments& global) {
    for (const auto& [option, value] : global.options())
        if (find_command(value) != nullptr)
            return " (--" + std::string(option->name) + " has taken " + double_quoted(value)
                   + " as its value)";
    return "";
}

std::optional<bool> parse_bool(std::string_view text) {
    constexpr std::string_view kTrue[] = {"1", "t", "T", "true", "True", "TRUE"};
    constexpr std::string_view kFalse[] = {"0", "f", "F", "false", "False", "FALSE"};
    if (std::ranges::find(kTrue, text) != std::end(kTrue)) return true;
    if (std::ranges::find(kFalse, text) != std::end(kFalse)) return false;
    return std::nullopt;
}

Result<unsigned> read_count(const Command& command, const Arguments& arguments,
                            std::string_view name, unsigned most) {
    if (!arguments.has(name)) return 0;
    const std::string text = arguments.value(name);
    const auto number = parse_unsigned(text);
    if (!number || *number > most)
        return misuse(command, "option --" + std::string(name) + " needs a number from 0 to "
                                   + std::to_string(most) + ", not " + double_quoted(text));
    return static_cast<unsigned>(*number);
}

Result<std::string> read_choice(const Command& command, const Arguments& arguments,
                                std::string_view name, std::span<const std::string_view> choices) {
    if (!arguments.has(name)) return std::string(choices.front());
    const std::string text = arguments.value(name);
    if (std::ranges::find(choices, text) != choices.end()) return text;
    std::string known;
    for (const std::string_view choice : choices)
        known += (known.empty() ? "" : ", ") + std::string(choice);
    return misuse(command, "option --" + std::string(name) + " must be one of " + known + ", not "
                               + double_quoted(text));
}

} // namespace tare::cli
