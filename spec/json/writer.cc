#include "spec/json/writer.h"

#include "base/text.h"

namespace tare::json {

void Writer::line() {
    if (!indent_) return;
    out_ += '\n';
    out_.append(std::size_t{2} * depth_, ' ');
}

void Writer::item() {
    if (!after_name_ && depth_ > 0) {
        if (!first_) out_ += ',';
        line();
    }
    after_name_ = false;
    first_ = false;
}

void Writer::begin(char bracket) {
    item();
    out_ += bracket;
    ++depth_;
    first_ = true;
}

void Writer::end(char bracket) {
    --depth_;
    if (!first_) line();
    out_ += bracket;
    first_ = false;
}

void Writer::name(std::string_view name) {
    string(name);
    out_ += indent_ ? ": " : ":";
    after_name_ = true;
}

void Writer::string(std::string_view text) {
    item();
    out_ += '"';
    out_ += json_escaped(text);
    out_ += '"';
}

void Writer::integer(std::int64_t value) {
    item();
    out_ += std::to_string(value);
}

void Writer::unsigned_integer(std::uint64_t value) {
    item();
    out_ += std::to_string(value);
}

void Writer::hundredths(std::uint64_t value) {
    item();
    const std::string rest = std::to_string(value % 100);
    out_ += std::to_string(value / 100) + (rest.size() < 2 ? ".0" : ".") + rest;
}

void Writer::boolean(bool value) {
    item();
    out_ += value ? "true" : "false";
}

} // namespace tare::json
