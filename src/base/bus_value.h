#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tare {

// A value of D-Bus, of the types that systemd's properties have. In the comments: its signature,
// D-Bus specification, "Type system". Strings are UTF-8 without NUL characters.
using BusValue = std::variant<bool,                                              // b
                              std::int32_t,                                      // i
                              std::uint32_t,                                     // u
                              std::int64_t,                                      // x
                              std::uint64_t,                                     // t
                              double,                                            // d
                              std::string,                                       // s
                              std::vector<std::string>,                          // as
                              std::vector<std::uint8_t>,                         // ay
                              std::vector<std::uint32_t>,                        // au
                              std::vector<std::pair<std::string, std::string>>,  // a(ss)
                              std::vector<std::pair<std::string, std::uint64_t>> // a(st)
                              >;

struct BusProperty {
    std::string name; // "MemoryMax"
    BusValue value;
    bool operator==(const BusProperty&) const = default;
};

// In GVariant's text format, as busctl(1) and gdbus(1) show values: "uint64 5", "['a', 'b']".
std::string to_text(const BusValue& value);

} // namespace tare
