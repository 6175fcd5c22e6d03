#include "cli/list_format.h"

#include <algorithm>
#include <array>

namespace tare::cli {

namespace {

constexpr std::size_t kColumns = 6;
constexpr std::size_t kLeastWidth = 12, kGap = 3;
using Row = std::array<std::string, kColumns>;

// A bundle's path is anything; a terminal must not act on it.
std::string printable(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return text;
}

Row row(const spec::State& state) {
    return {state.id,
            std::to_string(state.pid),
            std::string(spec::to_string(state.status)),
            printable(state.bundle),
            state.created,
            state.owner.value_or("")};
}

} // namespace

std::string list_table(const std::vector<spec::State>& states) {
    std::vector<Row> rows = {{"ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"}};
    for (const spec::State& state : states)
        rows.push_back(row(state));

    std::string out;
    std::array<std::size_t, kColumns> widths;
    widths.fill(kLeastWidth);
    for (const Row& cells : rows)
        for (std::size_t i = 0; i < kColumns; ++i)
            widths[i] = std::max(widths[i], cells[i].size() + kGap);
    for (Row& cells : rows) {
        for (std::size_t i = 0; i + 1 < kColumns; ++i) {
            cells[i].resize(widths[i], ' ');
            out += cells[i];
        }
        out += cells.back() + "\n";
    }
    return out;
}

std::string list_json(const std::vector<spec::State>& states) {
    std::string out = "[";
    for (const spec::State& state : states)
        out += (out.size() > 1 ? "," : "") + spec::write_state(state);
    return out + "]\n";
}

std::string list_ids(const std::vector<spec::State>& states) {
    std::string out;
    for (const spec::State& state : states)
        out += state.id + "\n";
    return out;
}

} // namespace tare::cli
