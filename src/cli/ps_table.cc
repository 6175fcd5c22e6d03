#include "cli/ps_table.h"

#include "base/text.h"

#include <algorithm>
#include <optional>

namespace tare::cli {

namespace {

struct Word {
    std::size_t begin, end; // in its line
    std::string_view text;
};

std::vector<Word> words_of(std::string_view line) {
    std::vector<Word> words;
    for (std::size_t at = line.find_first_not_of(' '); at < line.size();) {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        words.push_back({at, end, line.substr(at, end - at)});
        at = line.find_first_not_of(' ', end);
    }
    return words;
}

// Where the column PID stands: the header is aligned to the right, as its numbers are.
struct Column {
    std::size_t index, end;
};

std::optional<Column> find_column(std::string_view header) {
    const std::vector<Word> words = words_of(header);
    const auto pid = std::ranges::find(words, "PID", &Word::text);
    if (pid == words.end()) return std::nullopt;
    return Column{static_cast<std::size_t>(pid - words.begin()), pid->end};
}

// By its place, because a command's name before it may have blanks; a long word before it may have
// pushed it to the right: then by its number.
std::optional<std::uint64_t> pid_in(std::string_view line, const Column& column) {
    const std::vector<Word> words = words_of(line);
    const auto at = std::ranges::find(words, column.end, &Word::end);
    if (at != words.end())
        if (const auto pid = parse_unsigned(at->text)) return pid;
    if (column.index >= words.size()) return std::nullopt;
    return parse_unsigned(words[column.index].text);
}

} // namespace

Result<std::string> filter_ps(std::string_view output, const std::vector<pid_t>& pids) {
    std::vector<std::string_view> lines = split(output, '\n');
    const auto column = find_column(lines.front());
    if (!column)
        return invalid("ps: there is no column PID in what ps(1) prints with these options, so the "
                       "container's processes cannot be told from others");
    std::string out = std::string(lines.front()) + "\n";
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto pid = pid_in(lines[i], *column);
        if (pid && std::ranges::binary_search(pids, static_cast<pid_t>(*pid)))
            out += std::string(lines[i]) + "\n";
    }
    return out;
}

std::string pids_json(const std::vector<pid_t>& pids) {
    std::string out = "[";
    for (const pid_t pid : pids)
        out += (out.size() > 1 ? "," : "") + std::to_string(pid);
    return out + "]\n";
}

} // namespace tare::cli
