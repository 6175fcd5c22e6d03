#include "base/bus_value.h"

#include "base/text.h"

#include <cstdio>

namespace tare {

namespace {

std::string text_of(bool value) {
    return value ? "true" : "false";
}
std::string text_of(std::int32_t value) {
    return std::to_string(value);
}
std::string text_of(std::uint32_t value) {
    return "uint32 " + std::to_string(value);
}
std::string text_of(std::int64_t value) {
    return "int64 " + std::to_string(value);
}
std::string text_of(std::uint64_t value) {
    return "uint64 " + std::to_string(value);
}
std::string text_of(double value) {
    return std::to_string(value);
}
std::string text_of(const std::string& value) {
    return quote(value);
}
std::string text_of(std::uint8_t value) {
    char text[16];
    std::snprintf(text, sizeof text, "byte 0x%02x", value);
    return text;
}
template <class T>
std::string text_of(const std::pair<std::string, T>& value) {
    return "(" + quote(value.first) + ", " + text_of(value.second) + ")";
}
template <class T>
std::string text_of(const std::vector<T>& list) {
    std::vector<std::string> parts;
    for (const T& each : list)
        parts.push_back(text_of(each));
    return "[" + joined(parts) + "]";
}

} // namespace

std::string to_text(const BusValue& value) {
    return std::visit([](const auto& v) { return text_of(v); }, value);
}

} // namespace tare
