#include "cli/man_page.h"

#include "base/text.h"

namespace tare::cli {

namespace {

// A minus must stay one, and a line must not begin like a request. What stands in backquotes is
// bold, as everything is that one types.
std::string roff(std::string_view text) {
    std::string out;
    bool bold = false, line_start = true;
    for (const char c : text) {
        if (line_start && (c == '.' || c == '\'')) out += "\\&";
        line_start = c == '\n';
        if (c == '`')
            out += (bold = !bold) ? "\\fB" : "\\fR";
        else if (c == '-')
            out += "\\-";
        else if (c == '\\')
            out += "\\e";
        else
            out.push_back(c);
    }
    return out;
}

std::string bold(std::string_view text) {
    return "\\fB" + roff(text) + "\\fR";
}
std::string italic(std::string_view text) {
    return "\\fI" + roff(text) + "\\fR";
}

std::string header(const std::string& name) {
    std::string upper = name;
    for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return ".TH " + roff(upper) + " 8 \"\" tare \"System Administration\"\n";
}

std::string section(std::string_view title) {
    return ".SH " + std::string(title) + "\n";
}

std::string options(const Command& command) {
    std::string out;
    for (const Option& option : command.options) {
        out += ".TP\n";
        if (option.letter != 0) out += bold(std::string("-") + option.letter) + ", ";
        out += bold("--" + std::string(option.name));
        if (!option.argument.empty()) out += " " + italic(option.argument);
        out += "\n" + roff(option.help) + ".\n";
    }
    return out;
}

// tare create [OPTIONS] ID
std::string synopsis(const Command& command) {
    std::string out = bold("tare " + std::string(command.name)) + " [" + italic("OPTIONS") + "]";
    for (const std::string_view word : split(command.synopsis, ' '))
        if (!word.empty()) out += " " + italic(word);
    return out + "\n";
}

std::string command_section(const Command& command) {
    return ".SS " + bold(command.name) + "\n" + synopsis(command) + ".PP\n" + roff(command.summary)
           + ".\n.PP\n" + roff(command.text) + "\n" + options(command);
}

} // namespace

std::string man_page() {
    std::string out =
        header("tare") + section("NAME") + "tare \\- run OCI containers\n" + section("SYNOPSIS")
        + bold("tare") + " [" + italic("OPTIONS") + "] " + italic("COMMAND") + " ["
        + italic("ARGUMENTS") + "]\n" + section("DESCRIPTION")
        + "A bundle's config.json becomes a process in namespaces, a cgroup and a root "
          "file system\nof its own, as the OCI runtime specification has it.\n"
        + section("OPTIONS") + options(global_command()) + section("COMMANDS");
    for (const Command& command : commands())
        out += command_section(command);
    out +=
        section("\"EXIT STATUS\"")
        + roff("0 for success, 1 with a message on standard error for a failure. `run` in the "
               "foreground\nends with the status of the container's process, 128+N when signal N "
               "killed it.\n")
        + section("FILES") + ".TP\n" + bold("/run/tare") + ", " + bold("$XDG_RUNTIME_DIR/tare")
        + "\nThe state of containers, a directory each; see " + bold("--root") + ".\n"
        + section("\"SEE ALSO\"");
    std::vector<std::string> pages;
    for (const Command& command : commands())
        pages.push_back(bold("tare-" + std::string(command.name)) + "(8)");
    return out + joined(pages, ",\n") + "\n";
}

std::string man_page(const Command& command) {
    const std::string name = "tare-" + std::string(command.name);
    return header(name) + section("NAME") + roff(name) + " \\- " + roff(command.summary) + "\n"
           + section("SYNOPSIS") + synopsis(command) + section("DESCRIPTION") + roff(command.text)
           + "\n" + section("OPTIONS") + options(command) + section("\"SEE ALSO\"") + bold("tare")
           + "(8)\n";
}

} // namespace tare::cli
