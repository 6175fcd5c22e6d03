#include "plan/compilation.h"

namespace tare::plan {

const spec::Linux& linux_of(const spec::Config& config) {
    if (config.linux_) return *config.linux_;
    static const spec::Linux nothing;
    return nothing;
}

std::string pointer_to(std::string_view parent, std::string_view key) {
    std::string out(parent);
    out += '/';
    for (const char c : key) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

std::string pointer_to(std::string_view parent, std::size_t index) {
    return std::string(parent) + "/" + std::to_string(index);
}

std::string octal(std::uint32_t mode) {
    char text[16];
    std::snprintf(text, sizeof text, "0%o", mode);
    return text;
}

} // namespace tare::plan
