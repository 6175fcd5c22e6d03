#include "base/bit_list.h"

#include "base/text.h"

namespace tare {

namespace {

constexpr std::uint64_t kMostBits = 8192; // CPUs of any kernel; of memory nodes there are fewer
constexpr std::string_view kSeparators = ", \t";

struct Range {
    std::uint64_t first, last;
    std::uint64_t used, group; // so many of each so many
};

// The number at the start of `text`, with what is in front of it: taken off.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view before) {
    if (!text.starts_with(before)) return std::nullopt;
    text.remove_prefix(before.size());
    const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
    text.remove_prefix(digits.size());
    return parse_unsigned(digits);
}

// "7", "0-3", "0-31:2/4"
std::optional<Range> parse_range(std::string_view text) {
    const auto first = take_number(text, "");
    if (!first) return std::nullopt;
    if (text.empty()) return Range{*first, *first, 1, 1};
    const auto last = take_number(text, "-");
    if (!last) return std::nullopt;
    if (text.empty()) return Range{*first, *last, 1, 1};
    const auto used = take_number(text, ":");
    const auto group = take_number(text, "/");
    if (!used || !group || !text.empty()) return std::nullopt;
    return Range{*first, *last, *used, *group};
}

bool is_valid(const Range& range) {
    return range.first <= range.last && range.last < kMostBits && range.group != 0
           && range.used <= range.group;
}

void set(std::vector<std::uint64_t>& bits, const Range& range) {
    if (bits.size() <= range.last / 64) bits.resize(range.last / 64 + 1);
    for (std::uint64_t bit = range.first; bit <= range.last; ++bit)
        if ((bit - range.first) % range.group < range.used)
            bits[bit / 64] |= std::uint64_t{1} << bit % 64;
}

} // namespace

std::optional<std::vector<std::uint64_t>> parse_bit_list(std::string_view list) {
    while (list.ends_with('\n')) // the kernel stops at the first
        list.remove_suffix(1);
    std::vector<std::uint64_t> bits;
    for (;;) {
        const std::size_t start = list.find_first_not_of(kSeparators);
        if (start == list.npos) return bits;
        list.remove_prefix(start);
        const std::string_view text = list.substr(0, list.find_first_of(kSeparators));
        list.remove_prefix(text.size());
        const auto range = parse_range(text);
        if (!range || !is_valid(*range)) return std::nullopt;
        set(bits, *range);
    }
}

std::vector<std::uint32_t> numbers_of(const std::vector<std::uint64_t>& bits) {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t bit = 0; bit < bits.size() * 64; ++bit)
        if ((bits[bit / 64] >> bit % 64 & 1) != 0) numbers.push_back(bit);
    return numbers;
}

} // namespace tare
