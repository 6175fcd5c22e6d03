#include "plan/compilation.h"

namespace tare::plan {

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

} // namespace tare::plan
