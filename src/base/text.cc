#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>

namespace tare {

namespace {

constexpr std::size_t kQuoteBytes = 200;

bool is_control(unsigned char c) {
    return c < 0x20 || c == 0x7f;
}

template <class Number>
std::optional<Number> parse(std::string_view text) {
    Number value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, value);
    if (problem != std::errc() || stop != end || text.empty()) return std::nullopt;
    return value;
}

// The length of the well-formed UTF-8 sequence at the start of `text`, 0 when there is none:
// Unicode 15, table 3-7.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first < 0xc2   ? 0
                               : first < 0xe0 ? 2
                               : first < 0xf0 ? 3
                               : first < 0xf5 ? 4
                                              : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    if (first == 0xe0 && byte(1) < 0xa0) return 0;
    if (first == 0xed && byte(1) > 0x9f) return 0; // surrogates
    if (first == 0xf0 && byte(1) < 0x90) return 0;
    if (first == 0xf4 && byte(1) > 0x8f) return 0;
    return length;
}

} // namespace

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_control(static_cast<unsigned char>(c))) {
            char hex[8];
            std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
            out += hex;
        } else {
            out += c;
        }
    }
    return out;
}

std::string quote(std::string_view text) {
    const char* end = text.size() > kQuoteBytes ? "...'" : "'";
    return "'" + escaped(text.substr(0, kQuoteBytes)) + end;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (const std::string& part : parts) {
        if (&part != &parts.front()) out += separator;
        out += part;
    }
    return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
    return parse<std::uint64_t>(text);
}

std::optional<std::int64_t> parse_signed(std::string_view text) {
    return parse<std::int64_t>(text);
}

// FNV-1a, eight bytes at a time.
std::uint64_t fingerprint(std::string_view bytes) {
    std::uint64_t sum = 0xcbf29ce484222325 ^ bytes.size(), word;
    const auto add = [&] { sum = (sum ^ word) * 0x100000001b3; };
    for (; bytes.size() >= sizeof word; bytes.remove_prefix(sizeof word)) {
        std::memcpy(&word, bytes.data(), sizeof word);
        add();
    }
    if (!bytes.empty()) {
        word = 0;
        std::memcpy(&word, bytes.data(), bytes.size());
        add();
    }
    return sum ^ sum >> 32;
}

std::size_t utf8_prefix(std::string_view text) {
    constexpr std::uint64_t kHighBits = 0x8080808080808080;
    std::size_t at = 0;
    while (at < text.size()) {
        std::uint64_t word = kHighBits;
        if (text.size() - at >= sizeof word) std::memcpy(&word, text.data() + at, sizeof word);
        const bool ascii = (word & kHighBits) == 0;
        const std::size_t length = ascii ? sizeof word : utf8_length(text.substr(at));
        if (length == 0) break;
        at += length;
    }
    return at;
}

std::string json_escaped(std::string_view text) {
    const auto stays = [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; };
    const auto first = std::find_if_not(text.begin(), text.end(), stays);
    std::string out(text.begin(), first); // mostly all of it
    text.remove_prefix(out.size());
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const char c = text.front();
        char hex[8];
        if (length == 0) {
            out += "\xef\xbf\xbd";
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (length == 1 && is_control(static_cast<unsigned char>(c))) {
            std::snprintf(hex, sizeof hex, "\\u%04x", static_cast<unsigned>(c));
            out += hex;
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

} // namespace tare
