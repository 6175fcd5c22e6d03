#include "plan/unit.h"

#include "base/text.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

// GVariant's text format: https://docs.gtk.org/glib/gvariant-text-format.html

namespace tare::plan {

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<BusValue> parse() {
        BusValue value = TRY(parse_value());
        skip_blanks();
        if (!text_.empty()) return refuse("unexpected " + quote(text_) + " behind the value");
        return value;
    }

private:
    static Failure refuse(const std::string& why) { return invalid(why); }

    void skip_blanks() {
        while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\t'))
            text_.remove_prefix(1);
    }
    bool accept(char c) {
        skip_blanks();
        if (text_.empty() || text_[0] != c) return false;
        text_.remove_prefix(1);
        return true;
    }
    // Up to the next blank, comma or bracket.
    std::string_view word() {
        skip_blanks();
        const std::size_t end = std::min(text_.find_first_of(" \t,[]'\""), text_.size());
        const std::string_view word = text_.substr(0, end);
        text_.remove_prefix(end);
        return word;
    }

    Result<BusValue> parse_value() {
        skip_blanks();
        if (text_.empty()) return refuse("the value is empty");
        if (text_[0] == '\'' || text_[0] == '"') return parse_string();
        if (text_[0] == '[') return parse_strings();
        const std::string_view first = word();
        if (first == "@as") return parse_strings();
        if (first == "true" || first == "false") return BusValue(first == "true");
        if (first.empty()) return refuse("unexpected " + quote(text_));
        if (is_letter(first[0]) || first[0] == '@') return parse_typed(first);
        return parse_number(first.find_first_of(".eE") == first.npos ? "int32" : "double", first);
    }

    Result<BusValue> parse_typed(std::string_view type) {
        constexpr std::pair<std::string_view, std::string_view> kCodes[] = {
            {"@b", "boolean"}, {"@i", "int32"},  {"@u", "uint32"}, {"@x", "int64"},
            {"@t", "uint64"},  {"@d", "double"}, {"@s", "string"}};
        for (const auto& [code, name] : kCodes)
            if (type == code) type = name;
        if (type == "string") return parse_string();
        const std::string_view literal = word();
        if (type != "boolean") return parse_number(type, literal);
        if (literal != "true" && literal != "false")
            return refuse(quote(literal) + " is no boolean");
        return BusValue(literal == "true");
    }

    static Result<BusValue> parse_number(std::string_view type, std::string_view text) {
        if (type == "double") return parse_double(text);
        const auto number = parse_unsigned(text);
        const auto with_sign = parse_signed(text);
        if (type == "uint64" && number) return BusValue(*number);
        if (type == "uint32" && number && *number <= UINT32_MAX)
            return BusValue(static_cast<std::uint32_t>(*number));
        if (type == "int64" && with_sign) return BusValue(*with_sign);
        if (type == "int32" && with_sign && *with_sign >= INT32_MIN && *with_sign <= INT32_MAX)
            return BusValue(static_cast<std::int32_t>(*with_sign));
        if (type == "int32" || type == "int64" || type == "uint32" || type == "uint64")
            return refuse(quote(text) + " is no number of the type " + std::string(type));
        return refuse(quote(type)
                      + " is neither a type nor a value: strings stand in quotes, and the types are"
                        " boolean, int32, uint32, int64, uint64, double, string, @as");
    }

    static Result<BusValue> parse_double(std::string_view text) {
        const std::string copy(text);
        char* end = nullptr;
        const double value = std::strtod(copy.c_str(), &end);
        if (copy.empty() || *end != 0 || !std::isfinite(value))
            return refuse(quote(text) + " is no number of the type double");
        return BusValue(value);
    }

    Result<std::string> parse_string() {
        skip_blanks();
        if (text_.empty() || (text_[0] != '\'' && text_[0] != '"'))
            return refuse("a string stands in quotes");
        const char quotes = text_[0];
        std::string result;
        for (std::size_t i = 1; i < text_.size(); ++i) {
            if (text_[i] == quotes) {
                text_.remove_prefix(i + 1);
                if (utf8_prefix(result) != result.size() || result.find('\0') != result.npos)
                    return refuse("a string must be UTF-8");
                return result;
            }
            if (text_[i] == '\\' && i + 1 < text_.size()) ++i;
            result.push_back(text_[i]);
        }
        return refuse("a string has no end");
    }

    Result<std::vector<std::string>> parse_strings() {
        if (!accept('[')) return refuse("an array stands in brackets");
        std::vector<std::string> strings;
        if (accept(']')) return strings;
        for (;;) {
            strings.push_back(TRY(parse_string()));
            if (accept(']')) return strings;
            if (!accept(',')) return refuse("an array without its end, or without a comma");
        }
    }

    std::string_view text_;
};

// What systemd.unit files have in seconds, the bus has in microseconds.
Result<BusValue> microseconds_of(const BusValue& seconds) {
    const double value = std::visit(
        [](const auto& v) {
            if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(v)>>)
                return static_cast<double>(v);
            else
                return -1.0;
        },
        seconds);
    constexpr double kMost = 1e12; // 30,000 years
    if (std::holds_alternative<bool>(seconds) || value < 0 || value > kMost)
        return invalid("a time in seconds must be a number, not negative");
    return BusValue(static_cast<std::uint64_t>(value * 1e6));
}

} // namespace

Result<BusProperty> read_unit_annotation(std::string_view name, std::string_view value) {
    if (name.size() < 3 || !std::ranges::all_of(name, is_letter))
        return invalid(quote(name) + " cannot be the name of a property: letters only");
    BusProperty property{.name = std::string(name)};
    property.value = TRY(Parser(value).parse());
    // "TimeoutStopSec" is, "TimeoutStopUSec" is not.
    const std::string_view stem = name.substr(0, name.size() - 3);
    if (!name.ends_with("Sec") || stem.empty() || stem.back() < 'a' || stem.back() > 'z')
        return property;
    property.name = std::string(stem) + "USec";
    property.value = TRY(microseconds_of(property.value));
    return property;
}

} // namespace tare::plan
