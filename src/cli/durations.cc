#include "cli/durations.h"

#include "base/text.h"

namespace tare::cli {

namespace {

struct Unit {
    std::string_view name;
    double nanoseconds;
};

// The micro sign and the Greek letter are both in use.
constexpr Unit kUnits[] = {{"ns", 1},   {"us", 1e3}, {"\u00b5s", 1e3}, {"\u03bcs", 1e3},
                           {"ms", 1e6}, {"s", 1e9},  {"m", 60e9},      {"h", 3600e9}};

// At least a digit on one side of the point.
std::optional<double> parse_number(std::string_view text) {
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view part = point == text.npos ? "" : text.substr(point + 1);
    if ((whole.empty() && part.empty()) || part.find('.') != part.npos) return std::nullopt;
    double number = 0, place = 1;
    for (const char c : whole)
        number = number * 10 + (c - '0');
    for (const char c : part)
        number += (c - '0') * (place /= 10);
    return number;
}

const Unit* find_unit(std::string_view name) {
    for (const Unit& unit : kUnits)
        if (unit.name == name) return &unit;
    return nullptr;
}

} // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789.";
    constexpr double kMost = 200 * 365.0 * 24 * 3600e9;
    if (text == "0") return 0;
    if (text.empty()) return std::nullopt;
    double sum = 0;
    while (!text.empty()) {
        const std::size_t unit_at = text.find_first_not_of(kDigits);
        if (unit_at == text.npos) return std::nullopt;
        const auto number = parse_number(text.substr(0, unit_at));
        text.remove_prefix(unit_at);
        const std::size_t end = text.find_first_of(kDigits);
        const Unit* unit = find_unit(text.substr(0, end));
        if (!number || unit == nullptr) return std::nullopt;
        text.remove_prefix(end == text.npos ? text.size() : end);
        sum += *number * unit->nanoseconds;
        if (sum > kMost) return std::nullopt;
    }
    return static_cast<std::int64_t>(sum);
}

} // namespace tare::cli
