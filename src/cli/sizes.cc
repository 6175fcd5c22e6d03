#include "cli/sizes.h"

#include "base/text.h"

#include <cmath>
#include <limits>

namespace tare::cli {

namespace {

constexpr std::string_view kUnits = "kmgtp"; // each 1024 of the one before

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// "", "b", "k", "kb", "kib" and so on, as a power of two.
std::optional<unsigned> shift_of(std::string_view unit) {
    unsigned shift = 0;
    if (!unit.empty() && lower(unit[0]) != 'b') {
        const std::size_t which = kUnits.find(lower(unit[0]));
        if (which == kUnits.npos) return std::nullopt;
        shift = 10 * (static_cast<unsigned>(which) + 1);
        unit.remove_prefix(1);
        if (!unit.empty() && lower(unit[0]) == 'i') {
            unit.remove_prefix(1);
            if (unit.empty()) return std::nullopt;
        }
    }
    if (!unit.empty() && lower(unit[0]) == 'b') unit.remove_prefix(1);
    return unit.empty() ? std::optional(shift) : std::nullopt;
}

// Of up to nine digits behind the point, in billionths: exact, and more than anybody writes.
std::optional<std::uint64_t> parse_fraction(std::string_view digits) {
    if (digits.empty() || digits.size() > 9) return std::nullopt;
    auto fraction = parse_unsigned(digits);
    for (std::size_t i = digits.size(); fraction && i < 9; ++i)
        *fraction *= 10;
    return fraction;
}

} // namespace

std::optional<std::int64_t> parse_size(std::string_view text) {
    if (text == "-1") return -1;
    const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto shift = shift_of(text.substr(end));
    const std::string_view number = text.substr(0, end);
    const std::size_t point = number.find('.');
    const auto whole = parse_unsigned(number.substr(0, point));
    if (!shift || !whole) return std::nullopt;
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (*whole > kMost >> *shift) return std::nullopt;
    std::uint64_t bytes = *whole << *shift;
    if (point != number.npos) {
        const auto fraction = parse_fraction(number.substr(point + 1));
        if (!fraction) return std::nullopt;
        const double part = std::ldexp(static_cast<double>(*fraction), static_cast<int>(*shift));
        bytes += static_cast<std::uint64_t>(part / 1e9);
        if (bytes > kMost) return std::nullopt;
    }
    return static_cast<std::int64_t>(bytes);
}

} // namespace tare::cli
