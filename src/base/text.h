#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tare {

// `text` with control characters as \xNN: it stays a line, and no terminal acts on it.
std::string escaped(std::string_view text);
// 'text' in single quotes, for error messages; control characters as \xNN, cut after 200 bytes.
std::string quote(std::string_view text);

// "a", "a, b"
std::string joined(const std::vector<std::string>& parts, std::string_view separator = ", ");
std::vector<std::string_view> split(std::string_view text, char separator);

// The whole of `text` as a decimal number; nullopt for anything else ("", "+1", " 1", "1x",
// overflow).
std::optional<std::uint64_t> parse_unsigned(std::string_view text);
std::optional<std::int64_t> parse_signed(std::string_view text);

// How many bytes at the start of `text` are well-formed UTF-8 (no surrogates, nothing overlong).
std::size_t utf8_prefix(std::string_view text);

// Of nearly any two texts different, and cheap: names a file, finds damage. No protection against
// somebody who wants two to be alike.
std::uint64_t fingerprint(std::string_view bytes);

// `text` with what JSON wants escaped, without the quotes; invalid UTF-8 becomes U+FFFD.
std::string json_escaped(std::string_view text);

} // namespace tare
