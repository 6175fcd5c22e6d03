#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tare {

// "0-3,7" as the kernel's cpusets take it, of CPUs or memory nodes: a bit for each, the lowest of
// the first word first. Commas and blanks separate, also several of them, and "0-31:2/4" are the
// first 2 of each 4. nullopt for what is no list, or beyond 8191, which no kernel has. The names
// "N" and "all" are not taken: only the kernel knows what they stand for.
std::optional<std::vector<std::uint64_t>> parse_bit_list(std::string_view list);

// The numbers whose bits are set.
std::vector<std::uint32_t> numbers_of(const std::vector<std::uint64_t>& bits);

} // namespace tare
