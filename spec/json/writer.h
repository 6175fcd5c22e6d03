#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tare::json {

// Writes one JSON value. The caller keeps the order: name() before each member of an object.
// Strings that are not UTF-8 get U+FFFD in place of what is wrong.
class Writer {
public:
    // One line without `indent`, two spaces a level with it. Neither ends with a newline.
    explicit Writer(bool indent = false) : indent_(indent) {}

    void begin_object() { begin('{'); }
    void end_object() { end('}'); }
    void begin_array() { begin('['); }
    void end_array() { end(']'); }
    void name(std::string_view name);
    void string(std::string_view text);
    void integer(std::int64_t value);
    void unsigned_integer(std::uint64_t value);
    void boolean(bool value);
    void hundredths(std::uint64_t value); // 9879 is 98.79

    std::string take() { return std::move(out_); }

private:
    void begin(char bracket);
    void end(char bracket);
    void item(); // separates what comes from what was
    void line();

    std::string out_;
    bool indent_;
    bool first_ = true;       // of its container
    bool after_name_ = false; // a member's value needs no separator
    unsigned depth_ = 0;
};

} // namespace tare::json
